"""Do the control totals agree? Added up on both sides while the rows pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from vardskiftet.engine.reconcile.totals import DERIVED, STOOD, add_up, begin, total_differences
from vardskiftet.engine.rederive.derive import Deriver, stored_columns
from vardskiftet.model.difference import Difference
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column
from vardskiftet.run.verifying.bench import Bench


@dataclass
class TotalTaker:
    """Adds up every batch."""

    bench: Bench

    def __post_init__(self) -> None:
        begin(self.bench.stage)

    def expect(self, deriver: Deriver, batch: int) -> None:
        """Rows of one batch that are to stand."""
        columns = stored_columns(deriver.programme, deriver.mapping)
        add_up(self.bench.stage, deriver.mapping.mapping, DERIVED, columns, deriver.expected_sql())

    def meet(self, mapping: Mapping, columns: Sequence[Column], rows: pa.Table, batch: int | None) -> None:
        """Rows that stand."""
        self.bench.stage.register("met", rows)
        add_up(self.bench.stage, mapping.mapping, STOOD, columns, "select * from met")
        self.bench.stage.unregister("met")


def differences_of_totals(bench: Bench, name: str) -> Iterator[Difference]:
    """Every total of a mapping that the two sides do not share."""
    mapping = bench.frozen.mapping(name)
    yield from total_differences(bench.stage, mapping, bench.frozen.record.table(mapping.into))
