"""On which small wards do the kinds of source and target sit their exam? A new kind is one class and one line in a table here."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote
from uuid import UUID

import adbc_driver_sqlite.dbapi as adbc
import drops
import psycopg
import pytest
import sqlalchemy as sa

from vardskiftet.engine.sources import hold_source, open_source, sqlite
from vardskiftet.engine.sources.protocol import Source
from vardskiftet.errors import IntegrityBroken, Unreachable, VardskiftetError
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column, ColumnType, Record
from vardskiftet.model.record import Table as RecordTable
from vardskiftet.model.system import SourceSpec, System

Value = int | float | str | bytes | None
ZONE = "Europe/Stockholm"


@dataclass(frozen=True)
class Table:
    """A table to be: columns as (name, declared type), and rows in the order in which they are put in."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Value, ...]] = field(default_factory=list)


class SourceWard(ABC):
    """A legacy system of one kind in a folder of its own. What is opened through it is closed with it."""

    system: System
    root: Path
    holder: ModuleType
    """The module that holds such a system still, and reaches the failpoints of that."""
    many = 40_000
    """Rows of a table that is long for this kind."""
    copies = True
    """Whether such a system is held still by a copy that outlives the run."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self._closing = contextlib.ExitStack()

    @classmethod
    def holds(cls, value: Value) -> bool:
        """Whether a system of this kind can hold the value, and tell it from every other."""
        return True

    def live(self) -> Source:
        """The live system, opened."""
        return self.keep(open_source(self.system, self.root))

    def held(self, folder: Path) -> Source:
        """The system held still in that folder, now or before."""
        return self.keep(hold_source(self.system, self.root, folder))

    def keep(self, source: Source) -> Source:
        """Remember to close it."""
        self._closing.callback(source.close)
        return source

    def close(self) -> None:
        """Close all that was opened."""
        self._closing.close()

    @abstractmethod
    def fill(self, *tables: Table) -> None:
        """Make the system anew, with these tables."""

    @abstractmethod
    def add(self, table: str, row: tuple[Value, ...]) -> None:
        """Let somebody write one more row into the live system."""

    @abstractmethod
    def state(self) -> object:
        """All that a reader could change, to be compared before and after."""

    @abstractmethod
    def lose(self) -> None:
        """Take the system away."""

    def never_was(self) -> None:
        """Let there be no system; a place where nothing was put yet is one."""
        assert not list(self.root.rglob("*.sqlite"))

    @abstractmethod
    def ruin(self) -> None:
        """Leave something in its place that is no system of this kind."""

    @abstractmethod
    def damage(self) -> None:
        """Make the live system unreadable somewhere in the middle."""

    @abstractmethod
    def tamper(self, held: Path) -> None:
        """Change what was held still in that folder."""

    @abstractmethod
    def order(self, value: Value) -> Any:
        """A sort key that puts values in the system's own order."""

    def broken_text(self, table: str, column: str, raw: bytes, where: str) -> None:
        """Put bytes under the type of text, as an old driver did; skips where the kind has no place for them."""
        pytest.skip(f"{self.system.source.kind} holds no such bytes")


class SqliteWard(SourceWard):
    """A SQLite file."""

    holder = sqlite

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = folder / "journal.sqlite"
        self.system = System(
            system="elvis", title="Elvis", source=SourceSpec(kind="sqlite", options={"path": "journal.sqlite"}), timezone=ZONE
        )

    def fill(self, *tables: Table) -> None:
        self.path.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as journal:
            journal.execute("pragma synchronous = off")
            journal.execute("begin")
            for table in tables:
                columns = ", ".join(f"{named(name)} {kind}" for name, kind in table.columns)
                journal.execute(f"create table {named(table.name)} ({columns})")
                marks = ", ".join("?" for _ in table.columns)
                journal.executemany(f"insert into {named(table.name)} values ({marks})", table.rows)
            journal.execute("commit")

    def add(self, table: str, row: tuple[Value, ...]) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as journal:
            journal.execute(f"insert into {named(table)} values ({', '.join('?' for _ in row)})", row)
            journal.commit()

    def broken_text(self, table: str, column: str, raw: bytes, where: str) -> None:
        """Put bytes under the type of text, as an old driver did."""
        with contextlib.closing(sqlite3.connect(self.path)) as journal:
            journal.execute(f"update {named(table)} set {named(column)} = cast(? as text) where {where}", (raw,))
            journal.commit()

    def state(self) -> object:
        return self.path.read_bytes(), sorted(path.name for path in self.root.iterdir())

    def lose(self) -> None:
        self.path.unlink()

    def ruin(self) -> None:
        self.path.write_bytes(b"This is a letter about the database, not the database itself.\n" * 100)

    def damage(self) -> None:
        content = bytearray(self.path.read_bytes())
        middle = len(content) // 2 // 4096 * 4096
        content[middle : middle + 8192] = b"\xa5" * 8192
        self.path.write_bytes(content)

    def tamper(self, held: Path) -> None:
        with contextlib.closing(sqlite3.connect(held / "elvis.sqlite")) as copy:
            copy.execute("delete from besok where rowid = (select min(rowid) from besok)")
            copy.commit()

    def order(self, value: Value) -> Any:
        match value:
            case bytes():
                return 2, 0, value
            case str():
                return 1, 0, value.encode()
        return 0, value, b""


SOURCES: dict[str, type[SourceWard]] = {"sqlite": SqliteWard}
"""Kind of source to its ward; tests hold it against the engine's own table."""


def named(name: str) -> str:
    """A name in double quotes, in an own hand."""
    return '"{}"'.format(name.replace('"', '""'))


RECORD = Record(
    record="small",
    title="A small record",
    version="1",
    tables=(
        RecordTable(
            table="patient",
            title="Patients",
            key="patient_id",
            identity=True,
            columns=(
                Column(column="patient_id", type=ColumnType.UUID, required=True),
                Column(column="identifier", type=ColumnType.TEXT, required=True),
                Column(column="protected", type=ColumnType.BOOLEAN),
                Column(column="born", type=ColumnType.DATE),
            ),
        ),
        RecordTable(
            table="visit",
            title="Visits",
            key="visit_id",
            columns=(
                Column(column="visit_id", type=ColumnType.UUID, required=True),
                Column(column="patient_id", type=ColumnType.UUID, required=True, references="patient"),
                Column(column="starts_at", type=ColumnType.INSTANT),
                Column(column="minutes", type=ColumnType.DECIMAL),
                Column(column="rank", type=ColumnType.INTEGER),
                Column(column="note", type=ColumnType.TEXT),
            ),
        ),
    ),
)
"""The record of the targets' exam: a table of persons, one that refers to it, and every type."""


class TargetWard(ABC):
    """A place for a record of one kind, where nothing is yet."""

    def __init__(self, folder: Path, options: dict[str, Any], kind: str, record: Record) -> None:
        self.programme = Programme(
            programme="landstad",
            title="Landstad",
            timezone=ZONE,
            target=SourceSpec(kind=kind, options=options),
            systems_in_order=("elvis",),
            waves=(),
            units=(),
            systems=(),
            record=record,
            mappings=(),
            root=folder,
        )

    in_its_place: type[VardskiftetError] = IntegrityBroken
    """What is told of something else in the target's place."""
    unholdable = ""
    """Signs that a text of this target cannot hold."""
    indexed = True
    """Whether its tables have indexes that a load may leave out for a while."""

    def typed(self, kind: str, value: str) -> str:
        """SQL of a text as a value of a type."""
        return value

    @abstractmethod
    def do(self, *statements: str) -> None:
        """Let somebody else write into the target."""

    @abstractmethod
    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the target holds, past the engine."""

    @abstractmethod
    def tables(self) -> dict[str, str]:
        """Tables and indexes by name, as the target itself describes them."""

    @abstractmethod
    def forget(self, *names: str) -> None:
        """Take out the mark of completion, and these tables or indexes: what a kill in the middle of the creation leaves."""

    @abstractmethod
    def retype(self, table: str, column: str) -> None:
        """Give a column another type."""

    @abstractmethod
    def ruin(self) -> None:
        """Leave something in its place that is no target of this kind."""

    @abstractmethod
    def files(self) -> list[Path]:
        """Files that hold rows and must be closed to others; none for a server."""


class SqliteTargetWard(TargetWard):
    """A SQLite file that is not there yet."""

    def __init__(self, folder: Path, record: Record = RECORD) -> None:
        super().__init__(folder, {"path": "work/record.sqlite"}, "sqlite", record)
        self.path = folder / "work" / "record.sqlite"

    # Through the same library as the target: two SQLite libraries in one process drop each other's locks.
    @contextlib.contextmanager
    def _cursor(self) -> Iterator[adbc.Cursor]:
        with adbc.connect(quote(f"file:{self.path}", safe="/:"), autocommit=True) as record, record.cursor() as cursor:
            yield cursor

    def do(self, *statements: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def tables(self) -> dict[str, str]:
        return dict(self.ask("select name, sql from sqlite_schema where sql is not null"))

    def forget(self, *names: str) -> None:
        kinds = dict(self.ask("select name, type from sqlite_schema"))
        self.do("delete from vs_meta", *(f"drop {kinds[name]} {named(name)}" for name in names))

    def retype(self, table: str, column: str) -> None:
        self.do(f"alter table {named(table)} drop column {named(column)}", f"alter table {named(table)} add column {named(column)} real")

    def ruin(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(b"This is a letter about the database, not the database itself.\n" * 100)

    def files(self) -> list[Path]:
        return sorted(self.path.parent.iterdir())


class PostgresqlTargetWard(TargetWard):
    """A schema with a name of its own in a database of its own; it is not there yet."""

    in_its_place = Unreachable
    unholdable = "\0"
    schema = 'Vårdens "order"'

    def __init__(self, folder: Path, record: Record = RECORD) -> None:
        super().__init__(folder, {"url_from": "RECORD_URL", "schema": self.schema}, "postgresql", record)
        self.url = os.environ["RECORD_URL"]

    def typed(self, kind: str, value: str) -> str:
        """PostgreSQL takes no text for a value of another type."""
        return f"cast({value} as {kind})"

    def do(self, *statements: str) -> None:
        self._did(f"create schema if not exists {named(self.schema)}", *statements)

    def _did(self, *statements: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as record:
            record.execute(f"set search_path = {named(self.schema)}".encode())
            done = [record.execute(statement.encode()) for statement in statements]
            return done[-1].fetchall() if done[-1].description else []

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(str(one) if isinstance(one, UUID) else one for one in row) for row in self._did(query)]

    def tables(self) -> dict[str, str]:
        where = f"where schemaname = {literal(self.schema)}"
        keys = (
            f"select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = {literal(named(self.schema))}::regnamespace"
        )
        columns = "string_agg(column_name || ' ' || data_type || ' ' || is_nullable, ', ' order by ordinal_position)"
        return dict(
            self._did(f"select indexname, indexdef from pg_indexes {where}")
            + self._did(keys)
            + self._did(
                f"select table_name, {columns} from information_schema.columns where table_schema = {literal(self.schema)} group by 1"
            )
        )

    def forget(self, *names: str) -> None:
        indexes = {name for (name,) in self._did("select indexname from pg_indexes")}
        kinds = {name: "index" if name in indexes else "table" for name in names}
        self.do("delete from vs_meta", *(f"drop {kinds[name]} {named(name)}" for name in names))

    def retype(self, table: str, column: str) -> None:
        self.do(f"alter table {named(table)} alter column {named(column)} type real using null")

    def ruin(self) -> None:
        url = sa.make_url(self.url)
        with psycopg.connect(url.set(database="postgres").render_as_string(hide_password=False), autocommit=True) as server:
            server.execute(f"drop database {named(str(url.database))} with (force)".encode())

    def files(self) -> list[Path]:
        return []


class FileDropTargetWard(TargetWard):
    """A drop that is not there yet. What somebody else does in it is an entry of theirs, in the same form."""

    indexed = False

    def __init__(self, folder: Path, record: Record = RECORD) -> None:
        super().__init__(folder, {"path": "work/drop", "formats": ["parquet", "csv"]}, "file_drop", record)
        self.path = folder / "work" / "drop"

    def do(self, *statements: str) -> None:
        for statement in statements:
            words = statement.replace('"', "").split()
            if words[:2] in (["create", "table"], ["create", "view"]):
                self._stray(words[2])
            elif words[:2] == ["insert", "into"] and words[2] not in dict(self._columns()):
                (self.path / words[2]).write_text(statement.partition("'")[2].rstrip("')"), encoding="utf-8")
            elif words[:2] == ["drop", "table"]:
                self._describe(lambda tables, name=words[2]: tables.pop(name))
            elif words[:2] == ["alter", "table"]:
                self._alter(words[2], words[3], words[5], words[6:])
            elif words[:2] == ["drop", "index"]:
                continue  # files have none
            elif "vs_meta" in words:
                self._remark("999")
            else:
                drops.appended(self.path, statement)

    def _stray(self, name: str) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text("", encoding="utf-8")

    def _alter(self, table: str, verb: str, column: str, kind: list[str]) -> None:
        def change(tables: dict[str, Any]) -> None:
            if verb == "drop":
                del tables[table]["columns"][column]
            else:
                tables[table]["columns"][column] = kind[0]

        self._describe(change)

    def _described(self) -> dict[str, Any]:
        found = json.loads((self.path / "record.json").read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found

    def _describe(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Let the drop say of its tables what another version of the record would."""
        found = self._described()
        tables = found["tables"] | found["books"]
        names = set(found["tables"])
        change(tables)
        found |= {"tables": {name: tables[name] for name in names & set(tables)}}
        found["books"] = {name: table for name, table in tables.items() if name not in names}
        (self.path / "record.json").write_text(json.dumps(found), encoding="utf-8")

    def _remark(self, layout: str) -> None:
        found = self._described()
        found["marks"]["layout"] = layout
        (self.path / "record.json").write_text(json.dumps(found), encoding="utf-8")

    def _columns(self) -> list[tuple[str, Any]]:
        if not (self.path / "record.json").is_file():
            return []
        found = self._described()
        return sorted((found["tables"] | found["books"]).items())

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        stray = re.fullmatch(r'select x from "(.*)"', query)
        if stray:
            return [((self.path / stray[1]).read_text(encoding="utf-8"),)]
        return drops.asked(self.path, query)

    def tables(self) -> dict[str, str]:
        if not (self.path / "record.json").is_file():
            return {path.name: "" for path in self.path.iterdir()}
        return {name: json.dumps(table) for name, table in self._columns()}

    def forget(self, *names: str) -> None:
        (self.path / "record.json").unlink()
        for name in names:
            shutil.rmtree(self.path / "rows" / name, ignore_errors=True)
            shutil.rmtree(self.path / "books" / name, ignore_errors=True)

    def retype(self, table: str, column: str) -> None:
        self._alter(table, "add", column, ["REAL"])

    def ruin(self) -> None:
        self.path.mkdir(parents=True)
        (self.path / "record.json").write_bytes(b"This is a letter about the drop, not the drop itself.\n" * 100)

    def files(self) -> list[Path]:
        return sorted(path for path in self.path.rglob("*") if path.is_file())


def literal(text: str) -> str:
    """A text in single quotes, in an own hand."""
    return "'{}'".format(text.replace("'", "''"))


TARGETS: dict[str, type[TargetWard]] = {"file_drop": FileDropTargetWard, "postgresql": PostgresqlTargetWard, "sqlite": SqliteTargetWard}
"""Kind of target to its ward; tests hold it against the engine's own table."""
