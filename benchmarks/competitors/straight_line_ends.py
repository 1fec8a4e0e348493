"""How does the script read a journal and write a record? One reader and one writer for each kind of store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.csv as pv

from benchmarks.competitors.straight_line_sql import TABLES, Table

REFERENCES = {"patient_id": "patient", "encounter_id": "encounter"}
WHOLE = {"b": "integer", "i": "integer"}


class Writer(Protocol):
    """A record that is being written."""

    def write(self, table: str, good: pa.Table, bad: pa.Table) -> None:
        """One batch."""
        ...

    def finish(self) -> None:
        """Indexes, and whatever makes it last."""
        ...


def read_sqlite(source: str, table: Table, rows: int) -> Iterator[pa.RecordBatch]:
    """Rows as text."""
    from adbc_driver_sqlite import dbapi

    columns = ", ".join(f"cast({name} as text) as {name}" for name in table.source_columns)
    with dbapi.connect(f"file:{source}?mode=ro") as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(rows)})
        cursor.execute(f"select {columns} from {table.reads}")
        yield from cursor.fetch_record_batch()


def read_csv(source: str, table: Table, rows: int) -> Iterator[pa.RecordBatch]:
    """Rows as text."""
    reading = pv.ReadOptions(encoding="cp1252", block_size=rows * 100)
    parsing = pv.ParseOptions(delimiter=";", newlines_in_values=True)
    texts = pv.ConvertOptions(include_columns=list(table.source_columns), column_types=dict.fromkeys(table.source_columns, pa.string()))
    yield from pv.open_csv(Path(source) / f"{table.reads}.csv", reading, parsing, texts)


def read_postgresql(source: str, table: Table, rows: int) -> Iterator[pa.RecordBatch]:
    """Rows as text."""
    from adbc_driver_postgresql import dbapi

    columns = ", ".join(f"{name}::text as {name}" for name in table.source_columns)
    with dbapi.connect(source) as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(rows * 100)})
        cursor.execute(f"select {columns} from {table.reads}")
        yield from cursor.fetch_record_batch()


class SqliteWriter:
    """A SQLite file: one transaction; references from the start, keys and indexes as soon as a table is full."""

    def __init__(self, target: str) -> None:
        from adbc_driver_sqlite import dbapi

        self.connection: Any = dbapi.connect(target, autocommit=True)
        with self.connection.cursor() as cursor:
            for pragma in ("foreign_keys = on", "cache_size = -65536", "threads = 2"):
                cursor.execute(f"pragma {pragma}")
                cursor.fetchall()
            for table in TABLES:
                cursor.execute(_ddl(table))
            cursor.execute("create table reject (record_table text, key text, reason text)")
        self.connection.adbc_connection.set_autocommit(False)
        self.full: list[str] = []

    def write(self, table: str, good: pa.Table, bad: pa.Table) -> None:
        """One batch."""
        if self.full[-1:] != [table]:
            self._index(self.full[-1:])
            self.full.append(table)
        with self.connection.cursor() as cursor:
            cursor.adbc_ingest(table, good, mode="append")
            if bad.num_rows:
                cursor.adbc_ingest("reject", bad.append_column("record_table", pa.repeat(table, bad.num_rows)), mode="append")

    def finish(self) -> None:
        """The last indexes, then the one commit."""
        self._index(self.full[-1:])
        self.connection.adbc_connection.commit()
        self.connection.close()

    def _index(self, tables: list[str]) -> None:
        with self.connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"create unique index {table}_id on {table} (id)")
                for column in _referring(table):
                    cursor.execute(f"create index {table}_{column} on {table} ({column})")


READERS: dict[str, Callable[[str, Table, int], Iterator[pa.RecordBatch]]] = {
    "sqlite": read_sqlite,
    "csv": read_csv,
    "postgresql": read_postgresql,
}
WRITERS: dict[str, Callable[[str], Writer]] = {"sqlite": SqliteWriter}


def _referring(into: str) -> list[str]:
    return [name for table in TABLES if table.into == into for name, _ in table.typed if name in REFERENCES]


def _ddl(table: Table) -> str:
    columns = "".join(
        f", {name} {WHOLE.get(tag, 'text')}{f' references {REFERENCES[name]} (id)' if name in REFERENCES else ''}"
        for name, tag in table.typed
    )
    return f"create table {table.into} (id text not null{columns}, key text, digest blob)"
