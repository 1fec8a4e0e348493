"""How are both sides brought to the bench? Each mapping derived anew and read from the record, batch by batch, resumable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import duckdb
import pyarrow as pa

from vardskiftet.engine.reconcile.staged import keep_derived, sides
from vardskiftet.engine.reconcile.stood import rows_of
from vardskiftet.engine.rederive.beside import look_beside
from vardskiftet.engine.rederive.corrected import corrected
from vardskiftet.engine.rederive.derive import Deriver, parent_of, stored_columns
from vardskiftet.engine.rederive.given import before, fill_parents, fill_persons
from vardskiftet.engine.rederive.rows import Asked
from vardskiftet.engine.rederive.stage import finished, in_one, once
from vardskiftet.engine.rederive.verdicts import own_finds
from vardskiftet.errors import NoRoom
from vardskiftet.model.batch import Batch
from vardskiftet.model.mapping import WHOLE_ROW, Mapping
from vardskiftet.model.progress import Progress
from vardskiftet.model.record import Column
from vardskiftet.run.verifying.bench import Bench


class Taker(Protocol):
    """Who takes note of both sides while they pass: one for each level."""

    def expect(self, deriver: Deriver, batch: int) -> None:
        """A batch was derived: its items lie in `fated` and `item`."""
        ...

    def meet(self, mapping: Mapping, columns: Sequence[Column], rows: pa.Table, batch: int) -> None:
        """A batch was read from the record: `_id, _key, _unit`, the columns, `_digest`."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """How many rows of a mapping were read from its source, and how many an unfiltered count finds there."""

    read: int
    counted: int
    derived: int
    """Rows that are to stand."""
    stood: int
    """Rows that were read from the record."""


def bring(bench: Bench, name: str, takers: Sequence[Taker]) -> Seen:
    """Both sides of one mapping, past every taker. Raises Unreachable where a side cannot be read."""
    mapping = bench.frozen.mapping(name)
    deriver = deriver_of(bench, mapping)
    columns = stored_columns(bench.frozen, mapping)
    batches, entries = bench.planned(name), bench.of_wave(name)
    read = stood = 0
    for place, batch in enumerate(batches, 1):
        read += _once(bench, name, "derived", str(batch.number), partial(_derive, bench, deriver, batch, takers))
        bench.desk.notify(Progress(f"derive {name}", place, len(batches)))
    for place, entry in enumerate(entries, 1):
        stood += _once(bench, name, "stood", str(entry.batch), partial(_meet, bench, mapping, columns, entry.batch, takers))
        bench.desk.notify(Progress(f"read {name} from the record", place, len(entries)))
    return Seen(read, bench.rows(mapping.system).count(mapping.reads), sides(bench.stage, name)[0], stood)


def meet_again(bench: Bench, name: str, takers: Sequence[Taker]) -> int:
    """The record's side of one mapping once more, past every taker; returns its rows."""
    mapping = bench.frozen.mapping(name)
    columns = stored_columns(bench.frozen, mapping)
    return sum(
        _once(bench, name, "stood", str(entry.batch), partial(_meet, bench, mapping, columns, entry.batch, takers))
        for entry in bench.of_wave(name)
    )


def _derive(bench: Bench, deriver: Deriver, batch: Batch, takers: Sequence[Taker]) -> int:
    rows = rows_in(bench, deriver, batch)
    deriver.chunk(rows)
    keep_derived(bench.stage, deriver, batch.number)  # children find their parents there, at whatever level
    for taker in takers:
        taker.expect(deriver, batch.number)
    return int(rows.num_rows)


def _meet(bench: Bench, mapping: Mapping, columns: Sequence[Column], batch: int, takers: Sequence[Taker]) -> int:
    rows = rows_of(bench.target, bench.frozen.record, mapping, columns, (batch,))
    for taker in takers:
        taker.meet(mapping, columns, rows, batch)
    return int(rows.num_rows)


def deriver_of(bench: Bench, mapping: Mapping) -> Deriver:
    """A deriver with all that stands beside the mapping's rows."""
    rows = bench.rows(mapping.system)
    look_beside(bench.stage, bench.frozen, mapping, rows)
    then = before(bench.batches, bench.plan.wave, bench.plan.fingerprint, mapping.mapping)
    if bench.frozen.record.table(mapping.into).identity:
        once(bench.stage, f"persons of {mapping.mapping}", partial(fill_persons, bench.stage, bench.frozen, bench.target, mapping, then))
    for one in (field for field in mapping.fields if field.find is not None and field.find.step is None):
        parent = bench.frozen.mapping(parent_of(bench.frozen, mapping, one))
        once(bench.stage, f"parents of {parent.mapping}", partial(fill_parents, bench.stage, bench.frozen, bench.target, parent, then))
    deriver = Deriver(bench.stage, bench.frozen, mapping, rows.columns(mapping.reads, mapping.sql), bench.target)
    deriver.prepare()
    return deriver


def rows_in(bench: Bench, deriver: Deriver, batch: Batch) -> pa.Table:
    """The rows of one batch, by the verifier's own reader, with the corrections that are in the record."""
    mapping = deriver.mapping
    rows = bench.rows(mapping.system).read(Asked(mapping.reads, deriver.columns, batch.by, mapping.sql), batch.range)
    return corrected(rows, mapping, deriver.columns, bench.corrections)


FEW = 2_000
"""Keys that are asked for one by one; of more, their whole batches are read."""


def rows_of_keys(bench: Bench, deriver: Deriver, keys: Sequence[str]) -> pa.Table | None:
    """The rows of a few keys, as `rows_in` gives them; None where keys are not asked for by themselves, or rows need their batch."""
    mapping, rows = deriver.mapping, bench.rows(deriver.mapping.system)
    alone = not deriver.table.identity and not own_finds(mapping) and len(mapping.key) == 1 and mapping.key != (WHOLE_ROW,)
    if not (alone and rows.independent and len(keys) <= FEW):
        return None
    found = rows.those(Asked(mapping.reads, deriver.columns, mapping.key, mapping.sql), mapping.key[0], keys)
    return corrected(found, mapping, deriver.columns, bench.corrections)


def _once(bench: Bench, mapping: str, side: str, part: str, work: Callable[[], int]) -> int:
    """One part in one transaction of the stage; what an earlier run finished is not done again. Returns its rows."""
    before = finished(bench.stage, mapping, side, part)
    if before is not None:
        return before
    try:
        with in_one(bench.stage):
            rows = work()
            bench.stage.execute("insert into done values (?, ?, ?, ?)", [mapping, side, part, rows])
    except duckdb.OutOfMemoryException as error:
        raise NoRoom(
            f"The verifier's memory is too small for a batch of {mapping}.", hint="Lower `batch_rows:` for the next plan."
        ) from error
    return rows
