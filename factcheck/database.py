"""The SQLite file of a store: opening it, bringing its tables up to date, and saying what is wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from factcheck.domain import FactcheckError
from factcheck.schema import APPLICATION_ID, STEPS


class StoreError(FactcheckError):
    """A store that cannot be used: the message says which file, what is wrong and what to do."""


def open_to_write(path: Path) -> tuple[sqlite3.Connection, filelock.BaseFileLock]:
    """Open a file, making or migrating it where needed, with the lock that keeps other writers out.

    Raises `StoreError` where the file is no store, is of a newer version, cannot be written, or is being written by
    another process.
    """
    if not path.absolute().parent.is_dir():
        raise StoreError(f"{path}: its folder does not exist; make it, or check the path")
    lock = filelock.FileLock(f"{path}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise StoreError(f"{path}: another audit is writing to it; wait for it, or name another store") from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})") from None
    try:
        with told(path):
            connection = sqlite3.connect(path, isolation_level=None)
            try:
                _prepare(path, connection)
            except BaseException:
                connection.close()
                raise
    except BaseException:
        lock.release()
        raise
    return connection, lock


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a file to read only. Raises `StoreError` where it is no store, or of another version."""
    if not path.is_file():
        raise StoreError(f"{path}: no such file; make it with: factcheck audit SOURCE --store {path}")
    with told(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            version = _version(path, connection)
        except BaseException:
            connection.close()
            raise
    if version < len(STEPS):
        connection.close()
        raise StoreError(f"{path}: made by an earlier version; run the audit again to bring it up to date")
    return connection


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA busy_timeout = 10000")  # a reader may hold the file for a moment
    version = _version(path, connection)
    connection.execute("PRAGMA journal_mode = WAL")  # readers do not wait, and a killed writer leaves a whole store
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32000")  # 32 MB
    connection.execute(
        "PRAGMA wal_autocheckpoint = 8000"
    )  # pages, 32 MB: a page that changes often is moved less often
    if version < len(STEPS):
        connection.execute("BEGIN IMMEDIATE")
        for step in STEPS[version:]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")


def _version(path: Path, connection: sqlite3.Connection) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    empty = not connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and not (empty and application == 0 and version == 0):
        raise StoreError(f"{path}: not a store of an audit; name another file")
    if version > len(STEPS):
        raise StoreError(
            f"{path}: made by a newer version of factcheck (store version {version}, this one reads {len(STEPS)}); upgrade"
        )
    return version


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What SQLite raises, as one line that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {_advice(str(error))}") from None


def _advice(message: str) -> str:
    known = {
        "disk is full": "the disk is full; make room and run the same command again, which goes on from here",
        "disk i/o error": "cannot be written (disk full, or a limit on file size); make room and run the same command again",
        "unable to open": "cannot be opened; does its folder exist, and may you write there?",
        "readonly": "cannot be written; check the permissions of the file and its folder",
        "not a database": "not a store of an audit; name another file",
        "malformed": "the store is damaged; restore it from a copy, or name another file",
        "locked": "another program is writing to it; close that program",
    }
    for part, advice in known.items():
        if part in message.lower():
            return advice
    return f"SQLite: {message}"
