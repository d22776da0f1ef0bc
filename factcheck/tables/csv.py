"""A row a site, page or entry, for a spreadsheet or a statistics program. No cell of it can be taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final, TextIO

from factcheck.reports.csv import cell
from factcheck.tally import Table

_LABELS: Final = ("contradicted", "overstated", "unverified", "supported")


def write(table: Table, out: TextIO) -> None:
    """`report --format csv`: RFC 4180 with a header. In a column of the table 1 says that it holds, 0 not, empty not read."""
    rows = csv.writer(out)
    rows.writerows(
        [cell(value) for value in row] for row in (_entries(table) if table.by == "entry" else _units(table))
    )


def _units(table: Table) -> Iterator[list[object]]:
    columns = [name for column in table.columns for name in (column.id, f"{column.id}_sentences")]
    yield [table.by, "pages", "pages_not_read", "reason", "counted", *_LABELS, "overruled", *columns]
    for row in table.rows:
        cells: list[object] = []
        for told in row.cells:
            cells += [None if told.holds is None else int(told.holds), told.count]
        labels = (row.labels.get(label, 0) for label in _LABELS)
        yield [row.name, row.pages, row.unread, row.reason, int(row.counted), *labels, row.overruled, *cells]


def _entries(table: Table) -> Iterator[list[object]]:
    head: list[object] = [*"entry claim grade contradicted overstated pages sites sites_counted share low high".split()]
    yield head
    for entry in table.entries:
        share = entry.sites
        bounds = ("" if value is None else f"{value:.4f}" for value in (share.value, share.low, share.high))
        counts = (entry.contradicted, entry.overstated, entry.pages, share.count, share.of)
        yield [entry.id, entry.claim, entry.grade, *counts, *bounds]
