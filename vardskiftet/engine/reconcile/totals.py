"""Do the control totals of both sides agree? Per unit, month and code: counts, exact sums, least and greatest, how many different."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.rederive.stage import arrow, lines_of
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column, ColumnType, Table

TABLES = (
    (
        "total (mapping varchar, side varchar, unit varchar, month varchar, col varchar, code varchar, filled bigint,"
        " amount decimal(38, 9), least decimal(38, 9), most decimal(38, 9), first varchar, last varchar)"
    ),
    "different (mapping varchar, side varchar, unit varchar, month varchar, col varchar, h ubigint)",
)
DERIVED, STOOD = "derived", "stood"
_NUMBERS = (ColumnType.DECIMAL, ColumnType.INTEGER)
_TIMES = (ColumnType.INSTANT, ColumnType.DATE)


def begin(stage: duckdb.DuckDBPyConnection) -> None:
    """The tables of the totals, where they are missing."""
    for table in TABLES:
        stage.execute(f"create table if not exists {table}")


def month_of(columns: Sequence[Column]) -> str:
    """SQL of the month that a row counts in: of its first required time, else of its first time, else none."""
    times = [one for one in columns if one.type in _TIMES]
    chosen = next((one for one in times if one.required), times[0] if times else None)
    return f"coalesce({quoted(chosen.column)}[1:7], '')" if chosen is not None else "''"


def add_up(stage: duckdb.DuckDBPyConnection, mapping: str, side: str, columns: Sequence[Column], rows: str) -> None:
    """Add the totals of a query's rows (`_unit` and the columns, as stored texts) to a side's."""
    stage.execute(f"create or replace temp table adding as select *, {month_of(columns)} as _month from ({rows})")
    head = f"insert into total select {literal(mapping)}, {literal(side)}, _unit, _month"
    groups = " from adding group by _unit, _month"
    stage.execute(f"{head}, '', '', count(*), null, null, null, null, null{groups}")
    for one in columns:
        name = quoted(one.column)
        code, by = (f"coalesce({name}, '')", f", {name}") if one.code_system or one.type is ColumnType.BOOLEAN else ("''", "")
        stage.execute(f"{head}, {literal(one.column)}, {code}, count({name}), {_figures(one)}{groups}{by}")
        if one.references or one.code_system:
            stage.execute(
                f"insert into different select distinct {literal(mapping)}, {literal(side)}, _unit, _month, {literal(one.column)},"
                f" hash({name}) from adding where {name} is not null"
            )


def _figures(column: Column) -> str:
    """SQL of amount, least, most, first and last of a column."""
    name = quoted(column.column)
    if column.type in _NUMBERS:
        number = f"try_cast({name} as decimal(38, 9))"
        return f"sum({number}), min({number}), max({number}), null, null"
    if column.type in _TIMES:
        return f"null, null, null, min({name}), max({name})"
    if column.type is ColumnType.TEXT and not column.code_system:
        return f"sum(strlen({name}))::decimal(38, 9), min(strlen({name})), max(strlen({name})), null, null"
    return "null, null, null, null, null"


_SUMS = (
    "select unit, month, col, code, sum(filled)::bigint as filled, sum(amount)::varchar as amount, min(least)::varchar as least,"
    " max(most)::varchar as most, min(first) as first, max(last) as last from total where mapping = {mapping} and side = {side}"
    " group by unit, month, col, code union all"
    " select unit, month, col, '(different)', count(distinct h), null, null, null, null, null from different"
    " where mapping = {mapping} and side = {side} group by unit, month, col"
)


def totals_of(stage: duckdb.DuckDBPyConnection, mapping: str) -> tuple[int, int]:
    """How many totals each side has."""
    told = []
    for side in (DERIVED, STOOD):
        ((number,),) = stage.execute(f"select count(*) from ({_SUMS.format(mapping=literal(mapping), side=literal(side))})").fetchall()
        told.append(int(number))
    return told[0], told[1]


def total_differences(stage: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table) -> Iterator[Difference]:
    """Totals that one side has and the other has not, or has otherwise."""
    ours, theirs = (_SUMS.format(mapping=literal(mapping.mapping), side=literal(side)) for side in (DERIVED, STOOD))
    names = ("filled", "amount", "least", "most", "first", "last")
    left, right = (", ".join(f"{side}.{name}" for name in names) for side in "lr")
    lines = arrow(
        stage,
        "select coalesce(l.unit, r.unit) as unit, coalesce(l.month, r.month) as month, coalesce(l.col, r.col) as col,"
        " coalesce(l.code, r.code) as code, l.filled is null as extra, r.filled is null as missing,"
        f" concat_ws(' ', {left}) as expected, concat_ws(' ', {right}) as stored"
        f" from ({ours}) as l full join ({theirs}) as r on r.unit is not distinct from l.unit and r.month = l.month and r.col = l.col"
        f" and r.code = l.code where ({left}) is distinct from ({right}) order by all",
    )
    for line in lines_of(lines):
        where = " ".join(str(one) for one in (line["unit"] or "no unit", line["month"], line["code"]) if one)
        yield Difference(
            level=Level.TOTALS,
            mapping=mapping.mapping,
            table=table.table,
            key=where,
            id="",
            unit=str(line["unit"] or ""),
            column=str(line["col"] or "rows"),
            kind=Kind.EXTRA if line["extra"] else Kind.MISSING if line["missing"] else Kind.OTHER,
            expected=None if line["extra"] else str(line["expected"]),
            stored=None if line["missing"] else str(line["stored"]),
        )
