"""Report formats, one module each. A format is added by its module and a line in `PAGE_FORMATS` (CONTRIBUTING.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final, TextIO

from factcheck.reports import json, jsonl, text
from factcheck.reports.view import Checked, Confirmation, PageWriter, Tool, View

__all__ = ["CHECK_FORMATS", "PAGE_FORMATS", "SUFFIXES", "Checked", "Confirmation", "PageWriter", "Tool", "View"]


def _later(module: str, name: str) -> Callable[[TextIO, View], PageWriter]:
    """A writer whose module is imported when it is first opened, since templates and SARIF models take long to import."""

    def open_writer(out: TextIO, view: View) -> PageWriter:
        writer: Any = getattr(import_module(f"factcheck.reports.{module}"), name)
        opened: PageWriter = writer(out, view)
        return opened

    return open_writer


#: `scan --format`: how to open a writer.
PAGE_FORMATS: Final[dict[str, Callable[[TextIO, View], PageWriter]]] = {
    "text": text.TextWriter,
    "json": json.JsonWriter,
    "jsonl": jsonl.JsonLinesWriter,
    "csv": _later("csv", "CsvWriter"),
    "markdown": _later("markdown", "MarkdownWriter"),
    "html": _later("html", "HtmlWriter"),
    "sarif": _later("sarif", "SarifWriter"),
    "github": _later("github", "GithubWriter"),
    "annotation": _later("annotation", "AnnotationWriter"),
    "claimreview": _later("claimreview", "ClaimReviewWriter"),
}

#: `check --format`: how to write the sentences.
CHECK_FORMATS: Final[dict[str, Callable[[Sequence[Checked], TextIO, View], None]]] = {
    "text": text.write_checked,
    "json": json.write_checked,
    "jsonl": jsonl.write_checked,
}

#: The format that a file name stands for where `--output` names none.
SUFFIXES: Final = {
    ".txt": "text",
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".md": "markdown",
    ".html": "html",
    ".sarif": "sarif",
}
