"""Did what a clinician reads come along, and can whoever is to receive it, receive it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from vardskiftet.engine.reconcile import clinical
from vardskiftet.engine.rederive.derive import Deriver, stored_columns
from vardskiftet.model.difference import Difference
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column
from vardskiftet.run.verifying.bench import Bench


@dataclass
class ClinicalTaker:
    """Takes negations from the source's own texts, and from both sides what belongs to whom."""

    bench: Bench

    def __post_init__(self) -> None:
        clinical.begin(self.bench.stage)
        self._pattern = clinical.pattern_of(self.bench.frozen.record.negations)

    def expect(self, deriver: Deriver, batch: int) -> None:
        """Items of one batch."""
        stage, mapping, table = self.bench.stage, deriver.mapping, deriver.table
        clinical.look_at_source(stage, mapping, table, self._pattern)
        columns = stored_columns(deriver.programme, mapping)
        clinical.look_at_rows(stage, mapping, table, clinical.DERIVED, columns, deriver.expected_sql())

    def meet(self, mapping: Mapping, columns: Sequence[Column], rows: pa.Table, batch: int | None) -> None:
        """Rows of the record."""
        stage, table = self.bench.stage, self.bench.frozen.record.table(mapping.into)
        stage.register("met", rows)
        clinical.look_at_texts(stage, mapping, table, self._pattern, "select * from met")
        clinical.look_at_rows(stage, mapping, table, clinical.STOOD, columns, "select * from met")
        stage.unregister("met")


def clinical_differences(bench: Bench, name: str) -> Iterator[Difference]:
    """Everything of one mapping that a clinician would miss."""
    mapping = bench.frozen.mapping(name)
    table = bench.frozen.record.table(mapping.into)
    yield from clinical.clinical_differences(bench.stage, mapping, table)
    # Units open and close in the programme as it is declared today; what was frozen is the mapping.
    may = Receivers(bench.desk.programme, bench.plan.wave)
    for line in clinical.receivers(bench.stage, name):
        named, at = str(line["named"]), str(line["day"] or "")
        refused, after = may.refuses(named, at)
        if refused:
            yield from clinical.sent_to(bench.stage, mapping, table, str(line["col"]), named, after)


@dataclass
class Receivers:
    """Who can receive in the new system when a wave goes live: units of this wave and of earlier ones, and declared partners."""

    programme: Programme
    wave: str

    def __post_init__(self) -> None:
        mine = self.programme.wave(self.wave).days[0]
        live = {wave.wave for wave in self.programme.waves if wave.days[0] <= mine}
        waves = self.programme.wave_of_unit
        self._last: dict[str, date | None] = dict.fromkeys(self.programme.record.partners)
        for unit in self.programme.units:
            if waves.get(unit.unit) in live:
                self._last[unit.unit] = self._last[unit.hsa_id] = unit.closes

    def refuses(self, named: str, at: str) -> tuple[bool, str]:
        """Whether some row up to the day `at` cannot be received there, and, for a unit that closes, after which day."""
        if named not in self._last:
            return True, ""
        last = self._last[named]
        return last is not None and at > last.isoformat(), "" if last is None else last.isoformat()
