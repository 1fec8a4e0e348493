"""How does a test look into a record, whatever keeps it? Past the engine, every value as SQLite would give it."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg


@dataclass(frozen=True)
class Schema:
    """A record in a schema of a PostgreSQL database."""

    url: str
    name: str


Place = Path | Schema
"""A SQLite file, or a schema on a server."""


def is_there(place: Place) -> bool:
    """Whether there is a record with its books."""
    if isinstance(place, Path):
        return place.is_file()
    return "vs_meta" in tables_of(place)


def rows_of(place: Place, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of a question; `?` stands for a value."""
    if isinstance(place, Path):
        with contextlib.closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()
    with _connected(place) as connection:
        found = connection.execute(query.replace("?", "%s").encode(), values or None).fetchall()
        return [tuple(map(_plain, row)) for row in found]


def did(place: Place, *statements: str) -> None:
    """What somebody else does in the record, each statement committed."""
    if isinstance(place, Path):
        with contextlib.closing(sqlite3.connect(place)) as record:
            for statement in statements:
                record.execute(statement)
            record.commit()
        return
    with _connected(place) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def tables_of(place: Place) -> tuple[str, ...]:
    """Every table, sorted."""
    if isinstance(place, Path):
        found = rows_of(place, "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name")
    else:
        found = rows_of(place, 'select tablename from pg_tables where schemaname = ? order by tablename collate "C"', place.name)
    return tuple(str(name) for (name,) in found)


def columns_of(place: Place, table: str) -> list[str]:
    """A table's columns in their own order."""
    if isinstance(place, Path):
        return [str(row[1]) for row in rows_of(place, f"select * from pragma_table_info('{table}')")]
    query = "select column_name from information_schema.columns where table_schema = ? and table_name = ? order by ordinal_position"
    return [str(name) for (name,) in rows_of(place, query, place.name, table)]


def _connected(place: Schema) -> psycopg.Connection[Any]:
    connection = psycopg.connect(place.url, autocommit=True)
    connection.execute(f"set search_path = \"{place.name}\"; set timezone = 'UTC'".encode())
    return connection


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case bool():
            return int(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() and not str(value).count(".") else str(value)
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return value.isoformat()
    return value
