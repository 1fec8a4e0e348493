"""How does a journal that lies in a SQLite file, or in CSV files, come onto a server? Table by table, every value a text."""

from __future__ import annotations

import contextlib
import csv
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import mariadb
import psycopg

Row = Sequence[str | None]
Put = Callable[[str, str, Sequence[str], list[Row]], None]
"""URL, table, columns, rows."""


def on_postgresql(url: str, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A table of texts, in the order in which PostgreSQL was told to compare them."""
    names = ", ".join(f'"{name}"' for name in columns)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f'create table "{table}" ({names.replace(chr(44), " text,")} text)'.encode())
        with cursor.copy(f'copy "{table}" from stdin'.encode()) as copy:
            for row in rows:
                copy.write_row(row)


def on_mariadb(url: str, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A table of texts in the database's own, Swedish order."""
    names = ", ".join(f"`{name}` longtext" for name in columns)
    with mariadb.connected(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"create table `{table}` ({names})")
        connection.begin()
        cursor.executemany(f"insert into `{table}` values ({', '.join(['%s'] * len(columns))})", list(rows))
        connection.commit()


PUT: dict[str, Put] = {"postgresql": on_postgresql, "mysql": on_mariadb}
"""Kind of source to what puts a table onto such a server."""


def from_sqlite(path: Path, url: str, put: Put) -> None:
    """Every table of a SQLite file."""
    with contextlib.closing(sqlite3.connect(path)) as journal:
        for (table,) in journal.execute("select name from sqlite_schema where type = 'table' order by name").fetchall():
            found = journal.execute(f'select * from "{table}"')
            put(url, table, [column[0] for column in found.description], list(found))


def from_csv(folder: Path, url: str, put: Put, name: Callable[[str], str]) -> None:
    """Every CSV file; an empty field without quotes is no value, as the delivery says."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = list(csv.reader(file))
            put(url, name(path.stem), header, [[value or None for value in row] for row in rows])
