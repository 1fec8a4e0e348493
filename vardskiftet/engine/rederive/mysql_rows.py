"""How does the verifier read MySQL and MariaDB? Value by value through the driver's own cursors, with types and SQL of its own.

The session (its login, its zone, its modes) is the loader's: what it forbids, both are forbidden. The rows are not: the loader takes
them apart as bytes, many at once, and names their types by another table.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pymysql
from pymysql.constants import FIELD_TYPE, FLAG

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.rederive.rows import Asked, as_texts
from vardskiftet.engine.sources.mysql_session import session_of
from vardskiftet.engine.sources.options import MysqlOptions
from vardskiftet.engine.sources.pace import Pace
from vardskiftet.engine.sources.refusal import not_set
from vardskiftet.errors import TookTooLong
from vardskiftet.model.batch import Key, KeyRange
from vardskiftet.model.system import System

BYTES = 63
"""The character set of what is no text."""
WHOLE = (FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.YEAR)
EXACT = (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL)
TEXTS = (
    FIELD_TYPE.VARCHAR,
    FIELD_TYPE.VAR_STRING,
    FIELD_TYPE.STRING,
    FIELD_TYPE.BLOB,
    FIELD_TYPE.TINY_BLOB,
    FIELD_TYPE.MEDIUM_BLOB,
    FIELD_TYPE.LONG_BLOB,
)
AS_THEY_STAND = (*WHOLE, *EXACT, FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE, FIELD_TYPE.DATETIME)
"""Types of which a text that the server sent is the value again."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result, as the server describes it."""

    name: str
    code: int
    flags: int
    charset: int
    scale: int

    @property
    def at(self) -> str:
        """Its name in SQL."""
        return f"vs_read.{quoted(self.name, '``')}"

    @property
    def numbered(self) -> bool:
        """Whether it is one of some words, in the order of their numbers."""
        return bool(self.flags & (FLAG.ENUM | FLAG.SET))

    @property
    def is_text(self) -> bool:
        """Whether it holds letters."""
        return self.code in TEXTS and self.charset != BYTES and not self.numbered

    def as_text(self, *, raw: bool) -> str:
        """SQL of its value as it is read."""
        match self.code:
            case FIELD_TYPE.FLOAT:  # the server sends six digits of it, and all of a double
                return f"({self.at} + 0e0)"
            case FIELD_TYPE.TIMESTAMP:  # a moment, in a session in UTC
                return f"concat({self.at}, '+00')"
            case FIELD_TYPE.BIT:
                return f"cast({self.at} as unsigned)"
            case FIELD_TYPE.GEOMETRY:
                return f"st_astext({self.at})"
        return f"cast({self.at} as binary)" if raw and self.is_text else self.at

    @property
    def in_order(self) -> str:
        """SQL of what rows are put in order by."""
        if self.numbered:
            return f"({self.at} + 0)"
        if self.code == FIELD_TYPE.JSON:
            return f"cast({self.at} as char)"
        return self.at if self.code == FIELD_TYPE.TIMESTAMP else self.as_text(raw=False)

    @property
    def border(self) -> str:
        """SQL of the text from which `value` makes what stands beside `in_order`."""
        return f"hex({self.at})" if self.code in TEXTS and not self.is_text and not self.numbered else self.in_order

    def value(self, border: str) -> str:
        """SQL of a border's text beside `in_order`."""
        told = _literal(border)
        if self.numbered or self.code == FIELD_TYPE.BIT:
            return f"cast({told} as unsigned)"
        if self.code in WHOLE:
            return f"cast({told} as {'unsigned' if self.flags & FLAG.UNSIGNED or self.code == FIELD_TYPE.YEAR else 'signed'})"
        if self.code in EXACT:
            return f"cast({told} as decimal(65, {min(self.scale, 38)}))"
        match self.code:
            case FIELD_TYPE.FLOAT | FIELD_TYPE.DOUBLE:
                return f"({told} + 0e0)"
            case FIELD_TYPE.DATE | FIELD_TYPE.NEWDATE:
                return f"cast({told} as date)"
            case FIELD_TYPE.DATETIME | FIELD_TYPE.TIMESTAMP:
                return f"cast({told} as datetime(6))"
            case FIELD_TYPE.TIME:
                return f"cast({told} as time(6))"
        return f"unhex({told})" if self.code in TEXTS and not self.is_text else told


class MysqlRows:
    """A database on a server, seen through one transaction that only reads, from the first question to the last."""

    independent = True

    def __init__(self, system: System, root: Path) -> None:
        self._options = MysqlOptions.model_validate(system.source.options)
        self._system = system
        self._pace = Pace(self._options.throttle, root, system.timezone)
        self._open: Any = None
        self._known: dict[tuple[str, str], dict[str, Column]] = {}
        self._turn = threading.RLock()
        """The driver lets one at a time speak on a connection; who reads ahead and who derives may both want to."""

    def columns(self, table: str, sql: str = "") -> tuple[str, ...]:
        """Asked of the query's own description."""
        return tuple(self._types(table, sql))

    def count(self, table: str) -> int:
        """Counted by the server in one statement."""
        with self._asking(table) as cursor:
            cursor.execute(f"select count(*) from {_from(table, '')}")
            ((rows,),) = cursor.fetchall()
        return int(rows)

    def read(self, asked: Asked, within: KeyRange | None = None) -> pa.Table:
        """Every value as text, in the order of the key."""
        return self._read(asked, self._within(asked, within))

    def those(self, asked: Asked, column: str, values: Sequence[str]) -> pa.Table:
        """Asked so that an index serves, where the type allows it; what only looks alike to the server is left out here."""
        one = self._types(asked.table, asked.sql)[column]
        letters = one.is_text and not self._options.raw_text
        if letters or one.code in AS_THEY_STAND:
            wanted = f"{one.at} in ({', '.join(one.value(text) for text in values)})"
        elif one.code == FIELD_TYPE.FLOAT or (one.code in TEXTS and not one.numbered):
            wanted = "true"  # what the server holds is written otherwise here: shortened, or decoded
        else:
            wanted = f"cast({one.as_text(raw=False)} as char) in ({', '.join(_literal(text) for text in values)})"
        found = self._read(Asked(asked.table, tuple(dict.fromkeys((*asked.columns, column))), asked.key, asked.sql), wanted)
        exact = found.filter(pc.is_in(found[column], pa.array(values, pa.string())))
        return exact if column in asked.columns else exact.drop_columns([column])

    def middle(self, asked: Asked, within: KeyRange) -> Key | None:
        """Counted, and then looked for in the order of the key."""
        keys = [self._types(asked.table, asked.sql)[name] for name in asked.key]
        rows = f"from {_from(asked.table, asked.sql)} where {self._within(asked, within)}"
        order = ", ".join(one.in_order for one in keys)
        with self._asking(asked.table) as cursor:
            cursor.execute(f"select count(*) {rows}")
            ((counted,),) = cursor.fetchall()
            cursor.execute(f"select {', '.join(one.border for one in keys)} {rows} order by {order} limit 1 offset {int(counted) // 2}")
            found = cursor.fetchone()
        return None if found is None else tuple(map(str, found))

    def close(self) -> None:
        """End the transaction and give the connection back."""
        if self._open is not None:
            connection, self._open = self._open, None
            with contextlib.suppress(pymysql.Error, OSError):
                connection.close()

    def _read(self, asked: Asked, condition: str) -> pa.Table:
        types = self._types(asked.table, asked.sql)
        chosen = [types[name] for name in asked.columns]
        told = ", ".join(one.as_text(raw=self._options.raw_text) for one in chosen)
        order = ", ".join(types[name].in_order for name in asked.key)
        statement = f"select {told} from {_from(asked.table, asked.sql)} where {condition}{f' order by {order}' if order else ''}"
        with self._asking(asked.table) as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall()
        self._pace.take(len(rows))
        single = [place for place, one in enumerate(chosen) if one.code == FIELD_TYPE.FLOAT]
        return as_texts(asked.columns, [_shortened(row, single) for row in rows] if single else rows, self._system.encoding)

    def _within(self, asked: Asked, within: KeyRange | None) -> str:
        """A condition for the rows of a range."""
        if within is None:
            return "true"
        keys = [self._types(asked.table, asked.sql)[name] for name in asked.key]
        empty = " or ".join(f"{one.at} is null" for one in keys) or "false"
        if within.nulls:
            return f"({empty})"
        parts = [f"not ({empty})"]
        for bound, after in ((within.low, True), (within.high, False)):
            if bound is not None:
                parts.append(_beyond(keys, [one.value(str(text)) for one, text in zip(keys, bound, strict=True)], after=after))
        return " and ".join(parts)

    def _types(self, table: str, sql: str) -> dict[str, Column]:
        if (table, sql) not in self._known:
            with self._asking(table) as cursor:
                cursor.execute(f"select * from {_from(table, sql)} where false")
                fields = cursor._result.fields
            self._known[table, sql] = {one.name: Column(one.name, one.type_code, one.flags, one.charsetnr, one.scale) for one in fields}
        return self._known[table, sql]

    @contextlib.contextmanager
    def _asking(self, table: str) -> Iterator[Any]:
        """A cursor for a question to a table. Raises Unreachable, never with the connection's own words."""
        url = os.environ.get(self._options.url_from, "")
        if not url:
            raise not_set(self._system.system, self._options.url_from)
        session = session_of(self._system.system, url, self._options.statement_timeout)
        try:
            with self._turn:
                if self._open is None:
                    self._open = session.opened()
                    with self._open.cursor() as first:
                        first.execute("start transaction with consistent snapshot, read only")
                with self._open.cursor() as cursor:
                    yield cursor
        except (pymysql.Error, OSError) as error:
            refused = session.refused(error, table)
            if not isinstance(refused, TookTooLong):  # that costs nothing but the question: what is seen stays the same
                self.close()
            raise refused from error


def _literal(text: str) -> str:
    """A text in SQL: the session takes a backslash for an escape."""
    return literal(text.replace("\\", "\\\\"))


def _from(table: str, sql: str) -> str:
    return f"({sql.strip().rstrip(';')}\n) as vs_read" if sql else f"{quoted(table, '``')} as vs_read"


def _beyond(keys: Sequence[Column], values: Sequence[str], *, after: bool) -> str:
    """Whether a key is not before a border, or before it: column by column, since a list beside a list finds no index."""
    sign, last = (">", ">=") if after else ("<", "<")
    parts = []
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        same = [f"{one.in_order} = {other}" for one, other in zip(keys[:place], values[:place], strict=True)]
        parts.append(" and ".join([*same, f"{key.in_order} {last if place == len(keys) - 1 else sign} {value}"]))
    return f"({' or '.join(f'({part})' for part in parts)})"


def _shortened(row: Sequence[Any], single: Sequence[int]) -> tuple[Any, ...]:
    """A row whose reals of single precision have their own shortest digits."""
    told = list(row)
    for place in single:
        if told[place] is not None:
            told[place] = pa.scalar(float(told[place]), pa.float32()).cast(pa.string()).as_py()
    return tuple(told)
