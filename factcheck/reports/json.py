"""One JSON document for a whole run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TextIO

from factcheck.domain import Report
from factcheck.reports import shape
from factcheck.reports.view import Checked, View


class JsonWriter:
    """`scan --format json`: `{"version", "tool", "pages"}`."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._out, self._view = out, view
        self._pages: list[dict[str, Any]] = []

    def page(self, report: Report) -> None:
        """Keep one page for the end."""
        self._pages.append(shape.page(report, self._view))

    def close(self) -> None:
        """Write the document."""
        _dump({"version": shape.VERSION, "tool": shape.tool(self._view.tool), "pages": self._pages}, self._out)


def write_checked(sentences: Sequence[Checked], out: TextIO, view: View) -> None:
    """`check --format json`: `{"version", "tool", "sentences"}`."""
    lines = [shape.checked(s) for s in sentences]
    _dump({"version": shape.VERSION, "tool": shape.tool(view.tool), "sentences": lines}, out)


def _dump(document: dict[str, Any], out: TextIO) -> None:
    out.write(shape.dumps(document, indent=2) + "\n")
