"""How are rows read from a database server? Asked on one connection, read on another; what differs by kind is the door."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from vardskiftet.engine.encoding import with_damage
from vardskiftet.engine.sources.dialects.dialect import Dialect, Statement
from vardskiftet.engine.sources.dialects.statements import Asked, ranges_between, ranges_within
from vardskiftet.engine.sources.finer import Finer
from vardskiftet.engine.sources.options import ServerOptions
from vardskiftet.engine.sources.pace import Pace
from vardskiftet.engine.sources.protocol import Extract, Order, Schema, Source, SourceColumn, Stillness
from vardskiftet.errors import Unreachable, Usage
from vardskiftet.model.batch import Key, KeyRange
from vardskiftet.model.system import System

_COMMON = tuple(ServerOptions.model_fields)
AT_ONCE = 500
"""Keys in one statement: some servers end at a thousand."""


class Door(Protocol):
    """The way into one server. Every method raises Unreachable for a refusal, and comes back with a new connection after one."""

    dialect: Dialect
    stillness: Stillness
    schema: str
    """The place on the server where the tables lie."""

    def tables(self) -> Schema:
        """Tables and views with their columns."""
        ...

    def primary_key(self, table: str) -> tuple[str, ...]:
        """The columns of a table's declared primary key; none where there is none, or the kind does not tell."""
        ...

    def described(self, statement: Statement) -> tuple[SourceColumn, ...]:
        """Names and types of what a statement gives. Raises Usage with the server's words if it cannot run it."""
        ...

    def ask(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Few rows, on the connection that counts."""
        ...

    def stream(self, statement: Statement) -> Iterator[list[pa.Array]]:
        """Many rows, on the connection that reads: columns of strings or bytes."""
        ...

    def still(self) -> AbstractContextManager[None]:
        """While it is open, reading and counting see one and the same state, as far as `stillness` goes."""
        ...

    def held(self) -> Door:
        """A door of its own behind which nothing changes; itself anew where the kind cannot hold a whole run still."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class ServerSource:
    """A database on a server, only ever read."""

    def __init__(self, door: Door, system: System, root: Path) -> None:
        self.door = door
        self.system = system.system
        self._declared = system
        self._root = root
        options = ServerOptions.model_validate({name: system.source.options[name] for name in _COMMON if name in system.source.options})
        # What nothing changes any more stands still, however it is read.
        self.stillness = Stillness.RUN if options.frozen else door.stillness
        self._pace = Pace(options.throttle, root, system.timezone)
        self._types: dict[tuple[str, str], dict[str, str]] = {}
        self._finer = Finer()

    def schema(self) -> Schema:
        """Tables and views with their columns, in their own order."""
        return self.door.tables()

    def primary_key(self, table: str) -> tuple[str, ...]:
        """As the server's catalogue has it."""
        return self.door.primary_key(table)

    def count(self, table: str) -> int:
        """All rows of the table."""
        return int(self.door.ask(Asked(self.door.dialect, Extract(table, ()), {}, self.door.schema).count())[0][0])

    def columns(self, sql: str) -> tuple[str, ...]:
        """The columns of a query over several tables."""
        try:
            return tuple(column.name for column in self._described(Extract("", (), sql=sql)))
        except Usage as error:
            raise Usage(
                f"System '{self.system}' cannot run this query: {error.message}.", hint="Try it in the source's own prompt first."
            ) from error

    def most_telling(self, extract: Extract) -> tuple[str, ...]:
        """Counted over the whole table; the first of equals."""
        (row,) = self.door.ask(self._asked(extract).distinct(extract.columns))
        counts = [int(count) for count in row]
        return (extract.columns[counts.index(max(counts))],)

    def distinct(self, extract: Extract) -> int:
        """Counted over the whole table."""
        return int(self.door.ask(self._asked(extract).distinct(extract.key[:1]))[0][0])

    def count_range(self, extract: Extract, within: KeyRange) -> int:
        """Rows of one range. Raises TookTooLong where a statement did; the next time, it is asked for in parts."""
        asked = self._asked(extract)
        with self._finer.learning(extract, within):
            return sum(int(self.door.ask(asked.count_range(part))[0][0]) for part in self._parts(extract, within) if part is not None)

    def cuts(self, extract: Extract, rows: int) -> tuple[KeyRange, ...]:
        """Ranges over the server's own order of the key; a key whose text is no text is never a border."""
        asked = self._asked(extract)
        borders = [_border(found) for found in self.door.ask(asked.borders(rows))]
        return ranges_between(borders, nulls=int(self.door.ask(asked.nulls())[0][0]) > 0)

    def read(self, extract: Extract, within: KeyRange | None) -> Iterator[pa.RecordBatch]:
        """Rows as text, numbered as they come: the server puts them in order. Raises TookTooLong as `count_range` does."""
        with self._finer.learning(extract, within):
            yield from self._read(extract, within)

    def read_keys(
        self, extract: Extract, within: KeyRange, key: Sequence[str], keys: Sequence[tuple[str, ...]]
    ) -> Iterator[pa.RecordBatch]:
        """Rows of a range under these keys, some hundred keys to a statement. A type whose texts are no borders is not known by them."""
        asked = self._asked(extract)
        some = (keys[first : first + AT_ONCE] for first in range(0, len(keys), AT_ONCE))
        return self._rows(extract, [asked.read(within, asked.among(key, one)) for one in some])

    def _read(self, extract: Extract, within: KeyRange | None) -> Iterator[pa.RecordBatch]:
        asked = self._asked(extract)
        return self._rows(extract, map(asked.read, self._parts(extract, within)))

    def _rows(self, extract: Extract, statements: Iterable[Statement]) -> Iterator[pa.RecordBatch]:
        """What these statements give, one after the other, numbered on; at least one batch."""
        asked = self._asked(extract)
        names = ["vs_row", *extract.columns]
        kinds = [pa.int64(), *(pa.string() for _ in extract.columns)]
        single = asked.single()
        done = 0
        came = False
        for columns in itertools.chain.from_iterable(map(self.door.stream, statements)):
            length = len(columns[0])
            place = pa.array(range(done + 1, done + length + 1), pa.int64())
            batch = pa.RecordBatch.from_arrays([place, *(_as_string(*one) for one in zip(columns, single, strict=True))], names=names)
            came, done = True, done + length
            yield with_damage(batch, self._declared.encoding)
            self._pace.take(length)
        if not came:
            empty = [pa.array([], kind) for kind in kinds]
            yield with_damage(pa.RecordBatch.from_arrays(empty, names=names))

    def _parts(self, extract: Extract, within: KeyRange | None) -> tuple[KeyRange | None, ...]:
        """The range, or as many parts of it as the server was found to have time for."""
        parts = self._finer.parts(extract, within)
        if parts == 1 or within is None:
            return (within,)
        return ranges_within(within, [_border(found) for found in self.door.ask(self._asked(extract).cut(within, parts))])

    def waits(self) -> str:
        """Why nothing may be read now, in words; empty if something may."""
        return self._pace.waits()

    def still(self) -> AbstractContextManager[None]:
        """While it is open, reading and counting see one and the same state, as far as `stillness` goes."""
        return self.door.still()

    def hold(self, folder: Path, orders: Iterable[Order] = ()) -> Source:
        """The same database held still as its kind can; nothing is copied."""
        return ServerSource(self.door.held(), self._declared, self._root)

    def prove(self) -> None:
        """A server keeps what it holds still, or the connection is lost."""

    def close(self) -> None:
        """Give back connections."""
        self.door.close()

    def _asked(self, extract: Extract) -> Asked:
        types = self._types.get((extract.table, extract.sql))
        if types is None:
            try:
                types = {column.name: column.type for column in self._described(extract)}
            except Usage as error:
                said = f"System '{self.system}' cannot be read: {error.message}."
                raise Unreachable(said, where=extract.table, hint=error.hint) from error
            self._types[extract.table, extract.sql] = types
        for column in (*extract.columns, *extract.key):
            if column not in types:
                raise Unreachable(
                    f"Table '{extract.table}' of system '{self.system}' has no column '{column}'.",
                    where=extract.table,
                    hint="Was it dropped or renamed? `vardskiftet plan WAVE` lists every gap.",
                )
        return Asked(self.door.dialect, extract, types, self.door.schema)

    def _described(self, extract: Extract) -> tuple[SourceColumn, ...]:
        return self.door.described(Asked(self.door.dialect, extract, {}, self.door.schema).columns())


_ENDLESS = ("inf", "infinity", "nan")


def _border(found: Sequence[Any]) -> Key | None:
    """A key's texts as they can be written down and bound again; None if one of them is no text, or a number that never ends.

    SQLite says `Inf` for one, and reads that back as 0.
    """
    key = tuple(part for part in found if isinstance(part, str) and "\0" not in part and part.lower().lstrip("+-") not in _ENDLESS)
    return key if len(key) == len(found) else None


def _as_string(column: pa.Array, single: bool) -> pa.Array:
    """Bytes under the type of text, unlooked at: what is no text is found by whoever validates the batch.

    Reals of single precision get their own shortest digits, from those of a double.
    """
    if single:
        return column.cast(pa.string()).cast(pa.float64()).cast(pa.float32()).cast(pa.string())
    if column.type == pa.string():
        return column
    if pa.types.is_floating(column.type):
        return column.cast(pa.string())
    if column.type != pa.binary():
        column = column.cast(pa.binary())
    return pa.Array.from_buffers(pa.string(), len(column), column.buffers(), column.null_count, column.offset)


def schema_of(rows: Iterable[Sequence[Any]]) -> Schema:
    """Tables and their columns from rows (table, column or NULL, type), sorted by table; columns in the order in which they come."""
    found: dict[str, list[SourceColumn]] = {}
    for table, column, kind in rows:
        columns = found.setdefault(table, [])
        if column is not None:
            columns.append(SourceColumn(column, kind))
    return {table: tuple(found[table]) for table in sorted(found)}
