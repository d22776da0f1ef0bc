"""The sentences behind the numbers of an audit, with the label that counts: an editor's, where there is one, else the tool's."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

#: Sentences kept for one cell, and addresses for one site: what a reader looks through. The counts are of all.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence behind a number.

    Attributes:
        label: An editor's verdict where there is one (then `editor` names who gave it), else the tool's, which is `judged`.
        url: The first page that it stands on, by address; `pages` is on how many pages of the row it stands.
        entries: Ids of the entries that decided.
    """

    text: str
    context: str
    label: str
    judged: str
    editor: str | None
    note: str
    explanation: str
    entries: tuple[str, ...]
    url: str
    pages: int


def label_sentences(db: sqlite3.Connection) -> None:
    """The temporary table `said`: sentences with a claim, or called one by the tool; each with the label that counts."""
    db.execute(
        "CREATE TEMP TABLE said (sentence_id INTEGER PRIMARY KEY, label TEXT, judged TEXT, editor TEXT, known INTEGER)"
    )
    db.execute(
        "INSERT INTO temp.said SELECT s.id, COALESCE(o.label, s.label), s.label, o.editor,"
        " EXISTS (SELECT 1 FROM claims WHERE sentence_id = s.id)"
        " FROM sentences s LEFT JOIN overrules o ON o.sentence_id = s.id"
        " WHERE s.label IS NOT NULL AND (s.label != 'no_claim' OR o.label != 'no_claim')"
    )
    db.execute(
        'CREATE TEMP TABLE hits ("column" TEXT, sentence_id INTEGER, PRIMARY KEY ("column", sentence_id)) WITHOUT ROWID'
    )


def hit(db: sqlite3.Connection, hits: Iterable[tuple[str, int]]) -> None:
    """Note that sentences count in a column (or for an entry): pairs of its id and the sentence's."""
    db.executemany("INSERT OR IGNORE INTO temp.hits VALUES (?, ?)", hits)


def evidence_of(db: sqlite3.Connection, unit: str) -> dict[tuple[int, str], tuple[Evidence, ...]]:
    """The sentences of each unit and column, worst first."""
    rows = db.execute(
        f'SELECT {unit} AS unit, "column", sentence_id, MIN(url), COUNT(DISTINCT pages.id) FROM temp.hits'  # noqa: S608
        " JOIN occurrences USING (sentence_id) JOIN pages USING (document_id) GROUP BY 1, 2, 3"
        " ORDER BY 1, 2, (SELECT label FROM temp.said WHERE said.sentence_id = hits.sentence_id), 4, 3"
    )
    return _told(db, rows)


def disclosing(db: sqlite3.Connection, unit: str) -> dict[tuple[int, str], tuple[Evidence, ...]]:
    """The sentences that make a disclosure."""
    rows = db.execute(
        f"SELECT {unit} AS unit, disclosure, sentence_id, MIN(url), COUNT(DISTINCT pages.id) FROM disclosures"  # noqa: S608
        " JOIN pages USING (document_id) WHERE present AND sentence_id IS NOT NULL AND skipped IS NULL"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 4, 3"
    )
    return _told(db, rows)


def _told(db: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> dict[tuple[int, str], tuple[Evidence, ...]]:
    found: dict[tuple[int, str], list[Evidence]] = defaultdict(list)
    known: dict[int, Evidence] = {}  # a sentence that stands on many sites is kept once
    for unit, column, sentence_id, url, pages in rows:
        kept = found[unit, column]
        if len(kept) < MOST:
            if sentence_id not in known:
                known[sentence_id] = _sentence(db, sentence_id)
            kept.append(replace(known[sentence_id], url=url, pages=pages))
    return {key: tuple(kept) for key, kept in found.items()}


def _sentence(db: sqlite3.Connection, sentence_id: int) -> Evidence:
    text, context, judged, explanation, label, editor, note = db.execute(
        "SELECT s.text, s.context, s.label, s.explanation, o.label, o.editor, o.note FROM sentences s"
        " LEFT JOIN overrules o ON o.sentence_id = s.id WHERE s.id = ?",
        (sentence_id,),
    ).fetchone()
    entries = db.execute(
        "SELECT entry_id FROM claims WHERE sentence_id = ? AND label = ? ORDER BY position", (sentence_id, judged)
    )
    decided = tuple(dict.fromkeys(entry for (entry,) in entries))
    return Evidence(
        text, context, label or judged or "", judged or "", editor, note or "", explanation or "", decided, "", 0
    )
