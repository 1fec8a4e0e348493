"""What if a server has no time for a range of the verifier's? Each half is asked for alone, and what was learnt holds for the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import pyarrow as pa

from vardskiftet.engine.rederive.rows import PLACE, Asked, Rows
from vardskiftet.errors import TookTooLong
from vardskiftet.model.batch import Key, KeyRange

MOST = 6
"""How often a range is halved: where a sixty-fourth takes too long, a person must say how long a statement may take."""


class ServerRows(Rows, Protocol):
    """Rows of a server, which may end a statement that takes long."""

    def middle(self, asked: Asked, within: KeyRange) -> Key | None:
        """The key, as a text of each column, of the row that half of a range's rows come before; None for an empty range."""
        ...


class Halved:
    """A server's rows. A range that takes too long is read in halves; raises TookTooLong where that does not help."""

    independent = True

    def __init__(self, rows: ServerRows) -> None:
        self._rows = rows
        self._deep: dict[tuple[str, str], int] = {}
        """Table, or query, to how often its ranges are halved from the start."""

    def columns(self, table: str, sql: str = "") -> tuple[str, ...]:
        """As the server tells them."""
        return self._rows.columns(table, sql)

    def count(self, table: str) -> int:
        """In one statement."""
        return self._rows.count(table)

    def those(self, asked: Asked, column: str, values: Sequence[str]) -> pa.Table:
        """In one statement, by whatever index serves."""
        return self._rows.those(asked, column, values)

    def read(self, asked: Asked, within: KeyRange | None = None) -> pa.Table:
        """The rows of a range, numbered on from half to half."""
        table = (asked.table, asked.sql)
        parts = list(self._parts(asked, within, self._deep.get(table, 0), 0))
        found = pa.concat_tables(parts)
        if len(parts) == 1:
            return found
        return found.set_column(found.column_names.index(PLACE), PLACE, pa.array(range(1, found.num_rows + 1), pa.int64()))

    def close(self) -> None:
        """Give back connections."""
        self._rows.close()

    def _parts(self, asked: Asked, within: KeyRange | None, halve: int, deep: int) -> Iterator[pa.Table]:
        """The range whole, or its halves, each of which may be halved again: `halve` times in any case, `deep` times so far."""
        late: TookTooLong | None = None
        if not halve:
            try:
                yield self._rows.read(asked, within)
            except TookTooLong as error:
                late = error
            else:
                return
        halves = self._cut(asked, within) if deep < MOST else ()
        if not halves:
            if late is not None:
                raise late
            yield self._rows.read(asked, within)
            return
        if late is not None:
            table = (asked.table, asked.sql)
            self._deep[table] = max(self._deep.get(table, 0), deep + 1)
        for half in halves:
            yield from self._parts(asked, half, max(0, halve - 1), deep + 1)

    def _cut(self, asked: Asked, within: KeyRange | None) -> tuple[KeyRange, ...]:
        """The range in two; none where there is nothing to cut by. Keys with a NULL have no order."""
        if not asked.key or within is None or within.nulls:
            return ()
        middle = self._rows.middle(asked, within)
        if middle is None or (within.low is not None and middle == tuple(map(str, within.low))):
            return ()
        return (KeyRange(low=within.low, high=middle), KeyRange(low=middle, high=within.high))
