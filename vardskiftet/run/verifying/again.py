"""Do the differences of the last verification still stand? Only they are looked at, against what was derived for them then."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path

import sqlalchemy as sa

from vardskiftet.engine.reconcile.stood import rows_by_id
from vardskiftet.engine.rederive.derive import stored_columns
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.judge.differences import bare
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import ColumnType
from vardskiftet.run.verifying.found import AT_A_TIME, differences_in

BOOKS_OWN = ("fate", "reason", "identity")


def still_there(folder: Path, frozen: Programme, target: Target, looked_at: Counter[str]) -> Iterator[Difference]:
    """Row and cell differences of the last verification that the record still shows; what the books said is asked of the books again.

    `looked_at` is filled on the way: mapping to how many of them there were.
    """
    of_rows = (one for one in differences_in(folder) if one.level is Level.ROWS)
    for name, of_mapping in groupby(of_rows, lambda one: one.mapping):
        while differences := list(islice(of_mapping, AT_A_TIME)):
            looked_at[name] += len(differences)
            rows = [one for one in differences if one.column not in BOOKS_OWN]
            yield from _rows(frozen, target, name, rows)
            yield from _of_books(frozen, target, (one for one in differences if one.column in BOOKS_OWN))


def _rows(frozen: Programme, target: Target, name: str, differences: list[Difference]) -> Iterator[Difference]:
    mapping = frozen.mapping(name)
    columns = stored_columns(frozen, mapping)
    ids = sorted({one.id for one in differences})
    there = {str(row["_id"]): row for table in rows_by_id(target, frozen.record, mapping, columns, ids) for row in table.to_pylist()}
    kinds = {one.column: one.type for one in columns}
    for one in differences:
        row = there.get(one.id)
        if _stands(one, row, kinds):
            yield one.model_copy(update={"stored": row.get(one.column)}) if one.column and row is not None else one


def _stands(one: Difference, row: dict[str, str | None] | None, kinds: dict[str, ColumnType]) -> bool:
    if one.kind is Kind.EXTRA:
        return row is not None
    if row is None:
        return True
    if not one.column:
        return _differs(one.expected, row, kinds)
    kind = kinds.get(one.column, ColumnType.TEXT)
    return bare(row.get(one.column), kind) != bare(one.expected, kind)


def _differs(expected: str | None, row: dict[str, str | None], kinds: dict[str, ColumnType]) -> bool:
    """Whether a row that came back is not the one that was missing."""
    whole: dict[str, str | None] = json.loads(expected or "{}")
    return any(
        bare(text, kinds.get(name, ColumnType.TEXT)) != bare(row.get(name), kinds.get(name, ColumnType.TEXT))
        for name, text in whole.items()
    )


def _of_books(frozen: Programme, target: Target, differences: Iterable[Difference]) -> Iterator[Difference]:
    fates, batch = layout(frozen.record).tables["vs_fate"], layout(frozen.record).tables["vs_batch"]
    links = layout(frozen.record).tables["vs_identity"]
    for one in differences:
        if one.column == "identity":
            domain, _, id = (one.expected or "").partition(": ")
            query = sa.select(links.c.target_id).where(links.c.record_table == one.table, links.c.domain == domain, links.c.target_id == id)
            if not target.rows(query):
                yield one
            continue
        query = sa.select(fates.c.fate, fates.c.reason).join_from(fates, batch, batch.c.batch == fates.c.batch)
        query = query.where(batch.c.mapping == one.mapping, fates.c.source_key == one.key)
        told = {f"{fate} {reason}" if reason else str(fate) for fate, reason in target.rows(query)}
        gone = one.expected is None and one.stored not in told
        if not gone and (one.expected is None or one.expected not in told):
            yield one
