"""`factcheck.toml`, or `[tool.factcheck]` in `pyproject.toml`: what a project wants of every run."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from factcheck.border import DataError, read_text
from factcheck.domain import Finding, Label, Report, Severity, Suppression
from factcheck.reports.said import deciding

#: In this order in a folder; the nearest folder upward that has one of them decides.
FILES: Final = ("factcheck.toml", "pyproject.toml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Topic(_Strict):
    """What a project makes of a topic. Turning it off takes a reason, as every suppression does."""

    level: Literal["error", "warning", "note", "off"]
    reason: str = ""


class Settings(_Strict):
    """The settings of a project; paths in them are relative to the file's folder."""

    reference: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: str | None = None
    fail_on: Label | None = Field(default=None, alias="fail-on")
    inline: bool = True
    severity: dict[str, Topic] = {}
    path: Path | None = Field(default=None, exclude=True)

    @field_validator("severity", mode="before")
    @classmethod
    def _levels(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {topic: {"level": level} if isinstance(level, str) else level for topic, level in value.items()}

    @field_validator("severity")
    @classmethod
    def _reasons(cls, value: dict[str, Topic]) -> dict[str, Topic]:
        for name, topic in value.items():
            if topic.level == "off" and not topic.reason:
                raise ValueError(f'{name} is off without a reason; write {{ level = "off", reason = "..." }}')
        return value

    @property
    def folder(self) -> Path:
        """Where the file stands."""
        return self.path.parent if self.path else Path()

    @property
    def reference_folders(self) -> list[Path]:
        """Folders of entries to add to the shipped set."""
        return [self.folder / name for name in self.reference]

    def excludes(self, source: str) -> bool:
        """Whether a file is not to be checked: a pattern matches its path, a folder above it, or the name of either."""
        if not self.exclude:
            return False
        try:
            path: PurePath = Path(source).resolve().relative_to(self.folder.resolve())
        except ValueError:
            path = PurePath(source)
        ways = [path, *path.parents[:-1]]
        return any(
            fnmatchcase(way.as_posix(), pattern.rstrip("/")) or fnmatchcase(way.name, pattern.rstrip("/"))
            for pattern in self.exclude
            for way in ways
        )

    def weighed(self, report: Report) -> Report:
        """The report with the severity that topics have here; a finding whose topics are all off is suppressed."""
        if not self.severity:
            return report
        return replace(report, sentences=tuple(self._weighed(finding) for finding in report.sentences))

    def _weighed(self, finding: Finding) -> Finding:
        if not finding.label.flagged or finding.suppressed:
            return finding
        topics = [self.severity.get(claim.entry.topic) for claim in deciding(finding)]
        levels = [topic.level if topic else finding.weight.value for topic in topics]
        on = [Severity(level) for level in levels if level != "off"]
        if not on:
            reasons = dict.fromkeys(topic.reason for topic in topics if topic)
            return replace(finding, suppressed=Suppression("settings", "; ".join(reasons)))
        if not any(topics):
            return finding
        return replace(finding, severity=max(on, key=list(Severity).index))


_NAMES: Final = [field.alias or name for name, field in Settings.model_fields.items() if name != "path"]


def find_settings(start: Path) -> Path | None:
    """The settings file of a folder or of the nearest one above it."""
    for folder in (start, *start.parents):
        for name in FILES:
            path = folder / name
            if path.is_file() and (name == FILES[0] or _table(path) is not None):
                return path
    return None


def load_settings(path: Path | None) -> Settings:
    """Read a settings file; without one, the defaults.

    Raises `DataError` naming the file and the field where it cannot be read or does not fit.
    """
    if path is None:
        return Settings()
    table = _table(path)
    if table is None:
        raise DataError(f"{path}: no [tool.factcheck] in it")
    try:
        return Settings.model_validate({**table, "path": path})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        problem = first["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
        if first["type"] == "extra_forbidden":
            problem = f"no such setting; use one of {', '.join(_NAMES) if len(first['loc']) == 1 else 'level, reason'}"
        raise DataError(f"{path}: {where}: {problem}") from None


def check_topics(settings: Settings, topics: frozenset[str]) -> None:
    """Raise `DataError` where the settings weigh a topic that no entry has."""
    for name in settings.severity:
        if name not in topics:
            raise DataError(
                f"{settings.path}: severity.{name}: no entry has this topic; use one of {', '.join(sorted(topics))}"
            )


def _table(path: Path) -> dict[str, Any] | None:
    try:
        found = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: not valid TOML: {error}") from None
    if path.name == FILES[1]:
        found = found.get("tool", {}).get("factcheck")
    return found if isinstance(found, dict) else None
