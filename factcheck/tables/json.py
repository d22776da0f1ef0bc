"""The table as JSON, every number with its sentences; docs/report.md describes the fields."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final, TextIO

from factcheck.intervals import Share
from factcheck.tally import EntryRow, Row, Table

#: Raised when a field changes its meaning or goes; new fields leave it as it is.
VERSION: Final = 1


def write(table: Table, out: TextIO) -> None:
    """`report --format json`."""
    document: dict[str, Any] = {
        "version": VERSION,
        "by": table.by,
        "audit": asdict(table.made),
        "sites": table.sites,
        "pages": table.pages,
    }
    if table.by == "entry":
        document["rows"] = [_entry(entry) for entry in table.entries]
    else:
        document["counted"] = table.counted
        document["columns"] = [
            {"id": column.id, "title": column.title, **_share(share)}
            for column, share in zip(table.columns, table.shares, strict=True)
        ]
        document["rows"] = [_row(table, row) for row in table.rows]
    json.dump(document, out, ensure_ascii=False, indent=1)
    out.write("\n")


def _row(table: Table, row: Row) -> dict[str, Any]:
    return {
        table.by: row.name,
        "pages": row.pages,
        "pages_not_read": row.unread,
        "reason": row.reason or None,
        "counted": row.counted,
        "labels": row.labels,
        "overruled": row.overruled,
        "cells": {column.id: asdict(cell) for column, cell in zip(table.columns, row.cells, strict=True)},
        "findings": [asdict(finding) for finding in row.findings],
        "pages_read": list(row.urls),
    }


def _entry(entry: EntryRow) -> dict[str, Any]:
    whole = asdict(entry)
    return {**whole, "sites": _share(entry.sites), "findings": whole["findings"]}


def _share(share: Share) -> dict[str, Any]:
    rounded = {name: None if value is None else round(value, 6) for name, value in asdict(share).items()}
    return {**rounded, "count": share.count, "of": share.of}
