"""How does the verifier read PostgreSQL? Rows copied out as text and parsed as text: another driver, another road than the loader's."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import psycopg
import pyarrow as pa
from pyarrow import csv

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.rederive.rows import DAMAGED, PLACE, Asked, as_texts
from vardskiftet.engine.sources.options import PostgresqlOptions
from vardskiftet.engine.sources.pace import Pace
from vardskiftet.engine.sources.refusal import Why, refusal
from vardskiftet.errors import Unreachable
from vardskiftet.model.batch import Key, KeyRange
from vardskiftet.model.system import System

BLOCK = 4 << 20
"""Bytes of text that are parsed at once."""
ROWS_JOINED = 256
"""Rows of a copy that are taken from the driver at once."""
WITHOUT_ORDER = ("json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle")
SETTINGS = (
    "set row_security = off",
    "set client_encoding = 'UTF8'",
    "set timezone = 'UTC'",
    "set datestyle = 'ISO, YMD'",
    "set intervalstyle = 'postgres'",
    "set bytea_output = 'hex'",
    "set extra_float_digits = 1",
)
_TYPES = (
    "select pg_catalog.format_type(oid, mod) from unnest(%s::oid[], %s::int[]) with ordinality as given(oid, mod, place) order by place"
)


class PostgresqlRows:
    """A database on a server, seen through one transaction that only reads, from the first question to the last."""

    independent = True

    def __init__(self, system: System, root: Path) -> None:
        self._options = PostgresqlOptions.model_validate(system.source.options)
        self._system = system
        self._pace = Pace(self._options.throttle, root, system.timezone)
        self._open: psycopg.Connection | None = None
        self._known: dict[tuple[str, str], dict[str, str]] = {}

    def columns(self, table: str, sql: str = "") -> tuple[str, ...]:
        """Asked of the query's own description."""
        return tuple(self._types(table, sql))

    def count(self, table: str) -> int:
        """Counted by the server in one statement."""
        with self._asking(table) as cursor:
            found = cursor.execute(f"select count(*) from {self._from(table, '')}".encode()).fetchone()
        return int(found[0]) if found else 0

    def read(self, asked: Asked, within: KeyRange | None = None) -> pa.Table:
        """Every column as text, in the order of the key."""
        return self._copied(asked, self._within(asked, within))

    def those(self, asked: Asked, column: str, values: Sequence[str]) -> pa.Table:
        """The texts as values of the column's own type, so that an index serves."""
        types = self._types(asked.table, asked.sql)
        wanted = ", ".join(_as_type(literal(one), types[column]) for one in values)
        return self._copied(asked, f"{_comparable(column, types[column])} in ({wanted})")

    def middle(self, asked: Asked, within: KeyRange) -> Key | None:
        """Counted, and then looked for in the order of the key."""
        types = self._types(asked.table, asked.sql)
        rows = f"from {self._from(asked.table, asked.sql)} as row where {self._within(asked, within)}"
        keys = [_comparable(one, types[one]) for one in asked.key]
        told = ", ".join(f"cast({one} as text)" for one in keys)
        with self._asking(asked.table) as cursor:
            counted = cursor.execute(f"select count(*) {rows}".encode()).fetchone()
            half = int(counted[0]) // 2 if counted else 0
            found = cursor.execute(f"select {told} {rows} order by {', '.join(keys)} offset {half} limit 1".encode()).fetchone()
        return None if found is None else tuple(map(str, found))

    def close(self) -> None:
        """End the transaction and give the connection back."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _copied(self, asked: Asked, condition: str) -> pa.Table:
        types = self._types(asked.table, asked.sql)
        names = ", ".join(f"cast(row.{quoted(one)} as text)" for one in asked.columns)
        order = ", ".join(_comparable(one, types[one]) for one in asked.key)
        statement = f"select {names} from {self._from(asked.table, asked.sql)} as row where {condition}"
        copy = f"copy ({statement}{f' order by {order}' if order else ''}) to stdout (format csv, force_quote *)"
        found = self._parsed(asked.table, copy, len(asked.columns))
        self._pace.take(found.num_rows)
        raw = [number for number, one in enumerate(asked.columns) if types[one] == "bytea"]
        try:
            texts = [] if raw else [column.cast(pa.string()) for column in found.columns]
        except pa.ArrowInvalid:  # bytes that are no UTF-8, in a database that does not mind
            texts = []
        if not texts:
            return as_texts(asked.columns, _rows(found, raw), self._system.encoding)
        place = pa.array(range(1, found.num_rows + 1), pa.int64())
        return pa.table([place, *texts, pa.nulls(found.num_rows, pa.string())], names=[PLACE, *asked.columns, DAMAGED])

    def _parsed(self, table: str, copy: str, width: int) -> pa.Table:
        """The bytes of every value of a copy. Quoted is a value, unquoted and empty is NULL."""
        names = [f"c{number}" for number in range(width)]
        types = dict.fromkeys(names, pa.binary())
        values = csv.ConvertOptions(
            column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""], check_utf8=False
        )
        parts = [pa.table({name: pa.array([], kind) for name, kind in types.items()})]
        with self._asking(table) as cursor, cursor.copy(copy.encode()) as out:
            for text, broken in _blocks(iter(out)):
                read = csv.ReadOptions(column_names=names, block_size=len(text), use_threads=False)
                parse = csv.ParseOptions(newlines_in_values=broken, ignore_empty_lines=False)
                parts.append(csv.read_csv(pa.py_buffer(text), read, parse, values))
        return pa.concat_tables(parts)

    def _within(self, asked: Asked, within: KeyRange | None) -> str:
        """A condition for the rows of a range."""
        if within is None:
            return "true"
        types = self._types(asked.table, asked.sql)
        filled = " and ".join(f"row.{quoted(one)} is not null" for one in asked.key) or "true"
        if within.nulls:
            return f"not ({filled})"
        keys = f"({', '.join(_comparable(one, types[one]) for one in asked.key)})"
        parts = [filled]
        for bound, sign in ((within.low, ">="), (within.high, "<")):
            if bound is not None:
                told = [_as_type(literal(str(value)), types[one]) for one, value in zip(asked.key, bound, strict=True)]
                parts.append(f"{keys} {sign} ({', '.join(told)})")
        return " and ".join(parts)

    def _types(self, table: str, sql: str) -> dict[str, str]:
        """Column to its type in the server's words."""
        if (table, sql) not in self._known:
            with self._asking(table) as cursor:
                cursor.execute(f"select * from {self._from(table, sql)} as row where false".encode())
                described, result = cursor.description or [], cursor.pgresult
                places = range(len(described)) if result is not None else range(0)
                kinds = ([result.ftype(at) for at in places], [result.fmod(at) for at in places]) if result is not None else ([], [])
                types = cursor.execute(_TYPES, kinds).fetchall()
            self._known[table, sql] = {one.name: str(kind) for one, (kind,) in zip(described, types, strict=True)}
        return self._known[table, sql]

    def _from(self, table: str, sql: str) -> str:
        if sql:
            return f"({sql.strip().rstrip(';')}\n)"
        return f"{quoted(self._options.schema_name)}.{quoted(table)}"

    @contextlib.contextmanager
    def _asking(self, table: str) -> Iterator[psycopg.Cursor]:
        """A cursor for questions to a table. Raises Unreachable, never with the connection's own words.

        A question that took too long (TookTooLong) costs nothing but itself: what is seen stays the same.
        """
        try:
            if self._open is None:
                self._open = self._opened()
            with self._open.transaction(), self._open.cursor() as cursor:  # a savepoint in the transaction that holds all still
                yield cursor
        except psycopg.errors.QueryCanceled as error:
            raise refusal(self._system.system, Why.TIMEOUT, str(error.sqlstate), table) from error
        except (psycopg.Error, pa.ArrowException, OSError) as error:
            self.close()
            code = getattr(error, "sqlstate", None) or type(error).__name__
            raise Unreachable(
                f"Table '{table}' of system '{self._system.system}' could not be read to the end ({code}).",
                where=f"${self._options.url_from}",
                hint="Does its server run, is the table there, and may this user read it? Then give the same command again: it goes on.",
            ) from error

    def _opened(self) -> psycopg.Connection:
        url = os.environ.get(self._options.url_from, "").replace("postgresql+psycopg://", "postgresql://", 1)
        if not url:
            raise Unreachable(
                f"The environment variable {self._options.url_from} that names system '{self._system.system}' is not set.",
                where=f"mappings/{self._system.system}/system.yaml",
                hint=f"export {self._options.url_from}=…; the connection is never written into a file.",
            )
        connection = psycopg.connect(url, autocommit=True)
        try:
            timeout = round(self._options.statement_timeout * 1000)
            place = ", ".join(dict.fromkeys((quoted(self._options.schema_name), "public")))
            more = (f"set search_path = {place}", *((f"set statement_timeout = {timeout}",) if timeout else ()))
            for setting in (*SETTINGS, *more, "begin isolation level repeatable read read only"):
                connection.execute(setting.encode())
        except psycopg.Error:
            connection.close()
            raise
        return connection


def _blocks(rows: Iterator[bytes | bytearray | memoryview]) -> Iterator[tuple[bytes, bool]]:
    """The rows of a copy, joined to blocks; with each, whether a line may break within a value: that is parsed at half the speed."""
    while True:
        block, count = io.BytesIO(), 0
        while block.tell() < BLOCK and (some := list(islice(rows, ROWS_JOINED))):
            block.writelines(some)
            count += len(some)
        if not count:
            return
        text = block.getvalue()
        yield text, text.count(b"\n") != count or b"\r" in text


def _rows(found: pa.Table, raw: Sequence[int]) -> list[tuple[object, ...]]:
    """Rows of bytes; what was `bytea` without the server's hexadecimal."""
    columns = [column.to_pylist() for column in found.columns]
    for number in raw:
        columns[number] = [None if one is None else bytes.fromhex(one[2:].decode()) for one in columns[number]]
    return list(zip(*columns, strict=True))


def _comparable(column: str, declared: str) -> str:
    """SQL of a column as the server can put it in order."""
    name = f"row.{quoted(column)}"
    return f"cast({name} as text)" if declared.startswith(WITHOUT_ORDER) else name


def _as_type(text: str, declared: str) -> str:
    """SQL of a text as a value beside such a column."""
    return f"cast({text} as {'text' if declared.startswith(WITHOUT_ORDER) else declared})"
