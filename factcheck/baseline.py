"""Known findings, so that only new ones fail: a JSON file that holds each by page, sentence and entry, not by line."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from factcheck.border import DataError, read_text
from factcheck.domain import FactcheckError, Finding, Notice, Report, Suppression
from factcheck.ignores import flagging_entries

VERSION: Final = 1


class Known(NamedTuple):
    """One known finding."""

    page: str
    text: str
    entry: str


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    page: str
    text: str
    entry: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=VERSION, le=VERSION)
    findings: list[_Row]


@dataclass(slots=True)
class Baseline:
    """The known findings of a file, and those that a run finds. Pages are named relative to the file's folder."""

    path: Path
    known: frozenset[Known] = frozenset()
    found: set[Known] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read a file.

        Raises `DataError` where it is missing or does not fit.
        """
        if not path.exists():
            raise DataError(f"{path}: no such baseline; write it with --write-baseline")
        try:
            rows = _File.model_validate_json(read_text(path)).findings
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "file"
            raise DataError(f"{path}: {where}: {first['msg']}; write it anew with --write-baseline") from None
        return cls(path, frozenset(Known(row.page, row.text, row.entry) for row in rows))

    def apply(self, report: Report) -> Report:
        """The report with known findings suppressed, and a notice on known ones that are no longer there."""
        if report.skipped:
            return report
        page = self._name(report.source)
        here = set()
        sentences: list[Finding] = []
        for finding in report.sentences:
            if finding.label.flagged and not finding.suppressed:
                rows = {Known(page, finding.sentence.text, entry) for entry in flagging_entries(finding)}
                here |= rows
                if rows and rows <= self.known:
                    finding = replace(finding, suppressed=Suppression("baseline", f"known since {self.path.name}"))
            sentences.append(finding)
        self.pages.add(page)
        self.found |= here
        gone = len({known for known in self.known if known.page == page} - here)
        notices = report.notices
        if gone:
            said = "1 known finding is" if gone == 1 else f"{gone} known findings are"
            notices += (Notice(f"{said} no longer on this page; --write-baseline drops them from {self.path}"),)
        return replace(report, sentences=tuple(sentences), notices=notices)

    def write(self) -> int:
        """Write what was found, keep what is known of pages that were not read, and return how many rows there are.

        Raises `FactcheckError` where the file cannot be written.
        """
        rows = sorted(self.found | {known for known in self.known if known.page not in self.pages})
        text = json.dumps(
            {"version": VERSION, "findings": [row._asdict() for row in rows]}, ensure_ascii=False, indent=2
        )
        try:
            self.path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise FactcheckError(f"{self.path}: cannot be written ({(error.strerror or str(error)).lower()})") from None
        return len(rows)

    def _name(self, source: str) -> str:
        """A file relative to the baseline, so that it does not matter where a run was started; else the source itself."""
        if source == "-" or not Path(source).exists():
            return source
        return Path(os.path.relpath(source, self.path.parent)).as_posix()
