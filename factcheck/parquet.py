"""A store's tables as Parquet files, for analysts. Needs pyarrow (`pip install factcheck[parquet]`)."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from factcheck.domain import FactcheckError
from factcheck.store import Store

#: What is exported: the tables, and the view of findings as a table of its own. Page bytes stay in the store.
TABLES: Final = tuple(
    "runs sites pages documents sentences occurrences claims entries overrules disclosures findings".split()
)
_ROWS = 50_000


def export_parquet(store: Path) -> Path:
    """Write a Parquet file for each table into the folder `STORE.parquet`, in place of earlier ones.

    Raises `FactcheckError` where pyarrow is not installed or the folder cannot be written.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise FactcheckError("pyarrow is not installed; pip install 'factcheck[parquet]'") from None
    folder = store.with_name(store.name + ".parquet")
    try:
        folder.mkdir(exist_ok=True)
        with Store.read(store) as opened:
            for table in TABLES:
                _write(opened.connection, table, folder / f"{table}.parquet")
    except OSError as error:
        raise FactcheckError(f"{folder}: cannot be written ({(error.strerror or str(error)).lower()})") from None
    return folder


def _write(connection: sqlite3.Connection, table: str, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"INTEGER": pa.int64(), "REAL": pa.float64(), "TEXT": pa.string()}
    columns = [
        (name, kinds.get(kind, pa.string()))
        for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})")
        if kind != "BLOB"
    ]
    schema = pa.schema(columns)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    part = path.with_suffix(".part")
    with pq.ParquetWriter(part, schema) as writer:
        cursor = connection.execute(f"SELECT {names} FROM {table}")  # noqa: S608
        while rows := cursor.fetchmany(_ROWS):
            arrays = [
                pa.array(values, kind) for values, (_, kind) in zip(zip(*rows, strict=True), columns, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    part.replace(path)
