"""Where does the journal lie? In a SQLite file, in a folder of semicolon CSV in cp1252, or in a PostgreSQL database: made once a size."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.workload.journal import SEED, chunks
from benchmarks.workload.sizes import TABLES
from vardskiftet.engine.sqlite_adbc import Cursor

PIECE = 8 << 20
NUMBERS = ("person_id", "kontakt_id", "diagnos_id", "svar_id", "anteckning_id", "rang")
"""Columns that a database holds as whole numbers; all others are text."""


def sqlite_journal(folder: Path, size: float) -> dict[str, str]:
    """One file; returns the variables under which the tool finds it."""
    from adbc_driver_sqlite import dbapi

    path = folder / "journal.sqlite"
    partial = path.with_suffix(".partial")
    if not path.is_file():
        partial.unlink(missing_ok=True)
        with dbapi.connect(str(partial), autocommit=True) as connection, connection.cursor() as cursor:
            for pragma in ("journal_mode = off", "synchronous = off"):
                cursor.execute(f"pragma {pragma}")
                cursor.fetchall()
            _into_database(cursor, size, "integer")
        partial.replace(path)
    return {"BENCH_JOURNAL": str(path)}


def csv_journal(folder: Path, size: float) -> dict[str, str]:
    """A folder with one file a table, in cp1252, with a semicolon and quotes where they are needed."""
    import duckdb

    drop = folder / "drop"
    done = drop / ".complete"
    if not done.is_file():
        drop.mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            (drop / f"{table}.csv").unlink(missing_ok=True)
            for number, rows in enumerate(chunks(table, size)):
                piece = drop / ".piece"
                duckdb.from_arrow(rows).write_csv(str(piece), sep=";", header=number == 0)
                _appended(piece, drop / f"{table}.csv")
        done.touch()
    return {"BENCH_JOURNAL": str(drop)}


def postgresql_journal(folder: Path, size: float) -> dict[str, str]:
    """A database of its own on the server that BENCH_POSTGRESQL names; made unless it is there."""
    from adbc_driver_postgresql import dbapi

    server = urlsplit(os.environ["BENCH_POSTGRESQL"])
    name = f"journal_{SEED}_{str(size).replace('.', '_')}"
    url = urlunsplit(server._replace(path=f"/{name}"))
    with dbapi.connect(urlunsplit(server), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_database where datname = $1", (name,))
        if cursor.fetchone() == (0,):
            cursor.execute(f"create database {name}")
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_tables where schemaname = 'public'")
        if cursor.fetchone() == (0,):
            _into_database(cursor, size, "bigint")
            connection.commit()  # all tables at once: what is there is whole
    return {"BENCH_JOURNAL": url}


STORES: dict[str, Callable[[Path, float], dict[str, str]]] = {
    "sqlite": sqlite_journal,
    "csv": csv_journal,
    "postgresql": postgresql_journal,
}


def _into_database(cursor: Cursor, size: float, whole: str) -> None:
    """Tables with their primary keys, and the rows."""
    for table in TABLES:
        for number, rows in enumerate(chunks(table, size)):
            if number == 0:
                columns = ", ".join(f"{name} {whole if name in NUMBERS else 'text'}" for name in rows.column_names)
                cursor.execute(f"create table {table} ({columns}, primary key ({rows.column_names[0]}))")
            cursor.adbc_ingest(table, _numbered(rows), mode="append")


def _numbered(rows: pa.Table) -> pa.Table:
    columns = {name: pc.cast(rows[name], pa.int64()) if name in NUMBERS else rows[name] for name in rows.column_names}
    return pa.table(columns)


def _appended(piece: Path, file: Path) -> None:
    """The piece, recoded from UTF-8 to cp1252, at the end of the file."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with piece.open("rb") as source, file.open("ab") as target:
        while read := source.read(PIECE):
            target.write(decoder.decode(read).encode("cp1252"))
    piece.unlink()
