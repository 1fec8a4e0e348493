"""How is a source read for which the verifier has no reader of its own? Through the loader's, which is then named as shared."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.engine.rederive.rows import Asked
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.errors import TookTooLong
from vardskiftet.model.batch import KeyRange


class BorrowedRows:
    """A source through the loader's own reader."""

    independent = False

    def __init__(self, source: Source) -> None:
        self.source = source

    def columns(self, table: str, sql: str = "") -> tuple[str, ...]:
        """As the source tells them."""
        return self.source.columns(sql) if sql else tuple(one.name for one in self.source.schema()[table])

    def count(self, table: str) -> int:
        """As the source counts them, by another driver or parser than it reads with."""
        return self.source.count(table)

    def read(self, asked: Asked, within: KeyRange | None = None) -> pa.Table:
        """As the source reads them; in parts, where it has no time for the whole."""
        try:
            parts = list(self.source.read(Extract(asked.table, asked.columns, asked.key, asked.sql), within))
        except TookTooLong as late:
            if not late.parts:
                raise
            return self.read(asked, within)
        if parts:
            return pa.Table.from_batches(parts)
        return pa.table(
            {"vs_row": pa.array([], pa.int64()), **{name: pa.array([], pa.string()) for name in (*asked.columns, "vs_damaged")}}
        )

    def those(self, asked: Asked, column: str, values: Sequence[str]) -> pa.Table:
        """Every row read, and these kept."""
        wanted = tuple(dict.fromkeys((*asked.columns, column)))
        rows = self.read(Asked(asked.table, wanted, asked.key, asked.sql))
        return rows.filter(pc.is_in(rows[column], value_set=pa.array(values, pa.string())))

    def close(self) -> None:
        """Give back the source's connections."""
        self.source.close()
