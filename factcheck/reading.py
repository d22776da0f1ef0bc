"""A store, opened to be read as it stands at one moment, also while an audit writes to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from factcheck.database import StoreError
from factcheck.store import Store

#: Labels of claims that the evidence speaks against, as SQL.
FLAGGED = "('overstated', 'contradicted')"


@dataclass(frozen=True, slots=True)
class Made:
    """What made a store: its last run. Digests and versions as in the table `runs`; times are UTC.

    Attributes:
        finished: None where the run was interrupted, or is still going on.
        unjudged: Sentences without a verdict of this run's judge.
    """

    store: str
    tool: str
    model: str
    reference: str
    as_of: str
    judge: str
    started: str
    finished: str | None
    unjudged: int


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees one state of the store and may make temporary tables. Raises `StoreError`."""
    with Store.read(path) as store:
        try:
            store.connection.execute("BEGIN")
            yield store.connection
        except sqlite3.Error as error:
            raise StoreError(f"{path}: cannot be read (SQLite: {error}); is the file whole?") from None


def made(db: sqlite3.Connection, path: Path) -> Made:
    """What made the store. Raises `StoreError` where no audit has run."""
    run = db.execute(
        "SELECT tool, model, reference, as_of, judge, started, finished FROM runs ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if run is None:
        raise StoreError(f"{path}: no audit has run; fill it with: factcheck audit SOURCE --store {path}")
    unjudged = db.execute("SELECT COUNT(*) FROM sentences WHERE judge IS NOT ?", (run[4],)).fetchone()[0]
    tool, model, reference, as_of, judge, started, finished = run
    return Made(path.name, tool, model, reference, as_of, judge, started, finished, unjudged)
