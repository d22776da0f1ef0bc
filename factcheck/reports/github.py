"""GitHub Actions workflow commands, which a pull request shows beside the lines."""

from __future__ import annotations

from typing import Final, TextIO

from factcheck.domain import Report, Severity
from factcheck.reports.said import citation, cited, deciding, name, visible
from factcheck.reports.view import View

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


class GithubWriter:
    """`scan --format github`: a command a finding, and one for each notice and each page that was not checked."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._out, self._view = out, view

    def page(self, report: Report) -> None:
        """Write the commands of one page."""
        where = {"file": report.source}
        if report.skipped:
            self._write("warning", {**where, "title": "factcheck: not checked"}, report.skipped.reason)
            return
        for finding in self._view.shown(report):
            place, span = dict(where), finding.sentence.source_span
            if span:
                place["line"], place["endLine"] = str(span.line), str(span.end_line)
                if span.line == span.end_line:  # GitHub takes columns on one line only
                    place["col"], place["endColumn"] = str(span.column), str(span.end_column)
            ids = ", ".join(dict.fromkeys(c.entry.id for c in deciding(finding)))
            place["title"] = f"factcheck: {name(finding.label)}" + (f" ({ids})" if ids else "")
            sources = [citation(s) + (f" {s.url}" if s.url else "") for s in cited(finding)[:1]]
            instead = [f"Instead: {finding.suggestion}"] if finding.suggestion else []
            lines = [f"“{finding.sentence.text}”", finding.explanation, *sources, *instead]
            self._write(_COMMANDS[finding.weight], place, "\n".join(visible(line) for line in lines if line))
        for notice in report.notices:
            line = {"line": str(notice.line)} if notice.line else {}
            self._write("warning", {**where, **line, "title": "factcheck"}, notice.text)

    def close(self) -> None:
        """Nothing comes after the last command."""

    def _write(self, command: str, place: dict[str, str], message: str) -> None:
        properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
        self._out.write(f"::{command} {properties}::{_data(message)}\n")


# How actions/toolkit (core/src/command.ts) escapes, so that no text ends its command or begins another.
def _data(text: str) -> str:
    lines = [visible(line) for line in text.split("\n")]
    return "%0A".join(line.replace("%", "%25").replace("\r", "%0D") for line in lines)


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
