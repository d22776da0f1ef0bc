"""An editor's own verdicts, kept in the store: they count in place of the tool's and outlast every re-run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from factcheck.database import StoreError
from factcheck.store import Store


@dataclass(frozen=True, slots=True)
class Overrule:
    """A verdict on a sentence. `made` is a UTC time in ISO 8601."""

    sentence_id: int
    text: str
    context: str
    label: str
    editor: str
    note: str
    made: str


def keep_overrules(path: Path, overrules: Iterable[Overrule]) -> None:
    """Write verdicts, all or none, each in place of an earlier one on its sentence.

    Raises `StoreError` where the store cannot be written, or an audit is writing to it.
    """
    with Store.open(path) as store:
        try:
            store.connection.execute("BEGIN IMMEDIATE")
            store.connection.executemany(
                "INSERT OR REPLACE INTO overrules (sentence_id, text, context, label, editor, note, made)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((o.sentence_id, o.text, o.context, o.label, o.editor, o.note, o.made) for o in overrules),
            )
        except sqlite3.Error as error:
            raise StoreError(f"{path}: the answers cannot be kept (SQLite: {error}); nothing was changed") from None
