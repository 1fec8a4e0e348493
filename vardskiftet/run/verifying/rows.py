"""Does every row stand as it was derived? Digests in buckets first; only what differs is compared cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from vardskiftet.engine.reconcile.digests import unequal
from vardskiftet.engine.reconcile.fates import fate_differences
from vardskiftet.engine.reconcile.flags import flag_differences
from vardskiftet.engine.reconcile.kept import digest_of
from vardskiftet.engine.reconcile.links import link_differences
from vardskiftet.engine.reconcile.staged import Row, keep_stood, merged_into, settled_rows, unequal_lines
from vardskiftet.engine.reconcile.stood import rows_by_id
from vardskiftet.engine.rederive.derive import Deriver, stored_columns
from vardskiftet.judge.differences import Cell, bare, kinds_of, zero_tolerance
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column, ColumnType
from vardskiftet.run.verifying.bench import Bench
from vardskiftet.run.verifying.causes import BY_HAND, Causes
from vardskiftet.run.verifying.derived import deriver_of, rows_in, rows_of_keys


@dataclass
class RowTaker:
    """Keeps id and digests of every stored row; of every derived item they are kept at every level."""

    bench: Bench

    def expect(self, deriver: Deriver, batch: int) -> None:
        """Kept already."""

    def meet(self, mapping: Mapping, columns: Sequence[Column], rows: pa.Table, batch: int) -> None:
        """Rows of one batch."""
        keep_stood(self.bench.stage, mapping, columns, rows, batch)


def row_differences(bench: Bench, name: str, causes: Causes) -> Iterator[Difference]:
    """Every difference of one mapping whose two sides were brought: rows, cells, fates, and whom numbers lead to."""
    mapping = bench.frozen.mapping(name)
    unequal(bench.stage, name)
    lines = unequal_lines(bench.stage)
    merged = _merged_elsewhere(bench, mapping)
    lines = [line for line in lines if not (line["why"] == "extra" and line["id"] in merged)]
    expected = _expected(bench, mapping, [line for line in lines if line["why"] != "extra"])
    stored = _stored(bench, mapping, [str(line["id"]) for line in lines if line["why"] != "missing"])
    yield from _whole_rows(bench, mapping, lines, expected, causes)
    yield from _cells(bench, mapping, [line for line in lines if line["why"] == "differs"], expected, stored, causes)
    mine = [one.batch for one in bench.of_plan(name)]
    for one in fate_differences(bench.stage, bench.target, bench.frozen, mapping, mine, part=name in bench.plan.since):
        by_hand = (one.mapping, one.key) in bench.left_for_review
        yield one.model_copy(update={"cause": BY_HAND}) if by_hand else one
    yield from flag_differences(bench.stage, bench.target, bench.frozen, mapping, mine, part=name in bench.plan.since)
    if bench.frozen.record.table(mapping.into).identity:
        yield from link_differences(bench.stage, bench.target, bench.frozen, mapping)


def _merged_elsewhere(bench: Bench, mapping: Mapping) -> set[str]:
    """Persons of an identity table that this mapping only adds to: their row is another's, whichever batch owns it now."""
    if not bench.frozen.record.table(mapping.into).identity:
        return set()
    return merged_into(bench.stage, mapping.mapping)


def _expected(bench: Bench, mapping: Mapping, lines: Sequence[dict[str, object]]) -> dict[str, Row]:
    """The derived texts of the wanted rows, by id: they, or their batches, are derived once more."""
    if not lines:
        return {}
    wanted = {str(line["id"]) for line in lines}
    numbers = {line["batch"] for line in lines}
    deriver, found = deriver_of(bench, mapping), dict[str, Row]()
    few = rows_of_keys(bench, deriver, sorted({str(line["key"]) for line in lines if line["key"] is not None}))
    if few is not None:
        deriver.look(few)
        return settled_rows(bench.stage, deriver, wanted)
    for batch in bench.planned(mapping.mapping):
        if batch.number in numbers:
            deriver.look(rows_in(bench, deriver, batch))
            found |= settled_rows(bench.stage, deriver, wanted)
    return found


def _stored(bench: Bench, mapping: Mapping, ids: Sequence[str]) -> dict[str, Row]:
    columns = stored_columns(bench.frozen, mapping)
    tables = rows_by_id(bench.target, bench.frozen.record, mapping, columns, ids)
    return {str(row["_id"]): row for table in tables for row in table.to_pylist()}


def _whole_rows(
    bench: Bench, mapping: Mapping, lines: Sequence[dict[str, object]], expected: dict[str, Row], causes: Causes
) -> Iterator[Difference]:
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


def _cells(
    bench: Bench,
    mapping: Mapping,
    lines: Sequence[dict[str, object]],
    expected: dict[str, Row],
    stored: dict[str, Row],
    causes: Causes,
) -> Iterator[Difference]:
    table = bench.frozen.record.table(mapping.into)
    patients = next((one.table for one in bench.frozen.record.tables if one.identity), "")
    owner = next((one.column for one in table.columns if one.references == patients and patients), "")
    names = (*stored_columns(bench.frozen, mapping), *(Column(column=name, type=ColumnType.TEXT) for name in ("_key", "_unit")))
    intact = _as_written(bench, mapping, stored)
    cells = []
    for line in lines:
        id = str(line["id"])
        mine, theirs = expected.get(id, {}), stored.get(id, {})
        patient = id if table.identity else str(mine.get(owner) or "")
        for column in names:
            one, other = mine.get(column.column), theirs.get(column.column)
            if bare(one, column.type) != bare(other, column.type):
                cells.append(Cell(id, patient, column, one, other, id in intact))
    for cell, kind in zip(cells, kinds_of(cells, patients), strict=True):
        key = str(expected.get(cell.id, {}).get("_key") or "")
        yield Difference(
            level=Level.ROWS,
            mapping=mapping.mapping,
            table=table.table,
            key=key,
            id=cell.id,
            unit=str(expected.get(cell.id, {}).get("_unit") or ""),
            column=cell.column.column,
            kind=kind,
            cause=causes.of(mapping.mapping, key, cell.id, kind),
            zero_tolerance=zero_tolerance(table, cell.column, kind),
            expected=cell.expected,
            stored=cell.stored,
        )


def _as_written(bench: Bench, mapping: Mapping, stored: dict[str, Row]) -> set[str]:
    """Ids of rows that still stand as the load wrote them, by the digest that it left beside each."""
    if not stored:
        return set()
    columns = stored_columns(bench.frozen, mapping)
    return {id for id, row in stored.items() if row.get("_digest") == digest_of([(one, row.get(one.column)) for one in columns])}
