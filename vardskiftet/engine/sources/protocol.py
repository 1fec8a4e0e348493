"""What must a source be able to do? The exam in tests/contracts asks every kind the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from pydantic import BaseModel

from vardskiftet.model.batch import KeyRange
from vardskiftet.model.system import System


class Stillness(StrEnum):
    """What a source can hold still while it is read (design §5)."""

    RUN = "run"
    BATCH = "batch"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column as the source declares it; nothing is inferred from the type."""

    name: str
    type: str


Schema = dict[str, tuple[SourceColumn, ...]]
Order = tuple[str, tuple[str, ...]]
"""A table, and the key in whose order it will be read."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Which columns of which table, or of which query over several, in the order of which key."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    sql: str = ""
    """A query in the source's own SQL, instead of the table."""


class Source(Protocol):
    """Rows of a legacy system. Every value arrives as text or NULL; sessions are read-only."""

    stillness: Stillness

    def schema(self) -> Schema:
        """Tables and their columns."""
        ...

    def primary_key(self, table: str) -> tuple[str, ...]:
        """The columns of the primary key that the source declares for a table, in its order; none where it declares or tells none."""
        ...

    def count(self, table: str) -> int:
        """All rows of a table, unfiltered, on a connection (and a driver) of its own."""
        ...

    def columns(self, sql: str) -> tuple[str, ...]:
        """The columns that a query in the source's own SQL gives. Raises Usage if the source cannot run it."""
        ...

    def most_telling(self, extract: Extract) -> tuple[str, ...]:
        """The column with the most different values: by it a table without a key is cut into ranges."""
        ...

    def distinct(self, extract: Extract) -> int:
        """How many different values the first key column has."""
        ...

    def count_range(self, extract: Extract, within: KeyRange) -> int:
        """Rows of one range, counted apart from the reading."""
        ...

    def cuts(self, extract: Extract, rows: int) -> tuple[KeyRange, ...]:
        """Half-open ranges of about `rows` rows that together hold every row once, and one for NULL keys if there are any."""
        ...

    def read(self, extract: Extract, within: KeyRange | None) -> Iterator[pa.RecordBatch]:
        """The rows of a range (None: all): `vs_row` (int64, the place in key order from 1), every column as string, `vs_damaged`.

        Before the last may stand `vs_where` (of sources that know where a row stands in what was delivered) and `vs_recoded`
        (where a second encoding is declared): in every batch, or in none.
        """
        ...

    def waits(self) -> str:
        """Why nothing may be read now, in words: a pause, or other hours. Empty if something may."""
        ...

    def still(self) -> AbstractContextManager[None]:
        """While it is open, reading and counting see one and the same state, as far as `stillness` goes."""
        ...

    def hold(self, folder: Path, orders: Iterable[Order] = ()) -> Source:
        """The same source held still: a copy, a snapshot, or itself. A copy of our own making can be read fast in these orders."""
        ...

    def prove(self) -> None:
        """Raise IntegrityBroken if what was held still is no longer what it was. A live source has nothing to prove."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


def wanted(columns: Sequence[str], schema: Schema, table: str) -> tuple[str, ...]:
    """Those of `columns` that the table has, in its own order."""
    have = [column.name for column in schema.get(table, ())]
    return tuple(name for name in have if name in set(columns))


class SourceKind(Protocol):
    """A module that knows one kind of source: its options, the option that a short form gives, and what it says of itself."""

    @property
    def OPTIONS(self) -> type[BaseModel]: ...
    @property
    def MAIN(self) -> str: ...
    @property
    def SAYS(self) -> str: ...

    def open_source(self, system: System, root: Path) -> Source:
        """The live source of a system, read-only. Raises Unreachable if it is not there."""
        ...

    def open_held(self, system: System, folder: Path) -> Source | None:
        """What an earlier run held still in `folder`; None if there is nothing, or nothing whole."""
        ...
