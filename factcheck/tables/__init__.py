"""Formats of an audit's table, one module each. A format is added by its module and a line in `TABLE_FORMATS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TextIO

from factcheck.tables import csv, html, json, markdown
from factcheck.tally import Table

#: `report --format`: how to write a table.
TABLE_FORMATS: Final[dict[str, Callable[[Table, TextIO], None]]] = {
    "html": html.write,
    "markdown": markdown.write,
    "csv": csv.write,
    "json": json.write,
}

#: Those that show the sentences behind the numbers; the others need not read them.
WITH_EVIDENCE: Final = frozenset({"html", "json"})
