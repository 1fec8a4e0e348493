"""What do a check's rows come to, unit by unit? Counted exactly; a row of which nothing can be said is an error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa

from vardskiftet.engine.names import quoted
from vardskiftet.judge.masking import inert
from vardskiftet.model.check import Check, How, Per
from vardskiftet.model.evidence import ColumnKind, EvidenceSource
from vardskiftet.model.measurement import WHOLE_WAVE, UnitValue

TYPES = {
    ColumnKind.TEXT: pa.string(),
    ColumnKind.COUNT: pa.int64(),
    ColumnKind.NUMBER: pa.decimal128(38, 9),
    ColumnKind.SHARE: pa.decimal128(38, 20),
    ColumnKind.PERCENT: pa.decimal128(38, 20),
    ColumnKind.DAY: pa.date32(),
    ColumnKind.MOMENT: pa.timestamp("us", tz="UTC"),
    ColumnKind.YES_NO: pa.bool_(),
    ColumnKind.UNIT: pa.string(),
    ColumnKind.WAVE: pa.string(),
}
TABLE = "evidence_rows"


class CannotMeasure(ValueError):
    """A check's value cannot be told from its rows; the message says why, without any of them."""


def place_rows(
    duck: duckdb.DuckDBPyConnection, source: EvidenceSource, rows: Sequence[Mapping[str, Any]], as_of: date, go_live: date
) -> None:
    """Put the rows of a source into DuckDB, with the day that they are of and the wave's day of go-live in every row."""
    columns = {one.column: pa.array([row[one.column] for row in rows], TYPES[one.kind]) for one in source.columns}
    days = {"as_of": pa.array([as_of] * len(rows), pa.date32()), "go_live": pa.array([go_live] * len(rows), pa.date32())}
    duck.register("rows_read", pa.table({**columns, **days}))
    duck.execute(f"create or replace table {TABLE} as select * from rows_read")
    duck.unregister("rows_read")


def keep_only(duck: duckdb.DuckDBPyConnection, source: EvidenceSource, wave: str, units: Iterable[str]) -> None:
    """Take out rows of other waves, and of units that are not in this one."""
    if source.wave:
        duck.execute(f"delete from {TABLE} where {quoted(source.wave)} <> ?", [wave])
    if source.unit:
        duck.execute(f"delete from {TABLE} where not list_contains(?, {quoted(source.unit)})", [list(units)])


def broken_rules(duck: duckdb.DuckDBPyConnection, source: EvidenceSource) -> list[tuple[int, str]]:
    """(place of the row from 0, because) of every row that is not what the source says it must be."""
    found: list[tuple[int, str]] = []
    for rule in source.rules:
        answer = duck.execute(f"select rowid from {TABLE} where ({rule.must}) is not true order by 1").fetchall()
        found += [(int(place), rule.because) for (place,) in answer]
    return sorted(found)


def open_rows(duck: duckdb.DuckDBPyConnection, source: EvidenceSource) -> list[bool]:
    """Of every row whether its matter is open; what cannot be told is open."""
    return [bool(one) for (one,) in duck.execute(f"select coalesce(({source.open_while}), true) from {TABLE} order by rowid").fetchall()]


def measure(duck: duckdb.DuckDBPyConnection, source: EvidenceSource, check: Check, units: Sequence[str]) -> tuple[UnitValue, ...]:
    """The check's raw value on every unit that has rows, or on the line `*`.

    A unit without a row is absent where a share or a sum is asked, and counts as 0 where rows are counted from a register
    that may be empty. Raises CannotMeasure.
    """
    try:
        _all_told(duck, check)
        found = _grouped(duck, source, check)
    except duckdb.Error as error:
        raise CannotMeasure(f"the query failed: {_of_duckdb(error)}") from error
    per_unit = check.per is Per.UNIT
    told = [_worst(check, unit, [row for row in found if row["unit"] == unit]) for unit in sorted({row["unit"] for row in found})]
    if check.measure.how is How.COUNT and source.may_be_empty:
        have = {one.unit for one in told}
        told += [UnitValue(unit, Fraction(0)) for unit in (units if per_unit else [WHOLE_WAVE]) if unit not in have]
    return tuple(sorted(told, key=lambda one: one.unit))


def _all_told(duck: duckdb.DuckDBPyConnection, check: Check) -> None:
    """Every predicate says yes or no to every row that it is asked of: NULL is neither, and would fall out of a count in silence."""
    measure = check.measure
    asked = [(measure.of, "true")] if measure.of else []
    if measure.how in (How.SHARE, How.COUNT, How.LARGEST, How.SMALLEST):
        asked.append((measure.that, measure.of or "true"))
    if measure.how is How.RATIO:
        asked += [(quoted(measure.that), measure.of or "true"), (quoted(measure.whole), measure.of or "true")]
    for expression, among in asked:
        ((silent,),) = duck.execute(f"select count(*) from {TABLE} where ({among}) and ({expression}) is null").fetchall()
        if silent:
            raise CannotMeasure(f"{silent:,} rows are neither so nor otherwise: a cell that the check needs is empty there")


def _grouped(duck: duckdb.DuckDBPyConnection, source: EvidenceSource, check: Check) -> list[dict[str, Any]]:
    """Unit × group: rows, rows that count, part, whole, value, newest day."""
    measure = check.measure
    unit = quoted(source.unit) if check.per is Per.UNIT else f"'{WHOLE_WAVE}'"
    of = f"({measure.of})" if measure.of else "true"
    groups = [quoted(name) for name in measure.by]
    label = f"concat_ws(' · ', {', '.join(groups)})" if groups else "''"
    part, whole, value, since = _aggregates(check, of)
    answer = duck.execute(
        f"select {unit} as unit, {label} as label, count(*) as rows, count(*) filter ({of}) as counted,"
        f" {part} as part, {whole} as whole, {value} as value, {since} as since"
        f" from {TABLE} group by {', '.join(['1', '2', *groups])} order by 1, 2"
    )
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _aggregates(check: Check, of: str) -> tuple[str, str, str, str]:
    """SQL of part, whole, value and newest day."""
    measure = check.measure
    match measure.how:
        case How.SHARE:
            return f"count(*) filter ({of} and ({measure.that}))", f"count(*) filter ({of})", "null", "null"
        case How.RATIO:
            sums = [f"coalesce(sum({quoted(name)}) filter ({of}), 0)" for name in (measure.that, measure.whole)]
            return sums[0], sums[1], "null", "null"
        case How.COUNT:
            return "null", "null", f"count(*) filter ({of} and ({measure.that}))", "null"
        case How.LARGEST | How.SMALLEST:
            most = "max" if measure.how is How.LARGEST else "min"
            return "null", "null", f"{most}({measure.that}) filter ({of})", "null"
        case How.DAYS_SINCE:
            return "null", "null", "null", f"max({quoted(measure.that)}) filter ({of})"
    raise CannotMeasure(f"{measure.how.value} is not measured from rows")


def _worst(check: Check, unit: str, rows: list[dict[str, Any]]) -> UnitValue:
    """The worst of a unit's groups, with how many there are, and how many are too small to tell."""
    groups = [_group(check, unit, row) for row in rows]
    excluded = sum(int(row["rows"]) - int(row["counted"]) for row in rows)
    seen = sum(int(row["rows"]) for row in rows)
    told = [one for one in groups if one.value is not None]
    counted = [one for one, row in zip(groups, rows, strict=True) if row["counted"]]
    small = sum(one.value is None for one in counted) if check.measure.by else 0
    base = min(told, key=lambda one: one.value or 0) if check.threshold.more_is_better and told else None
    base = base or (max(told, key=lambda one: one.value or 0) if told else groups[0])
    if check.measure.how is How.DAYS_SINCE:
        base = groups[0]
    return UnitValue(unit, base.value, base.part, base.whole, seen, excluded, base.group, len(counted), small, base.since)


def _group(check: Check, unit: str, row: Mapping[str, Any]) -> UnitValue:
    part, whole = exact(row["part"]), exact(row["whole"])
    value = exact(row["value"])
    if whole is not None and part is not None:
        if part > whole or part < 0:
            raise CannotMeasure("a part is above its whole")
        value = part / whole if whole and whole >= check.measure.at_least else None
    if check.measure.how in (How.LARGEST, How.SMALLEST) and not row["counted"]:
        value = None
    return UnitValue(unit, value, part, whole, group=inert(str(row["label"])) if check.measure.by else "", since=row["since"])


def exact(value: object) -> Fraction | None:
    """A number of DuckDB as an exact fraction; one that was computed in floating point to twelve digits. Raises CannotMeasure for none."""
    match value:
        case None:
            return None
        case bool():
            raise CannotMeasure("the value is yes or no, and a number is wanted")
        case int() | Decimal():
            return Fraction(value)
        case float():
            if not math.isfinite(value):
                raise CannotMeasure("the value is no number: is something divided by nothing?")
            return Fraction(f"{value:.12g}")
    raise CannotMeasure("the value is no number")


def _of_duckdb(error: duckdb.Error) -> str:
    """What kind of failure it was; its message may repeat a row."""
    return type(error).__name__.removesuffix("Exception").replace("Error", "").lower() or "error"
