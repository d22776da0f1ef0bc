"""SARIF 2.1.0 (OASIS), which code hosts and editors read. Rules are reference entries, results are findings."""

from __future__ import annotations

from typing import Any, Final, TextIO
from urllib.parse import quote

from sarif_pydantic import (
    ArtifactLocation,
    Invocation,
    Level,
    Location,
    Message,
    PhysicalLocation,
    Region,
    ReportingDescriptor,
    Result,
    Run,
    Sarif,
    Tool,
    ToolDriver,
)
from sarif_pydantic.sarif import ArtifactContent, Notification, Suppression

from factcheck.domain import Entry, Finding, Notice, Report, Severity
from factcheck.reports.said import deciding, web_address
from factcheck.reports.shape import escaped
from factcheck.reports.view import View

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING, Severity.NOTE: Level.NOTE}
#: The rule of a sentence that no entry speaks on (shown by `--show unverified`).
NO_ENTRY: Final = "no-entry"


class SarifWriter:
    """`scan --format sarif`: one run; suppressed findings are in it, marked as such."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._out, self._view = out, view
        self._results: list[Result] = []
        self._rules: dict[str, ReportingDescriptor] = {}
        self._notifications: list[Notification] = []
        self._failed = False

    def page(self, report: Report) -> None:
        """Keep one page for the end."""
        if report.skipped:
            self._failed |= report.skipped.unreadable
            self._notify(report, Notice(report.skipped.reason), Level.WARNING)
            return
        for finding in report.sentences:
            if finding.suppressed or finding.label.flagged or finding.label in self._view.show:
                self._results.append(self._result(report, finding))
        for notice in report.notices:
            self._notify(report, notice, Level.NOTE)

    def close(self) -> None:
        """Write the log."""
        tool = self._view.tool
        driver = ToolDriver(
            name=tool.name,
            version=tool.version,
            semantic_version=tool.version,
            rules=list(self._rules.values()),
            properties={"model": tool.model, "reference": tool.reference, "as_of": tool.as_of.isoformat()},
        )
        # Fields that the library's models lack are given under their SARIF names.
        invocation = Invocation.model_validate(
            {"executionSuccessful": not self._failed, "toolExecutionNotifications": self._notifications}
        )
        run = Run.model_validate(
            {
                "tool": Tool(driver=driver),
                "results": self._results,
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
            }
        )
        log = Sarif.model_validate({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
        self._out.write(escaped(log.model_dump_json(by_alias=True, exclude_none=True, indent=2)) + "\n")

    def _result(self, report: Report, finding: Finding) -> Result:
        claims = deciding(finding)
        rule = self._rule(claims[0].entry if claims else None)
        instead = f" Instead: {finding.suggestion}" if finding.suggestion else ""
        silenced = finding.suppressed
        result = Result(
            rule_id=rule,
            rule_index=list(self._rules).index(rule),
            level=_LEVELS[finding.weight],
            message=Message(text=f"{finding.explanation}{instead}".strip() or finding.label.value),
            locations=[_location(report.source, finding)],
            partial_fingerprints={"factcheck/v1": finding.id},
            properties={
                "label": finding.label.value,
                "confidence": round(finding.confidence, 4),
                "sentence": finding.sentence.text,
                "entries": [c.entry.id for c in claims],
            },
        )
        if silenced is None:
            return result
        kind = "inSource" if silenced.kind == "inline" else "external"
        accepted = Suppression(kind=kind, status="accepted", justification=silenced.reason)
        return result.model_copy(update={"suppressions": [accepted]})  # the library's own field is misspelled

    def _rule(self, entry: Entry | None) -> str:
        key = entry.id if entry else NO_ENTRY
        if key not in self._rules:
            self._rules[key] = _descriptor(entry)
        return key

    def _notify(self, report: Report, notice: Notice, level: Level) -> None:
        region = Region(start_line=notice.line) if notice.line else None
        place = PhysicalLocation(artifact_location=ArtifactLocation(uri=_uri(report.source)), region=region)
        self._notifications.append(
            Notification(level=level, message=Message(text=notice.text), locations=[Location(physical_location=place)])
        )


def _descriptor(entry: Entry | None) -> ReportingDescriptor:
    if entry is None:
        said = Message(text="A medical claim on which the reference set has nothing")
        return ReportingDescriptor(id=NO_ENTRY, short_description=said)
    properties: dict[str, Any] = {"topic": entry.topic, "grade": entry.grade.value, "tags": [entry.topic]}
    return ReportingDescriptor(
        id=entry.id,
        short_description=Message(text=entry.claim),
        full_description=Message(text=entry.truth),
        help_uri=next((s.url for s in entry.sources if web_address(s.url)), None),
        properties=properties,
    )


def _location(source: str, finding: Finding) -> Location:
    span = finding.sentence.source_span
    region = None
    if span:
        region = Region(
            start_line=span.line,
            start_column=span.column,
            end_line=span.end_line,
            end_column=span.end_column,
            snippet=ArtifactContent(text=finding.sentence.text),
        )
    return Location(
        physical_location=PhysicalLocation(artifact_location=ArtifactLocation(uri=_uri(source)), region=region)
    )


def _uri(source: str) -> str:
    """A URL as it is, a path as a relative or file URI."""
    if web_address(source):
        return quote(source, safe=":/?#[]@!$&'()*+,;=%", errors="replace")
    path = quote(source.replace("\\", "/"), safe="/", errors="replace")
    return f"file://{path}" if path.startswith("/") else path
