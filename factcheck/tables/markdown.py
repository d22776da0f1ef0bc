"""The table for a document or a pull request: the shares, then the rows."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import TextIO

from factcheck.reports.said import visible
from factcheck.tables.words import UNITS, caption, cautions, interval, percent, said
from factcheck.tally import Table

# What has a meaning inside a line of GitHub Flavored Markdown: markup, cells, mentions, and the beginnings of autolinks.
_SPECIAL = re.compile(r"([\\`*_\[\]|~@#]|(?<=www)\.|:(?=//))", re.IGNORECASE)


def write(table: Table, out: TextIO) -> None:
    """`report --format markdown`: GitHub Flavored Markdown. Nothing of a page can be markup or a link in it."""
    out.write(f"{escaped(caption(table))}\n\n")
    for caution in cautions(table):
        out.write(f"{escaped(caution)}\n\n")
    if table.by == "entry":
        head = [
            "Entry",
            "Claim",
            "Grade",
            "Contradicted",
            "Overstated",
            "Pages",
            "Sites",
            "Share of sites",
            "95% interval",
        ]
        _table(out, head, [
            [e.id, e.claim, e.grade, str(e.contradicted), str(e.overstated), str(e.pages), f"{e.sites.count} of {e.sites.of}",
             percent(e.sites.value), interval(e.sites)]
            for e in table.entries
            if e.sites.count
        ])  # fmt: skip
        return
    units = UNITS[table.by]
    _table(out, ["", units.capitalize(), "Share", "95% interval"], [
        [column.title, f"{share.count} of {share.of}" if share.of else "not read", percent(share.value), interval(share)]
        for column, share in zip(table.columns, table.shares, strict=True)
    ])  # fmt: skip
    head = [table.by.capitalize(), "Pages", "Contradicted", "Overstated", *(column.title for column in table.columns)]
    _table(out, head, [
        [
            row.name if row.counted else f"{row.name} (not counted)",
            str(row.pages),
            *(str(row.labels.get(label, 0)) for label in ("contradicted", "overstated")),
            *(said(cell, column.disclosure is not None) for column, cell in zip(table.columns, row.cells, strict=True)),
        ]
        for row in table.rows
    ])  # fmt: skip


def escaped(text: str) -> str:
    """Text that shows as it is."""
    return _SPECIAL.sub(r"\\\1", html.escape(visible(text), quote=False))


def _table(out: TextIO, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for cells in (head, ["---"] * len(head), *rows):
        line = " | ".join("---" if cell == "---" and cells is not head else escaped(cell) for cell in cells)
        out.write(f"| {line} |\n")
    out.write("\n")
