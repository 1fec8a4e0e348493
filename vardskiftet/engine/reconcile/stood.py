"""What stands in the record for a mapping? Its rows, batch by batch, as the texts that digests are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.names import quoted
from vardskiftet.engine.rederive.stage import arrow
from vardskiftet.engine.standing import the_row
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column, Record

AT_A_TIME = 500
"""Ids that are asked for in one question."""


def rows_of(target: Target, record: Record, mapping: Mapping, columns: Sequence[Column], batches: Iterable[int]) -> pa.Table:
    """`_id, _key, _unit` and the columns of the rows that these batches own."""
    rows = layout(record).tables[mapping.into]
    return target.arrow(sa.select(*_named(record, mapping, columns)).where(rows.c._batch.in_(list(batches))))


def rows_by_id(target: Target, record: Record, mapping: Mapping, columns: Sequence[Column], ids: Sequence[str]) -> list[pa.Table]:
    """The same of single rows, whichever batch owns them, with `_digest` (hex)."""
    rows, key = layout(record).tables[mapping.into], record.table(mapping.into).key
    asked = sa.select(*_named(record, mapping, columns), rows.c._digest)
    return [target.arrow(asked.where(rows.c[key].in_(list(ids[n : n + AT_A_TIME])))) for n in range(0, len(ids), AT_A_TIME)]


def rows_before(
    stage: duckdb.DuckDBPyConnection, target: Target, record: Record, mapping: Mapping, columns: Sequence[Column], wave: str, since: str
) -> pa.Table:
    """Rows that a batch of another wave wrote anew after `since`, as they stood until then: `_id, _key, _unit` and the columns.

    Only of those that still stand: a row that is gone is missing, whoever wrote it last.
    """
    tables, table = layout(record).tables, record.table(mapping.into)
    image, batch, rows = tables["vs_image"], tables["vs_batch"], tables[table.table]
    before = batch.alias("before")
    told = sa.select(image.c.target_id, image.c.before_key, image.c.before_unit, image.c.content, image.c.place)
    told = told.join_from(image, batch, batch.c.batch == image.c.batch).join(before, before.c.batch == image.c.before_batch)
    told = told.join(rows, the_row(rows, table, image.c.target_id))
    told = told.where(image.c.record_table == table.table, before.c.mapping == mapping.mapping)
    stage.register("image", target.arrow(told.where(batch.c.wave != wave, batch.c.committed_at > since)))
    content = "".join(f", content ->> '$.{one.column}' as {quoted(one.column)}" for one in columns)
    oldest = "row_number() over (partition by target_id order by place::integer) = 1"
    found = arrow(stage, f"select target_id as _id, before_key as _key, before_unit as _unit{content} from image qualify {oldest}")
    stage.unregister("image")
    return found


def _named(record: Record, mapping: Mapping, columns: Sequence[Column]) -> list[sa.ColumnElement[Any]]:
    rows, key = layout(record).tables[mapping.into], record.table(mapping.into).key
    return [rows.c[key].label("_id"), rows.c._key, rows.c._unit, *(rows.c[one.column] for one in columns)]
