"""Which numbers of a table would a mapping reject? Asked of the very expressions that a load runs, over all rows, before any run."""

from __future__ import annotations

import duckdb

from vardskiftet.engine.compile.fields import Filled, field_levels
from vardskiftet.engine.names import quoted
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import ColumnType

NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL)
EMPTY = "REQUIRED_EMPTY"
"""A value that is missing is no number that does not fit."""


def misfits(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, rows: str) -> dict[str, int]:
    """Source column to values that do not fit the record's number column that they go into; only those that were found.

    `rows` is a table of DuckDB with the mapping's source columns as text. Fields that a function of a region's own makes are passed
    over: it may not be trusted yet.
    """
    table = programme.record.table(mapping.into)
    found: dict[str, int] = {}
    for number, field in enumerate(mapping.fields, 1):
        column = table.column(field.column)
        if column.type not in NUMBERS or not field.source or any(step.transform == "python" for step in field.steps):
            continue
        filled = field_levels(programme, mapping, table, number, field)
        ((wrong,),) = duck.execute(_counting(filled, number, rows)).fetchall()
        if wrong:
            found[field.source] = found.get(field.source, 0) + int(wrong)
    return found


def _counting(filled: Filled, number: int, rows: str) -> str:
    """SQL of how many rows leave a reason at one of a field's levels."""
    query, name = f"select * from {quoted(rows)}", f"vs{number}_value"
    for level, made in enumerate(filled.levels, 1):
        for stage in made.stages:
            query = f"select *, {', '.join(f'{sql} as {column}' for column, sql in stage)} from ({query})"
        joins = "".join(f" left join {join.table} as {join.alias} on {join.on}" for join in made.joins)
        star = "was.*" if level == 1 else f"was.* exclude ({name})"
        query = f"select {star}, {made.value} as {name}, {made.reason} as vs_reason{level} from ({query}) as was{joins}"
    reasons = ", ".join(f"nullif(vs_reason{level}, '{EMPTY}')" for level in range(1, len(filled.levels) + 1))
    return f"select count(*) from ({query}) where coalesce({reasons}, null) is not null"
