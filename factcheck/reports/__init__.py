"""Report formats, one module each. A format is added by its module and a line in `PAGE_FORMATS` (CONTRIBUTING.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TextIO

from factcheck.reports import json, jsonl, text
from factcheck.reports.view import Checked, PageWriter, Tool, View

__all__ = ["CHECK_FORMATS", "PAGE_FORMATS", "SUFFIXES", "Checked", "PageWriter", "Tool", "View"]

#: `scan --format`: how to open a writer.
PAGE_FORMATS: Final[dict[str, Callable[[TextIO, View], PageWriter]]] = {
    "text": text.TextWriter,
    "json": json.JsonWriter,
    "jsonl": jsonl.JsonLinesWriter,
}

#: `check --format`: how to write the sentences.
CHECK_FORMATS: Final[dict[str, Callable[[Sequence[Checked], TextIO, View], None]]] = {
    "text": text.write_checked,
    "json": json.write_checked,
    "jsonl": jsonl.write_checked,
}

#: The format that a file name stands for where `--output` names none.
SUFFIXES: Final = {".txt": "text", ".json": "json", ".jsonl": "jsonl"}
