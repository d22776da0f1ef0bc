"""The store's file: made, migrated, refused; and one line where it cannot be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawls import dump, folder, select

import factcheck.database
from factcheck.audit import audit
from factcheck.database import StoreError
from factcheck.plan import Plan
from factcheck.rows import DocumentRow, Occurrence, PageRow
from factcheck.schema import STEPS, row_id
from factcheck.store import Store

DOCS = Path(__file__).parent.parent / "docs" / "store.md"


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A store with a page of one sentence."""
    path = tmp_path / "audit.db"
    with Store.open(path) as store:
        run = store.begin_run(
            dict.fromkeys(("started", "sources", "tool", "model", "reference", "as_of", "extractor", "judge"), "x")
        )
        store.put_sentences([(7, "Ketamine heals.", "", "")])
        store.put_document(DocumentRow(5, "Title", None, (Occurrence(7, 0, 15, "paragraph", "body"),)), "x")
        store.put_page(PageRow("a.com", "http://a.com/", "a.warc@0", None, "00", 5), run)
    return path


def test_every_table_and_column_is_documented(filled: Path) -> None:
    text = DOCS.read_text()
    for (name,) in select(filled, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"):
        assert f"`{name}`" in text, name
        for column in select(filled, f"SELECT name FROM pragma_table_info('{name}') WHERE name != 'id'"):
            counts = name == "runs" and column[0].startswith(("pages", "sentences"))
            assert f"`{column[0]}`" in text or counts, (name, column)
    assert f"now {len(STEPS)})" in text


def test_ids_are_of_what_a_row_is_about() -> None:
    assert row_id("a", "bc") != row_id("ab", "c")
    assert row_id("a") == row_id(b"a") == 2_129_278_940_701_652_730
    assert 0 <= row_id("anything") < 2**63


def test_a_newer_version_is_refused(filled: Path) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for attempt in (Store.open, Store.read):
        with pytest.raises(
            StoreError, match=r"newer version of factcheck \(store version 99, this one reads 2\); upgrade"
        ):
            attempt(filled)


def test_an_older_version_is_migrated_and_keeps_its_rows(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(filled)
    monkeypatch.setattr(
        factcheck.database, "STEPS", [*STEPS, "ALTER TABLE sites ADD COLUMN owner TEXT; CREATE TABLE more (x)"]
    )
    with pytest.raises(StoreError, match="earlier version"):
        Store.read(filled)
    Store.open(filled).__exit__(None, None, None)
    assert select(filled, "PRAGMA user_version") == [(3,)]
    assert dump(filled, without=["owner"]) == before
    assert select(filled, "SELECT owner FROM sites") == [(None,)]


def test_a_migration_that_fails_changes_nothing(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(filled)
    monkeypatch.setattr(factcheck.database, "STEPS", [*STEPS, "DROP TABLE overrules; ALTER TABLE nothing ADD COLUMN x"])
    with pytest.raises(StoreError):
        Store.open(filled)
    assert select(filled, "PRAGMA user_version") == [(2,)]
    assert dump(filled) == before


def test_what_is_no_store_is_not_written_into(tmp_path: Path) -> None:
    text, other = tmp_path / "page.html", tmp_path / "other.db"
    text.write_text("<p>no database</p>" * 100)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    before = other.read_bytes()
    for path in (text, other):
        with pytest.raises(StoreError, match="not a store of an audit; name another file"):
            Store.open(path)
    assert other.read_bytes() == before
    with pytest.raises(StoreError, match="no such file"):
        Store.read(tmp_path / "none.db")


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """As a kill between making the file and its tables leaves it."""
    path = tmp_path / "audit.db"
    path.touch()
    with Store.open(path):
        pass
    assert select(path, "PRAGMA user_version") == [(len(STEPS),)]


def test_an_exception_undoes_what_was_not_committed(filled: Path) -> None:
    before = dump(filled)
    store = Store.open(filled)
    store.put_sentences([(8, "Half.", "", "")])
    error = RuntimeError()
    store.__exit__(RuntimeError, error, None)
    assert dump(filled) == before


def test_what_no_page_has_goes(filled: Path) -> None:
    with Store.open(filled) as store:
        store.put_page(PageRow("b.com", "http://a.com/", "a.warc@0", None, skipped="gone"), 1)
        store.drop_unused()
    rows = dump(filled)
    assert [len(rows[t]) for t in ("sites", "pages", "documents", "occurrences", "sentences")] == [1, 1, 0, 0, 0]


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder in which this process, root or not, may not write."""
    where = Path(tempfile.mkdtemp())
    where.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield where
    os.seteuid(user)
    where.chmod(0o755)
    shutil.rmtree(where)


def test_a_folder_that_cannot_be_written(read_only: Path) -> None:
    with pytest.raises(StoreError, match=r"audit\.db: cannot be written \(permission denied\)"):
        Store.open(read_only / "audit.db")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    command = [
        Path(sys.executable).parent / "factcheck",
        "audit",
        str(tmp_path),
        "--store",
        str(tmp_path / "no" / "x.db"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == f"factcheck: {tmp_path}/no/x.db: its folder does not exist; make it, or check the path\n"


def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from factcheck.parquet import TABLES, export_parquet

    store = tmp_path / "audit.db"
    audit(Plan((str(folder(tmp_path / "crawl", 3)),), store))
    out = export_parquet(store)
    assert sorted(p.name for p in out.iterdir()) == sorted(f"{t}.parquet" for t in TABLES)
    for table in TABLES:
        read = pq.read_table(out / f"{table}.parquet")
        names = ", ".join(f'"{n}"' for n in read.column_names)
        assert [tuple(row.values()) for row in read.to_pylist()] == select(store, f"SELECT {names} FROM {table}"), table
    assert pq.read_table(out / "findings.parquet").num_rows > 3
