"""A row a finding, for a spreadsheet. No cell of it can be taken for a formula."""

from __future__ import annotations

import csv
from typing import Final, TextIO

from factcheck.domain import Finding, Report
from factcheck.reports.said import citation, cited, deciding, visible
from factcheck.reports.view import View

COLUMNS: Final = (
    "page title line label severity confidence sentence entries explanation suggestion sources links id".split()
)
# What makes a spreadsheet run a cell (OWASP, CSV Injection), with the full-width forms that some take for them.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


class CsvWriter:
    """`scan --format csv`: RFC 4180 with a header; pages that were not checked, or have no finding, have no row."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._view = view
        self._rows = csv.writer(out)
        self._rows.writerow(COLUMNS)

    def page(self, report: Report) -> None:
        """Write the rows of one page."""
        for finding in report.sentences if self._view.every else self._view.shown(report):
            self._rows.writerow([cell(value) for value in _row(report, finding)])

    def close(self) -> None:
        """Nothing comes after the last row."""


def cell(value: object) -> str:
    """A cell that stays text, empty for None: one that would be a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    shown = visible(text)
    return f"'{shown}" if text.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown


def _row(report: Report, finding: Finding) -> list[str]:
    sources = cited(finding)
    span = finding.sentence.source_span
    return [
        report.source,
        report.title,
        str(span.line) if span else "",
        finding.label.value,
        finding.weight.value if finding.label.flagged else "",
        f"{finding.confidence:.4f}",
        finding.sentence.text,
        " ".join(dict.fromkeys(c.entry.id for c in deciding(finding))),
        finding.explanation,
        finding.suggestion or "",
        "; ".join(citation(s) for s in sources),
        " ".join(s.url for s in sources if s.url),
        finding.id,
    ]
