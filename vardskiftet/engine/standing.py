"""Which rows of the record did a wave bring? Its own, those that a later wave took over, and persons that it contributed to."""

from __future__ import annotations

from typing import Any

import duckdb
import sqlalchemy as sa

from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.books import ALL_UNITS
from vardskiftet.model.fate import Fate
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Record, Table

COLUMNS = ("mapping", "target_id", "source_key", "unit")
Tables = dict[str, sa.Table]


def brought(tables: Tables, table: Table, wave: str) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """(mapping, target_id, source_key, unit) of each row of `table` that stands, and that the wave brought in any of its plans.

    Outside identity tables these are the rows that a batch of the wave wrote last, and those that it wrote before another wave did.
    A person stands once, whoever brought it first: a wave's are those that one of its items was, loaded or unchanged.
    """
    return _persons(tables, table, wave) if table.identity else sa.union_all(_owned(tables, table, wave), _handed(tables, table, wave))


def numbers(tables: Tables, table: Table, wave: str) -> sa.Select[Any]:
    """(mapping, unit, rows) of the same, counted by batch before it is asked whose batch that was: a question to each row costs more."""
    if table.identity:
        found = brought(tables, table, wave).subquery("brought")
        return sa.select(found.c.mapping, found.c.unit, sa.func.count()).group_by(found.c.mapping, found.c.unit)
    rows, batch, handed = tables[table.table], tables["vs_batch"], _handed(tables, table, wave).subquery("handed")
    told = sa.select(rows.c._batch.label("batch"), rows.c._unit.label("unit"), sa.func.count().label("rows"))
    held = told.where(rows.c._batch.is_not(None)).group_by(rows.c._batch, rows.c._unit).subquery("held")
    own = sa.select(batch.c.mapping, held.c.unit, held.c.rows).join_from(held, batch, batch.c.batch == held.c.batch)
    others = sa.select(handed.c.mapping, handed.c.unit, sa.func.count()).group_by(handed.c.mapping, handed.c.unit)
    both = sa.union_all(own.where(batch.c.wave == wave), others).subquery("both")
    return sa.select(both.c.mapping, both.c.unit, sa.func.sum(both.c.rows)).group_by(both.c.mapping, both.c.unit)


def _owned(tables: Tables, table: Table, wave: str) -> sa.Select[Any]:
    rows, batch = tables[table.table], tables["vs_batch"]
    found = _told(batch.c.mapping, _id(rows, table), rows.c._key, rows.c._unit).select_from(
        rows.join(batch, batch.c.batch == rows.c._batch)
    )
    return found.where(batch.c.wave == wave)


def _handed(tables: Tables, table: Table, wave: str) -> sa.Select[Any]:
    """Rows that another wave took over, as this one left them last."""
    return _passed_on(tables, table, wave)[0]


def taken_over(tables: Tables, table: Table, wave: str) -> sa.Select[Any]:
    """(mapping, the other wave, rows) of what `wave` brought and another one wrote since; persons are every wave's own."""
    found, owner = _passed_on(tables, table, wave)
    told = found.add_columns(owner.c.wave.label("by")).subquery("passed_on")
    return sa.select(told.c.mapping, told.c.by, sa.func.count()).select_from(told).group_by(told.c.mapping, told.c.by)


def _passed_on(tables: Tables, table: Table, wave: str) -> tuple[sa.Select[Any], sa.FromClause]:
    """The rows, and the batches that own them now."""
    rows, batch, image = tables[table.table], tables["vs_batch"], tables["vs_image"]
    owner, later, before = batch.alias("owner"), image.alias("later"), batch.alias("before")
    newer = sa.select(sa.literal(1)).select_from(later.join(before, before.c.batch == later.c.before_batch))
    newer = newer.where(
        later.c.record_table == table.table, later.c.target_id == image.c.target_id, later.c.place > image.c.place, before.c.wave == wave
    )
    joined = image.join(batch, batch.c.batch == image.c.before_batch).join(rows, the_row(rows, table, image.c.target_id))
    found = _told(batch.c.mapping, image.c.target_id, rows.c._key, image.c.before_unit)
    found = found.select_from(joined.join(owner, owner.c.batch == rows.c._batch))
    return found.where(image.c.record_table == table.table, batch.c.wave == wave, owner.c.wave != wave, ~newer.exists()), owner


def _persons(tables: Tables, table: Table, wave: str) -> sa.Select[Any]:
    rows, batch, given = tables[table.table], tables["vs_batch"], tables["vs_contribution"]
    joined = given.join(batch, batch.c.batch == given.c.batch).join(rows, the_row(rows, table, given.c.target_id))
    found = _told(batch.c.mapping, given.c.target_id, sa.func.min(given.c.source_key), sa.literal(ALL_UNITS)).select_from(joined)
    own = given.c.fate.in_((Fate.LOADED.value, Fate.UNCHANGED.value))
    return found.where(batch.c.wave == wave, given.c.record_table == table.table, own).group_by(batch.c.mapping, given.c.target_id)


def _told(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(*(column.label(name) for column, name in zip(columns, COLUMNS, strict=True)))


def _id(rows: sa.Table, table: Table) -> sa.ColumnElement[str]:
    return sa.cast(rows.c[table.key], sa.Text)


def the_row(rows: sa.Table, table: Table, target_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The row of that id; the id is cast, not the key, so that the key's own index serves."""
    key = rows.c[table.key]
    return key == sa.cast(target_id, key.type)


def prepare_standing(duck: duckdb.DuckDBPyConnection, record: Record, mapping: Mapping, target: Target, wave: str) -> None:
    """Bring the mapping's rows that the wave brought into DuckDB, as the table `standing`; empties `scanned`, the keys seen so far."""
    found = brought(dict(layout(record).tables), record.table(mapping.into), wave).subquery("brought")
    query = sa.select(found.c.target_id, found.c.source_key, found.c.unit).where(found.c.mapping == mapping.mapping)
    duck.register("brought_rows", target.arrow(query))
    duck.execute("create or replace table standing as select * from brought_rows")
    duck.unregister("brought_rows")
    duck.execute("create or replace table scanned (key varchar)")
