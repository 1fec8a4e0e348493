"""How does a question get its answer as texts? Its columns are wrapped, each by its type, in the words of the target's kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from vardskiftet.engine.targets.protocol import Query
from vardskiftet.model.record import Table


def in_texts(query: Query, shown: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[Any]]) -> sa.Select[Any]:
    """The same rows, every column as the text that `shown` makes of it, under its own name."""
    asked = query.subquery("asked")
    return sa.select(*(shown(column).label(str(column.name)) for column in asked.c))


ASKED = "vs_asked"
"""Temporary table, one column `id`: the rows that are asked for."""


def present_rows(tables: Mapping[str, sa.Table], table: Table) -> sa.Select[Any]:
    """The rows of a record table whose ids (text) stand in `vs_asked`, with what `Target.present` tells beside their columns."""
    rows, batch, image = tables[table.table], tables["vs_batch"], tables["vs_image"]
    key = rows.c[table.key]
    asked = sa.table(ASKED, sa.column("id", sa.Text))
    images = sa.select(sa.func.coalesce(sa.func.max(image.c.place), 0)).where(
        image.c.record_table == table.table, image.c.target_id == sa.cast(asked.c.id, sa.Text)
    )
    beside = {
        "vs_digest": rows.c._digest,
        "vs_key": rows.c._key,
        "vs_unit": rows.c._unit,
        "vs_batch": rows.c._batch,
        "vs_mapping": sa.func.coalesce(batch.c.mapping, ""),
        "vs_wave": sa.func.coalesce(batch.c.wave, ""),
        "vs_place": images.scalar_subquery(),
    }
    columns = [rows.c[column.column] for column in table.columns]
    joined = asked.join(rows, key == sa.cast(asked.c.id, key.type)).outerjoin(batch, batch.c.batch == rows.c._batch)
    return sa.select(*columns, *(column.label(name) for name, column in beside.items())).select_from(joined)
