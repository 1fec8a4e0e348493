"""How does a synthetic journal become a SQLite file with its key beside it? Whole, or not at all under its own name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from adbc_driver_sqlite import dbapi

from vardskiftet.demo.planted import Planted

Ingest = Callable[[Mapping[str, pa.Table]], None]
"""Appends rows to tables."""


def create(tables: Mapping[str, str]) -> tuple[str, ...]:
    """Statements that make the tables; table to its columns."""
    return tuple(f"create table {table} ({columns})" for table, columns in tables.items())


def index(indexed: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Statements that index the tables: what any such system would have, or it could not be read by key."""
    return tuple(f"create index {table}_{column} on {table} ({column})" for table, columns in indexed.items() for column in columns)


def write_sqlite(
    folder: Path, system: str, tables: Mapping[str, str], indexed: Mapping[str, Sequence[str]], fill: Callable[[Ingest], Planted]
) -> Planted:
    """Write `<system>.sqlite` and `<system>.planted.json` into the folder, with the rows and the key that `fill` makes."""
    folder.mkdir(parents=True, exist_ok=True)
    half_made = folder / f".{system}.sqlite.making"
    half_made.unlink(missing_ok=True)
    with dbapi.connect(str(half_made), autocommit=True) as connection, connection.cursor() as cursor:

        def ingest(made: Mapping[str, pa.Table]) -> None:
            for name, rows in made.items():
                if rows.num_rows:
                    cursor.adbc_ingest(name, rows, mode="append")

        # Nobody reads a half-made journal, so that it needs no log of its own.
        for statement in ("pragma journal_mode = off", "pragma synchronous = off", *create(tables)):
            cursor.execute(statement)
        planted = fill(ingest)
        for statement in index(indexed):
            cursor.execute(statement)
    write_key(folder, planted)
    half_made.replace(folder / f"{system}.sqlite")
    return planted


def write_key(folder: Path, planted: Planted) -> None:
    """The key, beside its journal."""
    (folder / f"{planted.system}.planted.json").write_text(planted.model_dump_json(indent=1) + "\n", encoding="utf-8")
