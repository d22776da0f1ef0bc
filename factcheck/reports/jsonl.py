"""JSON Lines: a page, or a checked sentence, a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from factcheck.domain import Report
from factcheck.reports import shape
from factcheck.reports.view import Checked, View


class JsonLinesWriter:
    """`scan --format jsonl`: each page with `version` and `tool`, written as soon as it is checked."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._out, self._view = out, view

    def page(self, report: Report) -> None:
        """Write one line."""
        head = {"version": shape.VERSION, "tool": shape.tool(self._view.tool)}
        self._out.write(shape.dumps(head | shape.page(report, self._view)) + "\n")
        self._out.flush()

    def close(self) -> None:
        """Nothing comes after the last line."""


def write_checked(sentences: Sequence[Checked], out: TextIO, view: View) -> None:
    """`check --format jsonl`: each input object on one line, in order, with its verdict added."""
    for sentence in sentences:
        out.write(shape.dumps(shape.checked(sentence)) + "\n")
