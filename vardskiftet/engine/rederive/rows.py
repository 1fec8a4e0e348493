"""How does the verifier read a source? By the standard library's driver, row by row, sharing nothing with the loader's reader."""

from __future__ import annotations

import contextlib
import math
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from vardskiftet.engine.names import quoted
from vardskiftet.engine.sqlite_uri import sqlite_uri
from vardskiftet.errors import Unreachable
from vardskiftet.model.batch import KeyRange

PLACE, DAMAGED = "vs_row", "vs_damaged"


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows that are wanted: of a table or of a query, these columns, in the order of this key."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    sql: str = ""


class Rows(Protocol):
    """A source as the verifier sees it: texts, their place in key order, and which columns hold bytes that are no text."""

    independent: bool
    """Whether nothing of the loader's own reading stands between the source and these rows."""

    def columns(self, table: str, sql: str = "") -> tuple[str, ...]:
        """The columns of a table, or of a query, in their own order."""
        ...

    def count(self, table: str) -> int:
        """All rows of a table."""
        ...

    def read(self, asked: Asked, within: KeyRange | None = None) -> pa.Table:
        """The rows of a range (None: all): `vs_row`, the columns as text, `vs_damaged`."""
        ...

    def those(self, asked: Asked, column: str, values: Sequence[str]) -> pa.Table:
        """The rows in which a column holds one of these texts."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class SqliteRows:
    """A SQLite file, read-only. Text whose bytes are no UTF-8 is read in the declared encoding, value by value."""

    independent = True

    def __init__(self, path: Path, system: str, encoding: str = "utf-8") -> None:
        self.path, self.system, self.encoding = path, system, encoding

    @contextlib.contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(sqlite3.connect(sqlite_uri(self.path, read_only=True), uri=True)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise Unreachable(
                f"The file of system '{self.system}' could not be read ({type(error).__name__}).",
                where=self.path.name,
                hint="Is it complete, and readable for you?",
            ) from error

    def columns(self, table: str, sql: str = "") -> tuple[str, ...]:
        """Asked of the query's own description."""
        with self._asking() as connection:
            described = connection.execute(f"select * from {_from(table, sql)} limit 0").description
        return tuple(str(one[0]) for one in described)

    def count(self, table: str) -> int:
        """Counted row by row in one statement."""
        with self._asking() as connection:
            return int(connection.execute(f"select count(*) from {quoted(table)}").fetchone()[0])

    def read(self, asked: Asked, within: KeyRange | None = None) -> pa.Table:
        """Texts decoded by the driver; where it meets bytes that are no UTF-8, the range is read again, value by value."""
        return self._read(asked, *_within(asked.key, within))

    def those(self, asked: Asked, column: str, values: Sequence[str]) -> pa.Table:
        """Asked by the text and by the number that it may be, so that an index serves."""
        wanted = [one for text in values for one in _spellings(text)]
        return self._read(asked, f"row.{quoted(column)} in ({', '.join('?' * len(wanted))})", tuple(wanted))

    def _read(self, asked: Asked, condition: str, values: tuple[object, ...]) -> pa.Table:
        names = ", ".join(f"row.{quoted(name)}" for name in asked.columns)
        order = f" order by {', '.join(f'row.{quoted(name)}' for name in asked.key)}" if asked.key else ""
        statement = f"select {names} from {_from(asked.table, asked.sql)} as row where {condition}{order}"
        with self._asking() as connection:
            try:
                found = connection.execute(statement, values).fetchall()
            except sqlite3.OperationalError as error:
                if "decode" not in str(error).lower():
                    raise
                connection.text_factory = bytes
                found = connection.execute(statement, values).fetchall()
        return as_texts(asked.columns, found, self.encoding)

    def close(self) -> None:
        """Nothing stays open between two questions."""


def as_texts(columns: Sequence[str], rows: Sequence[Sequence[Any]], encoding: str) -> pa.Table:
    """Rows of a driver as text columns; what cannot be decoded is NULL and named in `vs_damaged`."""
    damage: dict[int, list[str]] = {}
    arrays = [_texts(name, column, encoding, damage) for name, column in zip(columns, zip(*rows, strict=True), strict=True)] if rows else []
    arrays = arrays or [pa.array([], pa.string())] * len(columns)
    places = pa.array(range(1, len(rows) + 1), pa.int64())
    return pa.table([places, *arrays, _lost(damage, len(rows))], names=[PLACE, *columns, DAMAGED])


def _lost(damage: dict[int, list[str]], rows: int) -> pa.Array:
    if not damage:
        return pa.nulls(rows, pa.string())
    return pa.array([", ".join(damage[number]) if number in damage else None for number in range(rows)], pa.string())


def _texts(name: str, column: Sequence[Any], encoding: str, damage: dict[int, list[str]]) -> pa.Array:
    """A column of texts: all texts, or all whole numbers, in one go; value by value where there are both, or reals, or bytes."""
    kinds = {value.__class__ for value in column} - {type(None)}
    if kinds <= {str}:
        return pa.array(column, pa.string())
    if kinds == {int}:
        return pa.array(column, pa.int64()).cast(pa.string())
    texts = []
    for number, value in enumerate(column):
        text = value if value is None or value.__class__ is str else text_of(value, encoding)
        if text is None and value is not None:
            damage.setdefault(number, []).append(name)
        texts.append(text)
    return pa.array(texts, pa.string())


def text_of(value: object, encoding: str) -> str | None:
    """A driver's value as the text that the source holds; None for bytes that are no text."""
    if isinstance(value, bytes):
        for one in ("utf-8", encoding):
            with contextlib.suppress(UnicodeDecodeError):
                return value.decode(one)
        return None
    return real_text(value) if isinstance(value, float) else str(value)


def real_text(value: float) -> str:
    """The shortest of fifteen to seventeen digits that is the same number again, always with a point."""
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    told = next((text for digits in (15, 16) if float(text := f"{value:.{digits}g}") == value), f"{value:.17g}")
    mantissa, e, power = told.partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}{e}{power}"


def _spellings(text: str) -> Iterator[object]:
    yield text
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text):
        yield int(text)


def _from(table: str, sql: str) -> str:
    return f"({sql})" if sql else quoted(table)


def _within(key: Sequence[str], within: KeyRange | None) -> tuple[str, tuple[object, ...]]:
    """A condition for the rows of a range, and its values."""
    if within is None:
        return "true", ()
    names = [f"row.{quoted(name)}" for name in key]
    empty = " or ".join(f"{name} is null" for name in names)
    if within.nulls:
        return f"({empty})", ()
    listed, parts, values = f"({', '.join(names)})", [f"not ({empty})"], list[object]()
    for bound, sign in ((within.low, ">="), (within.high, "<")):
        if bound is not None:
            parts.append(f"{listed} {sign} ({', '.join('?' * len(bound))})")
            values += bound
    return " and ".join(parts), tuple(values)
