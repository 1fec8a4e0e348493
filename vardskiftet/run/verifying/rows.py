"""Does every row stand as it was derived? Digests in buckets first; only what differs is compared cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from vardskiftet.engine.reconcile.cells import begin
from vardskiftet.engine.reconcile.digests import unequal
from vardskiftet.engine.reconcile.fates import fate_differences
from vardskiftet.engine.reconcile.flags import flag_differences
from vardskiftet.engine.reconcile.links import link_differences
from vardskiftet.engine.reconcile.staged import (
    Row,
    keep_unlike,
    settled_rows,
    unequal_keys,
    unequal_lines,
    unequal_parts,
    without_merged,
)
from vardskiftet.engine.rederive.derive import Deriver, stored_columns
from vardskiftet.judge.differences import zero_tolerance
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column
from vardskiftet.run.verifying.bench import Bench
from vardskiftet.run.verifying.causes import BY_HAND, Causes
from vardskiftet.run.verifying.cells import cell_differences, keep_cells
from vardskiftet.run.verifying.derived import FEW, deriver_of, rows_in, rows_of_keys

Lines = Sequence[dict[str, object]]
"""What only one side has, or both otherwise: id, why, batch, key, stood_key."""


@dataclass
class RowTaker:
    """Holds the record's rows against those that were derived just now, and keeps what is not the same."""

    bench: Bench

    def expect(self, deriver: Deriver, batch: int) -> None:
        """They lie at hand already."""

    def meet(self, mapping: Mapping, columns: Sequence[Column], rows: pa.Table, batch: int | None) -> None:
        """Rows of the record that these should be."""
        keep_unlike(self.bench.stage, mapping, columns, rows, batch)


def row_differences(bench: Bench, name: str, causes: Causes) -> Iterator[Difference]:
    """Every difference of one mapping whose two sides were brought: rows, cells, fates, and whom numbers lead to."""
    mapping = bench.frozen.mapping(name)
    identity = bench.frozen.record.table(mapping.into).identity
    unequal(bench.stage, name)
    if identity:
        without_merged(bench.stage, name)
    begin(bench.stage)
    for lines, expected in _parts(bench, mapping):
        yield from _whole_rows(bench, mapping, lines, expected, causes)
        keep_cells(bench, mapping, [str(line["id"]) for line in lines if line["why"] == "differs"], expected)
    yield from cell_differences(bench, mapping, causes)
    mine = [one.batch for one in bench.of_plan(name)]
    for one in fate_differences(bench.stage, bench.target, bench.frozen, mapping, mine, part=name in bench.plan.since):
        by_hand = (one.mapping, one.key) in bench.left_for_review
        yield one.model_copy(update={"cause": BY_HAND}) if by_hand else one
    yield from flag_differences(bench.stage, bench.target, bench.frozen, mapping, mine, part=name in bench.plan.since)
    if identity:
        yield from link_differences(bench.stage, bench.target, bench.frozen, mapping)


def _parts(bench: Bench, mapping: Mapping) -> Iterator[tuple[Lines, dict[str, Row]]]:
    """What is unequal, a bounded number at a time, with the derived texts by id."""
    again: Again | None = None
    for batch, part in unequal_parts(bench.stage):
        lines, expected = unequal_lines(bench.stage, batch, part), dict[str, Row]()
        if batch is not None:
            again = again or Again(bench, mapping)
            expected = settled_rows(bench.stage, again.at(batch), [str(line["id"]) for line in lines])
        yield lines, expected


class Again:
    """Derives unequal rows once more: all of them together where they are few, else the batch that they lie in."""

    def __init__(self, bench: Bench, mapping: Mapping) -> None:
        self._bench, self._deriver = bench, deriver_of(bench, mapping)
        self._planned = {part.batch.number: part.batch for part in bench.planned(mapping.mapping)}
        self._looked: int | None = None
        keys = unequal_keys(bench.stage, FEW)
        few = None if keys is None else rows_of_keys(bench, self._deriver, keys)
        self._all = few is not None
        if few is not None:
            self._deriver.look(few)

    def at(self, batch: int) -> Deriver:
        """A deriver that looked at unequal rows of this batch last."""
        if not self._all and self._looked != batch:
            self._deriver.look(rows_in(self._bench, self._deriver, self._planned[batch]))
            self._looked = batch
        return self._deriver


def _whole_rows(bench: Bench, mapping: Mapping, lines: Lines, expected: dict[str, Row], causes: Causes) -> Iterator[Difference]:
    table = bench.frozen.record.table(mapping.into)
    for line in lines:
        if line["why"] == "differs":
            continue
        kind, id = Kind(str(line["why"])), str(line["id"])
        key = str(line["key"] or line["stood_key"] or "")
        yield Difference(
            level=Level.ROWS,
            mapping=mapping.mapping,
            table=table.table,
            key=key,
            id=id,
            unit=str(expected.get(id, {}).get("_unit") or ""),
            kind=kind,
            cause=causes.of(mapping.mapping, key, id, kind),
            zero_tolerance=zero_tolerance(table, None, kind),
            expected=_whole(bench, mapping, expected.get(id)),
        )


def _whole(bench: Bench, mapping: Mapping, row: Row | None) -> str | None:
    """A derived row in one text, so that it can be looked for again."""
    if row is None:
        return None
    names = (*(one.column for one in stored_columns(bench.frozen, mapping)), "_key", "_unit")
    return json.dumps({name: row.get(name) for name in names}, ensure_ascii=False)
