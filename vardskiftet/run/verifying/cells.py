"""Which cells of rows that stand on both sides differ, and what does each look like?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vardskiftet.engine.reconcile.cells import keep, told
from vardskiftet.engine.reconcile.kept import digest_of
from vardskiftet.engine.reconcile.staged import Row
from vardskiftet.engine.reconcile.stood import rows_by_id
from vardskiftet.engine.rederive.derive import stored_columns
from vardskiftet.judge.differences import UnlikeCell, bare, kind_of, zero_tolerance
from vardskiftet.model.difference import Difference, Level
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column, ColumnType
from vardskiftet.run.verifying.bench import Bench
from vardskiftet.run.verifying.causes import Causes


def keep_cells(bench: Bench, mapping: Mapping, ids: Sequence[str], expected: dict[str, Row]) -> None:
    """Hold rows of the record against what was derived for them, and keep every cell that differs."""
    patients = _patients(bench)
    table = bench.frozen.record.table(mapping.into)
    owner = next((one.column for one in table.columns if one.references == patients and patients), "")
    stored = _stored(bench, mapping, ids)
    intact = _as_written(bench, mapping, stored)
    cells, compared = [], _compared(bench, mapping)
    for id in ids:
        mine, theirs = expected.get(id, {}), stored.get(id, {})
        patient = id if table.identity else str(mine.get(owner) or "")
        for column in compared:
            one, other = mine.get(column.column), theirs.get(column.column)
            if bare(one, column.type) != bare(other, column.type):
                key, unit = str(mine.get("_key") or ""), str(mine.get("_unit") or "")
                cells.append(UnlikeCell(id, key, unit, patient, column.column, one, other, id in intact))
    keep(bench.stage, cells)


def cell_differences(bench: Bench, mapping: Mapping, causes: Causes) -> Iterator[Difference]:
    """All cells that were kept of a mapping, each with what it looks like."""
    table, patients = bench.frozen.record.table(mapping.into), _patients(bench)
    columns = {one.column: one for one in _compared(bench, mapping)}
    for one in told(bench.stage):
        column = columns[one.column]
        kind = kind_of(one, column, patients)
        yield Difference(
            level=Level.ROWS,
            mapping=mapping.mapping,
            table=table.table,
            key=one.key,
            id=one.id,
            unit=one.unit,
            column=one.column,
            kind=kind,
            cause=causes.of(mapping.mapping, one.key, one.id, kind),
            zero_tolerance=zero_tolerance(table, column, kind),
            expected=one.expected,
            stored=one.stored,
        )


def _patients(bench: Bench) -> str:
    """The record's table of patients; empty if it has none."""
    return next((one.table for one in bench.frozen.record.tables if one.identity), "")


def _compared(bench: Bench, mapping: Mapping) -> tuple[Column, ...]:
    own = (Column(column=name, type=ColumnType.TEXT) for name in ("_key", "_unit"))
    return (*stored_columns(bench.frozen, mapping), *own)


def _stored(bench: Bench, mapping: Mapping, ids: Sequence[str]) -> dict[str, Row]:
    columns = stored_columns(bench.frozen, mapping)
    tables = rows_by_id(bench.target, bench.frozen.record, mapping, columns, ids)
    return {str(row["_id"]): row for table in tables for row in table.to_pylist()}


def _as_written(bench: Bench, mapping: Mapping, stored: dict[str, Row]) -> set[str]:
    """Ids of rows that still stand as the load wrote them, by the digest that it left beside each."""
    columns = stored_columns(bench.frozen, mapping)
    return {id for id, row in stored.items() if row.get("_digest") == digest_of([(one, row.get(one.column)) for one in columns])}
