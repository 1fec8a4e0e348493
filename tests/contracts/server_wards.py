"""On which small databases do the kinds of source on a server sit their exam? Each in a database of its own, named by a variable."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import threading
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import mariadb
import proxy
import psycopg
import pytest
import servers
import sqlalchemy as sa
from wards import ZONE, SourceWard, Table, Value, named

from vardskiftet.model.system import SourceSpec, System

VARIABLE = "JOURNAL_URL"


class ServerWard(SourceWard):
    """A database on a server. Its columns have types: what is no number stands in a column of text."""

    kind: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}
    copies = False
    types: ClassVar[dict[str, str]]
    """What SQLite would declare, to the type here."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.url = os.environ[VARIABLE]
        self._closing.callback(os.environ.__setitem__, VARIABLE, self.url)
        spec = SourceSpec(kind=self.kind, options={"url_from": VARIABLE, **self.options})
        self.system = System(system="elvis", title="Elvis", source=spec, timezone=ZONE)

    def fill(self, *tables: Table) -> None:
        self.do(*(f"drop table if exists {self.named(name)}" for name in self.tables()))
        for table in tables:
            kinds = [self._typed(kind, [row[at] for row in table.rows]) for at, (_, kind) in enumerate(table.columns)]
            columns = ", ".join(f"{self.named(name)} {kind}" for (name, _), kind in zip(table.columns, kinds, strict=True))
            self.do(f"create table {self.named(table.name)} ({columns})")
            rows = [tuple(self._value(kind, value) for kind, value in zip(kinds, row, strict=True)) for row in table.rows]
            self.insert(table.name, len(kinds), rows)

    def _typed(self, declared: str, values: Sequence[Value]) -> str:
        plain = declared.removesuffix(" primary key")
        wordy = any(isinstance(value, str | bytes) for value in values)
        if plain in ("integer", "numeric") and (wordy or any(isinstance(value, float) for value in values)):
            plain = "text" if wordy else "real"
        return self.types[plain] + declared[len(declared.removesuffix(" primary key")) :]

    def _value(self, kind: str, value: Value) -> Value:
        if self.types["text"].split()[0] not in kind or value is None or isinstance(value, str):
            return value
        return value.hex() if isinstance(value, bytes) else str(value)

    def add(self, table: str, row: tuple[Value, ...]) -> None:
        self.insert(table, len(row), [row])

    def lose(self) -> None:
        os.environ[VARIABLE] = sa.make_url(self.url).set(database="vs_nowhere").render_as_string(hide_password=False)

    never_was = lose

    def ruin(self) -> None:
        """Something that answers, and is no database."""
        door = socket.create_server(("127.0.0.1", 0))
        self._closing.callback(door.close)
        self._closing.callback(_shut, door)
        threading.Thread(target=_answer, args=(door,), daemon=True).start()
        url = sa.make_url(self.url).difference_update_query(["host", "unix_socket"])
        os.environ[VARIABLE] = url.set(host="127.0.0.1", port=door.getsockname()[1]).render_as_string(hide_password=False)

    def damage(self) -> None:
        """A line that goes dead in the middle of an answer."""
        _, os.environ[VARIABLE] = self._closing.enter_context(proxy.before(self.url, lets_through=100_000))

    def tamper(self, held: Path) -> None:
        """A server holds nothing in a folder that a hand could change: who asks for that asks in the wrong place."""
        pytest.fail(f"a server's source left something in {held.name}")

    def state(self) -> object:
        return {name: sorted(map(repr, self.ask(f"select * from {self.named(name)}"))) for name in self.tables()}

    def order(self, value: Value) -> Any:
        return str(value).encode()

    def named(self, name: str) -> str:
        """A name as this server has it."""
        return named(name)

    @abstractmethod
    def tables(self) -> list[str]:
        """The tables that are there."""

    @abstractmethod
    def do(self, *statements: str) -> None:
        """Statements past the engine, each committed."""

    @abstractmethod
    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows past the engine."""

    @abstractmethod
    def insert(self, table: str, width: int, rows: Sequence[tuple[Value, ...]]) -> None:
        """Rows into a table."""


class PostgresqlWard(ServerWard):
    """A PostgreSQL database."""

    kind = "postgresql"
    types: ClassVar[dict[str, str]] = {
        "integer": "bigint",
        "numeric": "numeric",
        "real": "double precision",
        "text": 'text collate "C"',
        "": 'text collate "C"',
        "text collate nocase": "text",
        "blob": "bytea",
    }

    @classmethod
    def holds(cls, value: Value) -> bool:
        return not (isinstance(value, str) and "\0" in value)

    def tables(self) -> list[str]:
        return [name for (name,) in self.ask("select tablename from pg_tables where schemaname = 'public' order by 1")]

    def do(self, *statements: str) -> None:
        servers.did(self.url, *statements)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return servers.asked(self.url, query)

    def insert(self, table: str, width: int, rows: Sequence[tuple[Value, ...]]) -> None:
        copying = f"copy {named(table)} from stdin".encode()
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor, cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row(row)


class MariadbWard(ServerWard):
    """A MariaDB database."""

    kind = "mysql"
    types: ClassVar[dict[str, str]] = {
        "integer": "bigint",
        "numeric": "bigint",
        "real": "double",
        "text": "longtext collate utf8mb4_bin",
        "": "longtext collate utf8mb4_bin",
        "text collate nocase": "varchar(100) collate utf8mb4_swedish_ci",
        "blob": "longblob",
    }

    @classmethod
    def holds(cls, value: Value) -> bool:
        return value not in (float("inf"), float("-inf"))

    def named(self, name: str) -> str:
        return "`{}`".format(name.replace("`", "``"))

    def tables(self) -> list[str]:
        return [name for (name,) in self.ask("select table_name from information_schema.tables where table_schema = database() order by 1")]

    def do(self, *statements: str) -> None:
        mariadb.did(self.url, *statements)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return mariadb.asked(self.url, query)

    def insert(self, table: str, width: int, rows: Sequence[tuple[Value, ...]]) -> None:
        marks = ", ".join(["%s"] * width)
        with mariadb.connected(self.url) as connection, connection.cursor() as cursor:
            connection.begin()
            cursor.executemany(f"insert into {self.named(table).replace('%', '%%')} values ({marks})", rows)
            connection.commit()


class AlchemyWard(ServerWard):
    """A SQLite file, as SQLAlchemy reads it."""

    kind = "sqlalchemy"
    types: ClassVar[dict[str, str]] = {
        "integer": "integer",
        "numeric": "integer",
        "real": "real",
        "text": "text",
        "": "text",
        "text collate nocase": "text collate nocase",
        "blob": "blob",
    }

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.sqlite"
        os.environ[VARIABLE] = f"sqlite:///file:{self.path}?mode=ro&uri=true"
        super().__init__(folder)
        self._closing.pop_all()
        self._closing.callback(os.environ.pop, VARIABLE, None)

    def lose(self) -> None:
        self.path.unlink()

    def never_was(self) -> None:
        assert not self.path.exists()

    def ruin(self) -> None:
        self.path.write_bytes(b"This is a letter about the database, not the database itself.\n" * 100)

    def damage(self) -> None:
        content = bytearray(self.path.read_bytes())
        middle = len(content) // 2 // 4096 * 4096
        content[middle : middle + 8192] = b"\xa5" * 8192
        self.path.write_bytes(content)

    def tables(self) -> list[str]:
        return [name for (name,) in self.ask("select name from sqlite_schema where type = 'table' order by 1")]

    def do(self, *statements: str) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as journal:
            for statement in statements:
                journal.execute(statement)
            journal.commit()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self.path)) as journal:
            return journal.execute(query).fetchall()

    def insert(self, table: str, width: int, rows: Sequence[tuple[Value, ...]]) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as journal:
            journal.executemany(f"insert into {named(table)} values ({', '.join('?' * width)})", rows)
            journal.commit()


def _answer(door: socket.socket) -> None:
    """The same letter to whoever comes, until it is closed."""
    while True:
        try:
            caller, _ = door.accept()
        except OSError:
            return
        with caller, contextlib.suppress(OSError):
            caller.sendall(b"HTTP/1.0 400 This is a letter about the database\r\n\r\n" * 50)


def _shut(door: socket.socket) -> None:
    with contextlib.suppress(OSError):
        door.shutdown(socket.SHUT_RDWR)


ANYWHERE: dict[str, type[ServerWard]] = {"sqlalchemy": AlchemyWard}
"""Kinds that need no server of their own."""
SERVER_SOURCES: dict[str, type[ServerWard]] = {"mysql": MariadbWard, "postgresql": PostgresqlWard}
"""Kind of source on a server to its ward."""
FIXTURES = {"mysql": "mariadb", "postgresql": "postgresql"}
"""Kind to the fixture that gives its database's URL."""
