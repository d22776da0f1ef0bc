"""A store of an audit with the rows that a test needs, in the tables that ship."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from factcheck.schema import STEPS


def write_store(
    path: Path,
    sentences: Sequence[tuple[str, str, str | None, str | None]],
    pages: Sequence[tuple[str, Sequence[int]]] = (),
) -> Path:
    """Sentences as text, context, label and reason, numbered from 1 and ever more confident; pages as address and sentences."""
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript("".join(STEPS))
        for n, (text, context, label, reason) in enumerate(sentences, 1):
            db.execute(
                "INSERT INTO sentences (id, text, context, label, confidence, reason) VALUES (?, ?, ?, ?, ?, ?)",
                (n, text, context, label, n / 10, reason),
            )
        for n, (url, on) in enumerate(pages, 1):
            db.execute(
                "INSERT INTO pages (id, site_id, url, source, document_id, run_id) VALUES (?, 1, ?, ?, ?, 1)",
                (n, url, url, n),
            )
            db.executemany(
                "INSERT INTO occurrences VALUES (?, ?, ?, 0, 1, 'paragraph', 'body')",
                [(n, k, i) for k, i in enumerate(on)],
            )
    return path
