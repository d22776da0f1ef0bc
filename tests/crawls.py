"""Small crawls for the tests of audits, and what a store comes to, apart from times."""

from __future__ import annotations

import gzip
import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import factcheck.work
from factcheck.identity import Settings
from factcheck.rows import VerdictRow
from factcheck.work import Content, Extracted, Text

#: What kills the worker that reads it, or judges it.
DEADLY_PAGE = b"a page of which workers die"
DEADLY_SENTENCE = "Ketamine is a sentence of which workers die."

FOOTER = "<p>Results vary, and ketamine is not approved for depression.</p>"
DATE = "2026-01-02T03:04:05Z"


def page(number: int, extra: str = "") -> bytes:
    """A page of its own, with a footer that all have."""
    claims = (
        f"<p>Clinic {number} offers ketamine infusions in room {number}. Ketamine is FDA-approved for depression, says doctor"
        f" number {number}.</p><p>Our {number} patients know that ketamine is not addictive.</p>"
    )
    filler = "".join(f"<p>Visit {k} of path {number} takes {k + number} minutes of your time.</p>" for k in range(8))
    return (
        f"<html lang=en><title>Clinic {number}</title><body><h1>Ketamine {number}</h1>{claims}{filler}{extra}{FOOTER}</body>"
    ).encode()


def folder(root: Path, count: int, sites: int = 3) -> Path:
    """A mirror of some sites with so many pages in all."""
    for number in range(count):
        path = root / f"www.clinic{number % sites}.com" / f"page{number:04}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page(number))
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return root


def record(url: str, body: bytes, date: str = DATE, status: str = "200 OK", fields: str = "") -> bytes:
    """A WARC record of a response."""
    if "content-type" not in fields.lower():
        fields += "Content-Type: text/html; charset=utf-8\r\n"
    http = f"HTTP/1.1 {status}\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def warc(path: Path, records: Sequence[bytes]) -> Path:
    """A .warc or .warc.gz file."""
    path.write_bytes(b"".join(gzip.compress(r) if path.suffix == ".gz" else r for r in records))
    return path


#: Columns that differ between two runs over the same crawl: times, runs, and what rests on them.
_VARY = {"pages": {"run_id"}}
TABLES = "sites pages documents sentences occurrences claims entries overrules disclosures".split()


def dump(store: Path, *, without: Sequence[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a store, apart from its runs, in the order of their keys."""
    connection = sqlite3.connect(store)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = {}
        for table in TABLES:
            varying = {*_VARY.get(table, ()), *without}
            names = [c[1] for c in connection.execute(f"PRAGMA table_info({table})") if c[1] not in varying]
            columns = ", ".join(f'"{n}"' for n in names)
            rows[table] = sorted(connection.execute(f"SELECT {columns} FROM {table}"), key=repr)
        return rows
    finally:
        connection.close()


def select(store: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    connection = sqlite3.connect(store)
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


# Stand-ins for the workers' functions; at the top of a module, so that other processes find them.


def extract_or_die(contents: Sequence[Content], extractor: str, reference: tuple[Path, ...] = ()) -> Extracted:
    """Extract pages; the deadly one ends the process as a crash in a library would."""
    if any(DEADLY_PAGE in c.page.content for c in contents):
        os.kill(os.getpid(), signal.SIGKILL)
    return factcheck.work.extract_pages(contents, extractor, reference)


def judge_or_die(texts: Sequence[Text], settings: Settings, judge: str) -> list[VerdictRow]:
    """Judge sentences; the deadly one ends the process."""
    if any(DEADLY_SENTENCE in t.text for t in texts):
        os.kill(os.getpid(), signal.SIGKILL)
    return factcheck.work.judge_sentences(texts, settings, judge)


if __name__ == "__main__":  # an audit in a process of its own, to be killed: SOURCE STORE JOBS
    from factcheck.audit import audit
    from factcheck.plan import Plan

    audit(Plan((sys.argv[1],), Path(sys.argv[2]), jobs=int(sys.argv[3])))
