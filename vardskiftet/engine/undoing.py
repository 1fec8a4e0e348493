"""What must be known of a batch before it is taken back? Which of its rows were changed since, and what stood in them before."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.compare import stored_digest
from vardskiftet.engine.compile.coerce import DUCK_TYPES
from vardskiftet.engine.duck import arrow
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.protocol import BatchEntry, TakingBack, Target
from vardskiftet.engine.targets.tables import asked_table, layout
from vardskiftet.model.record import Column, ColumnType, Record, Table


def taking_back(duck: duckdb.DuckDBPyConnection, record: Record, table: Table, target: Target, entry: BatchEntry, undo: str) -> TakingBack:
    """All that the target needs to take a batch out; nothing is written."""
    keep = edited(duck, table, target, entry.batch)
    why = pa.array(["edited"] * len(keep), pa.string())
    kept = pa.table({"id": pa.array(keep, pa.string()), "why": why})
    return TakingBack(entry, table, undo, kept, _images(duck, record, table, target, entry))


def edited(duck: duckdb.DuckDBPyConnection, table: Table, target: Target, batch: int) -> list[str]:
    """Ids of a batch's rows that no longer stand as they were written: the new system's users changed them."""
    rows = asked_table(table)
    columns = [rows.c[column.column] for column in table.columns]
    found = target.arrow(sa.select(*columns, rows.c._digest.label("vs_digest")).where(rows.c._batch == batch))
    duck.register("written_rows", found)
    changed = duck.execute(f"select {quoted(table.key)} from written_rows where {stored_digest(table)} <> vs_digest order by 1").fetchall()
    duck.unregister("written_rows")
    return [str(key) for (key,) in changed]


def _images(duck: duckdb.DuckDBPyConnection, record: Record, table: Table, target: Target, entry: BatchEntry) -> pa.Table:
    """What stood in the batch's rows before, as rows of the record table in the target's stored form."""
    image = layout(record).tables["vs_image"]
    columns = (image.c.target_id, image.c.before_batch, image.c.before_unit, image.c.before_key, image.c.before_digest, image.c.content)
    query = sa.select(*columns, image.c.place).where(image.c.batch == entry.batch, image.c.record_table == table.table)
    duck.register("image_lines", target.arrow(query))
    values = ", ".join(
        f"{target.stored_form(column, _typed(column))} as {quoted(column.column)}" for column in table.columns if column.column != table.key
    )
    comma = ", " if values else ""
    found = arrow(
        duck,
        f"select target_id as {quoted(table.key)}{comma}{values}, before_batch::bigint as _batch, before_unit as _unit,"
        " before_key as _key, unhex(before_digest) as _digest from image_lines"
        " qualify row_number() over (partition by target_id order by place::bigint desc) = 1 order by 1",
    )
    duck.unregister("image_lines")
    return found


def _typed(column: Column) -> str:
    """SQL of a column of an image, from its canonical text to its DuckDB type."""
    path = '$."' + column.column + '"'
    text = f"json_extract_string(content, {literal(path)})"
    match column.type:
        case ColumnType.INSTANT:
            return f"({text})::timestamptz::timestamp"
        case ColumnType.BOOLEAN:
            return f"({text})::integer::boolean"
        case _:
            return f"({text})::{DUCK_TYPES[column.type]}"
