"""The store of an audit: one SQLite file. docs/store.md describes its tables for those who query it.

One process writes, others may read meanwhile. Everything between two calls of `commit` is written as a whole or not at all.
"""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import filelock

from factcheck.database import open_to_read, open_to_write, told
from factcheck.rows import DocumentRow, PageRow, VerdictRow
from factcheck.schema import row_id

#: Rows asked for at once; SQLite takes 32,766 parameters a statement since 3.32, 999 before.
_MANY: Final = 900

_PUT_PAGE: Final = (
    "INSERT INTO pages (id, site_id, url, source, fetched, hash, document_id, skipped, etag, last_modified, run_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET site_id = excluded.site_id,"
    " source = excluded.source, fetched = excluded.fetched, hash = excluded.hash, document_id = excluded.document_id,"
    " skipped = excluded.skipped, etag = excluded.etag, last_modified = excluded.last_modified, run_id = excluded.run_id"
)
#: Of several captures the newest that could be read; which was seen first must not matter.
_IF_NEWER: Final = (
    " WHERE (excluded.skipped IS NULL, COALESCE(excluded.fetched, ''), COALESCE(excluded.hash, ''))"
    " >= (pages.skipped IS NULL, COALESCE(pages.fetched, ''), COALESCE(pages.hash, ''))"
)


class Store:
    """An open store, and a context manager: leaving it commits, or after an exception undoes what was not committed."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: filelock.BaseFileLock | None) -> None:
        self.path = path
        self.connection = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open a store to write, making or migrating it where needed.

        Raises `StoreError` where the file is no store, is of a newer version, cannot be written, or is being written by
        another process.
        """
        return cls(path, *open_to_write(path))

    @classmethod
    def read(cls, path: Path) -> Store:
        """Open a store to read only. Raises `StoreError` where it is none, or of another version."""
        return cls(path, open_to_read(path), None)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.commit()
            # Otherwise what is half written goes; the last commit stands.
        finally:
            self.connection.close()
            if self._lock:
                self._lock.release()

    def commit(self) -> None:
        """Make all that was written since the last commit last."""
        with told(self.path):
            if self.connection.in_transaction:
                self.connection.execute("COMMIT")

    # -- runs ----------------------------------------------------------------------------------------------------------

    def begin_run(self, columns: dict[str, object]) -> int:
        """Note that a run has begun; its id."""
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        cursor = self._write(f"INSERT INTO runs ({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608
        return int(cursor.lastrowid or 0)

    def judged_by(self, judge: str) -> tuple[str, str] | None:
        """Reference digest and day of judging of the last run, where it was this judge's, so that its entries are here."""
        last = self._read("SELECT judge, reference, as_of FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        return (last[1], last[2]) if last and last[0] == judge else None

    def update_run(self, run_id: int, columns: dict[str, object]) -> None:
        """Write a run's counts and its end."""
        names = ", ".join(f"{name} = ?" for name in columns)
        self._write(f"UPDATE runs SET {names} WHERE id = ?", (*columns.values(), run_id))  # noqa: S608

    # -- pages and documents -------------------------------------------------------------------------------------------

    def extracted(self, ids: Sequence[int], extractor: str) -> dict[int, str | None]:
        """Those of the documents that this extractor has read, each with why it was skipped."""
        rows = self._select_in("SELECT id, skipped FROM documents WHERE extractor = ? AND id IN", (extractor,), ids)
        return dict(rows)

    def validators(self, url: str, extractor: str) -> tuple[str | None, str | None]:
        """ETag and Last-Modified of a page whose text, as this extractor reads it, is at hand."""
        found = self._read(
            "SELECT etag, last_modified FROM pages JOIN documents ON documents.id = document_id WHERE url = ? AND extractor = ?",
            (url, extractor),
        ).fetchone()
        return (found[0], found[1]) if found else (None, None)

    def touch(self, url: str, fetched: str | None, run_id: int) -> None:
        """Note that a page is as it was."""
        self._write("UPDATE pages SET fetched = ?, run_id = ? WHERE url = ?", (fetched, run_id, url))

    def put_page(self, page: PageRow, run_id: int) -> None:
        """Write a page, in place of what stood under its URL."""
        site_id = row_id(page.site)
        self._write("INSERT OR IGNORE INTO sites (id, name) VALUES (?, ?)", (site_id, page.site))
        self._write(
            _PUT_PAGE + _IF_NEWER if page.newest else _PUT_PAGE,
            (
                row_id(page.url),
                site_id,
                page.url,
                page.source,
                page.fetched,
                page.hash,
                page.document_id,
                page.skipped,
                page.etag,
                page.last_modified,
                run_id,
            ),
        )

    def put_document(self, document: DocumentRow, extractor: str) -> None:
        """Write a document with its sentences, in place of what an earlier extractor made of it."""
        self._write(
            "INSERT INTO documents (id, extractor, title, skipped) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " extractor = excluded.extractor, title = excluded.title, skipped = excluded.skipped",
            (document.id, extractor, document.title, document.skipped),
        )
        self._write("DELETE FROM occurrences WHERE document_id = ?", (document.id,))
        self._write("DELETE FROM disclosures WHERE document_id = ?", (document.id,))
        self._write_many(
            'INSERT INTO occurrences (document_id, position, sentence_id, start, "end", block, channel)'
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (document.id, n, o.sentence_id, o.start, o.end, o.block, o.channel)
                for n, o in enumerate(document.occurrences)
            ),
        )

    def keep_content(self, document_id: int, content: bytes) -> None:
        """Keep a page's bytes, compressed by gzip."""
        packed = gzip.compress(content, 6, mtime=0)
        self._write("UPDATE documents SET content = ? WHERE id = ? AND content IS NULL", (packed, document_id))

    def drop_unused(self) -> None:
        """Remove documents that no page has any more, and sentences that no document has."""
        unused = (
            "SELECT id FROM documents WHERE id NOT IN (SELECT document_id FROM pages WHERE document_id IS NOT NULL)"
        )
        for table in ("occurrences", "disclosures"):
            self._write(f"DELETE FROM {table} WHERE document_id IN ({unused})")  # noqa: S608
        self._write(f"DELETE FROM documents WHERE id IN ({unused})")  # noqa: S608
        orphans = (
            "SELECT id FROM sentences WHERE NOT EXISTS (SELECT 1 FROM occurrences WHERE sentence_id = sentences.id)"
        )
        self._write(f"DELETE FROM claims WHERE sentence_id IN ({orphans})")  # noqa: S608
        self._write(f"DELETE FROM sentences WHERE id IN ({orphans})")  # noqa: S608
        self._write("DELETE FROM sites WHERE id NOT IN (SELECT site_id FROM pages)")

    # -- sentences and verdicts ----------------------------------------------------------------------------------------

    def put_sentences(self, sentences: Iterable[tuple[int, str, str, str]]) -> None:
        """Write sentences (id, text, context, subject) that are not there yet, without a verdict."""
        self._write_many("INSERT OR IGNORE INTO sentences (id, text, context, subject) VALUES (?, ?, ?, ?)", sentences)

    def judged(self, ids: Sequence[int], judge: str) -> set[int]:
        """Those of the sentences that have a verdict of this judge."""
        rows = self._select_in("SELECT id FROM sentences WHERE judge = ? AND id IN", (judge,), ids)
        return {row[0] for row in rows}

    def all_judged(self, judge: str) -> bool:
        """Whether every sentence has a verdict of this judge: a run that came to its end leaves none without."""
        last = self._read("SELECT judge, finished FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        return last is None or (last[0] == judge and last[1] is not None)

    def unjudged(self, judge: str, after: int, limit: int) -> list[tuple[int, str, str, str, bool]]:
        """Sentences (id, text, context, subject, whether another judge has seen them) without a verdict of this judge, by id."""
        return self._read(
            "SELECT id, text, context, subject, judge IS NOT NULL FROM sentences"
            " WHERE id > ? AND judge IS NOT ? ORDER BY id LIMIT ?",
            (after, judge, limit),
        ).fetchall()

    def put_verdicts(self, verdicts: Sequence[VerdictRow], judge: str) -> None:
        """Write verdicts in place of earlier ones. What documents disclose is to be worked out anew from then on."""
        self._write("DELETE FROM disclosures")
        self._write_many(
            "UPDATE sentences SET judge = ?, label = ?, confidence = ?, strength = ?, reason = ?, explanation = ?,"
            " suggestion = ?, discloses = ? WHERE id = ?",
            (
                (
                    judge,
                    v.label,
                    v.confidence,
                    v.strength,
                    v.reason,
                    v.explanation,
                    v.suggestion,
                    v.discloses,
                    v.sentence_id,
                )
                for v in verdicts
            ),
        )
        self._write_many("DELETE FROM claims WHERE sentence_id = ?", ((v.sentence_id,) for v in verdicts))
        self._write_many(
            "INSERT INTO claims (sentence_id, position, entry_id, stance, strength, grade, label, spans)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (v.sentence_id, n, c.entry_id, c.stance, c.strength, c.grade, c.label, c.spans)
                for v in verdicts
                for n, c in enumerate(v.claims)
            ),
        )

    def lacks_disclosures(self) -> bool:
        """Whether it has yet to be worked out what some document discloses."""
        found = self._read(
            "SELECT EXISTS (SELECT 1 FROM documents WHERE skipped IS NULL AND id NOT IN (SELECT document_id FROM disclosures))"
        ).fetchone()
        return bool(found[0])

    def put_disclosures(self, ids: Iterable[str], blocks: Sequence[str], channel: str) -> None:
        """Write what each document discloses, by the verdicts that stand: the first sentence in such a block, or none.

        Parameters
        ----------
        ids: of the disclosures. blocks, channel: where a reader sees a sentence that can disclose.
        """
        self._write("DELETE FROM disclosures")
        seen = f"channel = ? AND block IN ({', '.join('?' * len(blocks))})"
        for name in ids:
            self._write(
                "INSERT INTO disclosures (document_id, disclosure, present, sentence_id)"  # noqa: S608  (only marks are put in)
                " SELECT documents.id, ?, found.sentence_id IS NOT NULL, found.sentence_id FROM documents LEFT JOIN"
                " (SELECT document_id, sentence_id, MIN(position) FROM sentences"
                "  JOIN occurrences ON occurrences.sentence_id = sentences.id"
                f"  WHERE discloses <> '' AND INSTR(discloses, ?) > 0 AND {seen} GROUP BY document_id) AS found"
                " ON found.document_id = documents.id WHERE documents.skipped IS NULL",
                (name, f" {name} ", channel, *blocks),
            )

    def put_entries(self, entries: Iterable[tuple[str, str, str, str, str, str]]) -> None:
        """Write the reference entries (id, claim, truth, grade, licensed, sources as JSON), in place of all earlier ones."""
        self._write("DELETE FROM entries")
        self._write_many(
            "INSERT INTO entries (id, claim, truth, grade, licensed, sources) VALUES (?, ?, ?, ?, ?, ?)", entries
        )

    def labels(self) -> dict[str, int]:
        """How many sentences, on however many pages, have each label."""
        rows = self._read("SELECT label, COUNT(*) FROM verdicts WHERE label IS NOT NULL GROUP BY label")
        return dict(rows.fetchall())

    # -- inside --------------------------------------------------------------------------------------------------------

    def _read(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        with told(self.path):
            return self.connection.execute(statement, values)

    def _select_in(self, statement: str, first: tuple[object, ...], ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for i in range(0, len(ids), _MANY):
            some = ids[i : i + _MANY]
            yield from self._read(f"{statement} ({','.join('?' * len(some))})", (*first, *some))

    def _write(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        with told(self.path):
            self._transaction()
            return self.connection.execute(statement, values)

    def _write_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        with told(self.path):
            self._transaction()
            self.connection.executemany(statement, rows)

    def _transaction(self) -> None:
        if not self.connection.in_transaction:
            self.connection.execute("BEGIN IMMEDIATE")
