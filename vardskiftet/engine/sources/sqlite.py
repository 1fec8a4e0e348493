"""How are rows read from a SQLite file? ADBC for the rows, the standard library's driver for counting."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import adbc_driver_manager
import pyarrow as pa

from vardskiftet.engine.encoding import is_text, with_damage
from vardskiftet.engine.files import place_file, sha256_of
from vardskiftet.engine.names import quoted
from vardskiftet.engine.sources.dialects.dialect import HOLE, Statement
from vardskiftet.engine.sources.dialects.sqlite import SQLITE
from vardskiftet.engine.sources.dialects.statements import Asked, ranges_between
from vardskiftet.engine.sources.options import SqliteOptions
from vardskiftet.engine.sources.protocol import Extract, Order, Schema, Source, SourceColumn, Stillness
from vardskiftet.engine.sqlite_adbc import Connection, connected
from vardskiftet.engine.sqlite_uri import sqlite_uri
from vardskiftet.errors import IntegrityBroken, Unreachable, Usage
from vardskiftet.failpoint import reach
from vardskiftet.model.batch import Key, KeyRange
from vardskiftet.model.system import System

OPTIONS = SqliteOptions
MAIN = "path"
SAYS = "A SQLite file; held still by a backup copy in the work folder."


def open_source(system: System, root: Path) -> Source:
    """The SQLite file of a system. Raises Unreachable if it is missing or no database."""
    options = SqliteOptions.model_validate(system.source.options)
    named = os.environ.get(options.path_from, "") if options.path_from else options.path
    path = (root / named) if named else None
    if path is None or not path.is_file():
        where = f"environment variable {options.path_from}" if options.path_from else options.path
        raise Unreachable(
            f"The file of system '{system.system}' is missing: {where}.",
            where=f"mappings/{system.system}/system.yaml",
            hint="Put the file there, or correct `path:`; nothing was changed.",
        )
    return SqliteSource(path, system.system, system.encoding)


def open_held(system: System, folder: Path) -> SqliteSource | None:
    """The copy that a run held still in `folder`; None if there is none."""
    copy = folder / f"{system.system}.sqlite"
    return SqliteSource(copy, system.system, system.encoding) if copy.is_file() and _note(copy).is_file() else None


def _note(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.json")


class SqliteSource:
    """A SQLite file, opened read-only."""

    stillness = Stillness.RUN

    def __init__(self, path: Path, system: str, encoding: str = "utf-8") -> None:
        self.path = path
        self.system = system
        self.encoding = encoding
        self._own: Connection | None = None

    @contextlib.contextmanager
    def _counting(self) -> Iterator[sqlite3.Connection]:
        """A connection of the standard library's driver, apart from the one that reads rows."""
        try:
            connection = sqlite3.connect(sqlite_uri(self.path, read_only=True), uri=True)
            connection.text_factory = bytes
            try:
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise self._refused(error) from error

    def _refused(self, error: Exception) -> Unreachable:
        kind = type(error).__name__
        return Unreachable(
            f"The file of system '{self.system}' could not be read as a SQLite database ({kind}).",
            where=self.path.name,
            hint="Is it complete, and readable for you? `sqlite3 FILE 'pragma integrity_check'` tells more.",
        )

    def schema(self) -> Schema:
        """Tables and views with their columns, in their own order."""
        with self._counting() as connection:
            tables = [
                name.decode()
                for (name,) in connection.execute(
                    "select name from sqlite_schema where type in ('table', 'view')"
                    " and name not like 'sqlite\\_%' escape '\\' order by name"
                )
            ]
            return {
                table: tuple(
                    SourceColumn(row[1].decode(), row[2].decode())
                    # Generated columns, too (hidden 2 and 3); not those that only a virtual table's own commands name (1).
                    for row in connection.execute(f"select * from pragma_table_xinfo({_literal(table)}) where hidden <> 1 order by cid")
                )
                for table in tables
            }

    def primary_key(self, table: str) -> tuple[str, ...]:
        """As `create table` says it."""
        with self._counting() as connection:
            found = connection.execute(f"select name from pragma_table_info({_literal(table)}) where pk > 0 order by pk").fetchall()
            return tuple(name.decode() for (name,) in found)

    def count(self, table: str) -> int:
        """All rows of the table."""
        return int(self._asked(_asked(Extract(table, ())).count())[0][0])

    def _asked(self, statement: Statement) -> list[tuple[Any, ...]]:
        with self._counting() as connection:
            return connection.execute(statement.bound(SQLITE), statement.values).fetchall()

    def columns(self, sql: str) -> tuple[str, ...]:
        """The columns of a query over several tables."""
        try:
            with self._counting() as connection:
                described = connection.execute(f"select * from ({sql}) limit 0").description
        except Unreachable as error:
            raise Usage(
                f"System '{self.system}' cannot run this query: {error.__cause__}.", hint="Try it in the source's own prompt first."
            ) from error
        names = [str(column[0]) for column in described]
        return tuple(_as_said(name, names) for name in names)

    def most_telling(self, extract: Extract) -> tuple[str, ...]:
        """Counted over the whole table; the first of equals."""
        (row,) = self._asked(_asked(extract).distinct(extract.columns))
        return (extract.columns[row.index(max(row))],)

    def distinct(self, extract: Extract) -> int:
        """Counted over the whole table."""
        return int(self._asked(_asked(extract).distinct(extract.key[:1]))[0][0])

    def count_range(self, extract: Extract, within: KeyRange) -> int:
        """Rows of one range."""
        return int(self._asked(_asked(extract).count_range(within))[0][0])

    def cuts(self, extract: Extract, rows: int) -> tuple[KeyRange, ...]:
        """Ranges over the table's own order of its key; a key that a plan's file cannot hold is never a border."""
        asked, width = _asked(extract), len(extract.key)
        found = self._asked(asked.borders(rows, beside="typeof({c})"))
        return ranges_between([_border(row[:width], row[width:]) for row in found], nulls=self._asked(asked.nulls())[0][0] > 0)

    def read(self, extract: Extract, within: KeyRange | None) -> Iterator[pa.RecordBatch]:
        """Rows as text, through ADBC; reals with all their digits, blobs as their bytes."""
        # ADBC takes a column's type from its first rows, and NULLs for whole numbers: so every column is cast to text, and a
        # first row of empty texts goes before. The order comes as a number, since SQLite keeps none through `union all`.
        return self._read(extract, _asked(extract).numbered(within))

    def read_keys(
        self, extract: Extract, within: KeyRange, key: Sequence[str], keys: Sequence[tuple[str, ...]]
    ) -> Iterator[pa.RecordBatch]:
        """Rows of a range under these keys; a number in a column of no type is not known by its text."""
        asked = _asked(extract)
        columns = ", ".join(asked.column(one) for one in key)
        texts = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(key)))
        among = Statement(f"({columns}) in (select {texts} from json_each({HOLE}))", (json.dumps(keys),))
        return self._read(extract, asked.numbered(within, among))

    def _read(self, extract: Extract, rows: Statement) -> Iterator[pa.RecordBatch]:
        first = ", ".join(f"'' as {quoted(column)}" for column in extract.columns)
        statement = f"select 0 as vs_row, {first} union all {rows.bound(SQLITE)}"
        try:
            with self._rows().cursor() as cursor:
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": "32768"})
                cursor.execute(statement, rows.values or None)
                for number, batch in enumerate(cursor.fetch_record_batch()):
                    yield with_damage(batch.slice(1) if number == 0 else batch, self.encoding)
        except (adbc_driver_manager.Error, pa.ArrowInvalid, OSError) as error:
            raise self._refused(error) from error

    def waits(self) -> str:
        """Nothing is waited for: nobody else is held up."""
        return ""

    def still(self) -> contextlib.AbstractContextManager[None]:
        """A held copy stands still; a live file is only planned from."""
        return contextlib.nullcontext()

    def hold(self, folder: Path, orders: Iterable[Order] = ()) -> Source:
        """A backup copy in `folder`, with its digest in a note beside it: the note comes last, and makes the copy one that counts."""
        copy = folder / f"{self.system}.sqlite"
        partial = copy.with_name(f"{copy.name}.partial")
        reach("hold.copy.before")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.unlink(missing_ok=True)
        self._back_up(partial)
        digest = sha256_of(partial)
        reach("hold.rename.before")
        partial.replace(copy)
        reach("hold.rename.after")
        place_file(_note(copy), json.dumps({"sha256": digest}).encode())
        return SqliteSource(copy, self.system, self.encoding)

    def prove(self) -> None:
        """Raise IntegrityBroken if this is a held copy and not the one that was held."""
        note = _note(self.path)
        if note.is_file() and sha256_of(self.path) != json.loads(note.read_text(encoding="utf-8"))["sha256"]:
            raise IntegrityBroken(
                f"The held copy of system '{self.system}' is not the one that this plan began with.",
                where=self.path.name,
                hint="Undo the wave and make a new plan: rows already loaded came from another copy.",
            )

    def _back_up(self, partial: Path) -> None:
        try:
            origin = sqlite3.connect(sqlite_uri(self.path, read_only=True), uri=True)
            copy = sqlite3.connect(partial)
            try:
                origin.backup(copy)
            finally:
                copy.close()
                origin.close()
        except sqlite3.Error as error:
            raise self._refused(error) from error
        partial.chmod(0o600)
        with partial.open("rb") as file:
            os.fsync(file.fileno())

    def _rows(self) -> Connection:
        if self._own is None:
            self._own = connected(self.path, read_only=True)
        return self._own

    def close(self) -> None:
        """Close the reading connection."""
        if self._own is not None:
            self._own.close()
            self._own = None


def _asked(extract: Extract) -> Asked:
    """A column of what is read `vs_rows`: alone, SQLite would take the name of a missing one for a text."""
    return Asked(SQLITE, extract, {})


def _as_said(name: str, names: Sequence[str]) -> str:
    """A column's name as the query gives it: of two of one name, in whatever capitals, SQLite calls the second `name:1`."""
    head, _, number = name.rpartition(":")
    return head if number.isdigit() and head.lower() in (one.lower() for one in names) else name


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _border(values: Sequence[object], types: Sequence[bytes]) -> Key | None:
    """A key as it can be written down and bound again; None for blobs, bytes that are no text, and numbers without end."""
    key: list[int | float | str | bytes] = []
    for value, kind in zip(values, types, strict=True):
        if isinstance(value, bytes) and kind == b"text" and is_text(value):
            key.append(value.decode())
        elif isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
            key.append(value)
        else:
            return None
    return tuple(key)
