"""What is in a source's table? Rows, keys, lengths, shapes, oddities of text and time: counted, and never a value of a patient shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb

from vardskiftet.engine.encoding import DAMAGED, PARTED, RECODED
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.sources.protocol import Extract, Source

ODD_HOURS = ("missing", "repeated")
CODES = 50
"""Codes of a coded column that are listed, the most frequent first."""
SHAPES = 5
"""Shapes of a column that are listed, the most frequent first."""
LONGEST_SHAPE = 40

# A value with its digits as 9 and its letters as a (A for capitals): it tells how something is written, and not what.
_SHAPE = (
    "left(regexp_replace(regexp_replace(regexp_replace({c}, '[0-9]', '9', 'g'), '[a-zåäöéüæø]', 'a', 'g'), '[A-ZÅÄÖÉÜÆØ]', 'A', 'g'),"
    f" {LONGEST_SHAPE})"
)
_TIMES = {
    "9999-99-99": "%Y-%m-%d",
    "9999-99-99 99:99": "%Y-%m-%d %H:%M",
    "9999-99-99 99:99:99": "%Y-%m-%d %H:%M:%S",
    "9999-99-99T99:99:99": "%Y-%m-%dT%H:%M:%S",
    "9999-99-99A99:99:99": "%Y-%m-%dT%H:%M:%S",
}
"""Shapes that are times, and how they are read."""
_SENTINELS = ("0000-00-00", "1900-01-01", "1753-01-01", "9999-12-31")
_ODD_TEXT = {
    "blanks": "{c} <> trim({c}) and trim({c}) <> ''",
    "control": "regexp_matches({c}, '[\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]') or contains({c}, chr(0))",
    "line_ends": "contains({c}, chr(10)) or contains({c}, chr(13))",
    "double_encoded": "regexp_matches({c}, 'Ã[¥¤¶…„–©¼]|Â[ °´]')",
    "replaced": "contains({c}, chr(65533))",
    "decomposed": "nfc_normalize({c}) <> {c}",
}
"""Oddity of text to its condition."""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column: counts only."""

    column: str
    type: str
    """As the source declares it."""
    nulls: int
    empty: int
    distinct: int
    """Different values, about."""
    min_length: int
    max_length: int
    shapes: tuple[tuple[str, int], ...]
    text: dict[str, int]
    """Oddity to rows; only those that were found."""
    times: dict[str, int]
    """Of columns that hold times: sentinels, invalid, before_1900, future, missing_hour, repeated_hour; only those that were found."""
    too_long: int
    """Rows whose value is longer than the record's column that it goes into."""
    damaged: int
    """Rows whose value holds bytes that the declared encoding does not know."""
    recoded: int
    """Rows whose value is no UTF-8, and was read in the system's declared encoding."""
    misfits: int
    """Rows whose value does not fit the number column of the record that it goes into."""
    codes: tuple[tuple[str, int], ...]
    """Of columns that a mapping sends through a codebook: code to rows."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What mappings mean a table's columns to be: the greatest length that the record takes, and which hold codes."""

    longest: Mapping[str, int] = field(default_factory=dict)
    coded: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    """Columns that alone are a mapping's key."""
    misfits: Callable[[str], Mapping[str, int]] = lambda rows: {}
    """Of a DuckDB table with the rows: source column to values that do not fit the record's number column."""


@dataclass(frozen=True, slots=True)
class TableProfile:
    """One table."""

    table: str
    rows: int
    counted: int
    damaged: int
    """Rows with bytes that the declared encoding does not know, or that are no row of the table."""
    torn: int
    """Those of them that are no row of the table."""
    keys: tuple[str, ...]
    """The declared key of several columns, joined by ' + '; then the columns that are never empty and never repeat."""
    repeats: dict[str, int]
    """Of columns that a mapping takes for its key: rows beyond the first of their value; only those that were found."""
    columns: tuple[ColumnProfile, ...]


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that a migration engineer should know of: where, what, and in how many rows."""

    table: str
    column: str
    what: str
    """damaged, second_encoding, not_counted, key_empty, key_repeats, too_long, no_number, or an oddity of text or time."""
    rows: int


def profile_table(duck: duckdb.DuckDBPyConnection, source: Source, table: str, timezone: str, meant: Meant) -> TableProfile:
    """Read a table once and look at every column. `duck` may spill; the zone's clock changes must stand in it."""
    declared = source.schema()[table]
    names = tuple(column.name for column in declared)
    listed = ", ".join(f"{quoted(name)} varchar" for name in (*names, RECODED, DAMAGED))
    duck.execute(f"create or replace temp table looked ({listed})")
    for batch in source.read(Extract(table, names), None):
        duck.register("rows_read", batch.select([*names, *(name for name in (RECODED, DAMAGED) if name in batch.schema.names)]))
        duck.execute("insert into looked by name select * from rows_read")
        duck.unregister("rows_read")
    torn_too = f"count(*), count({DAMAGED}), count(*) filter (starts_with({DAMAGED}, 'row:'))"
    ((rows, damaged, torn),) = duck.execute(f"select {torn_too} from looked").fetchall()
    misfits = meant.misfits("looked")
    columns = tuple(_column(duck, column.name, column.type, timezone, meant, misfits.get(column.name, 0)) for column in declared)
    # The rough number of different values tells which columns are worth an exact count.
    likely = [one for one in columns if rows and (one.column in meant.keys or one.distinct * 10 >= rows * 7)]
    again = {one.column: _repeats(duck, one.column) for one in likely}
    keys = tuple(one.column for one in likely if not again[one.column] + one.nulls + one.empty)
    composite = source.primary_key(table)
    keys = ((" + ".join(composite),) if len(composite) > 1 else ()) + keys
    repeats = {name: number for name, number in again.items() if number and name in meant.keys}
    duck.execute("drop table looked")
    return TableProfile(table, rows, source.count(table), damaged, torn, keys, repeats, columns)


def _repeats(duck: duckdb.DuckDBPyConnection, name: str) -> int:
    """Rows beyond the first of their value."""
    ((number,),) = duck.execute(f"select count({quoted(name)}) - count(distinct {quoted(name)}) from looked").fetchall()
    return int(number)


def _column(duck: duckdb.DuckDBPyConnection, name: str, kind: str, timezone: str, meant: Meant, misfits: int) -> ColumnProfile:
    column = quoted(name)
    odd = [f"count(*) filter ({condition.format(c=column)})" for condition in _ODD_TEXT.values()]
    figures = [
        f"count(*) filter ({column} is null)",
        f"count(*) filter ({column} = '')",
        f"least(approx_count_distinct({column}), count({column}))",
        f"coalesce(min(length({column})), 0)",
        f"coalesce(max(length({column})), 0)",
        f"count(*) filter (length({column}) > {meant.longest[name]})" if name in meant.longest else "0",
        f"count(*) filter (contains(', ' || {DAMAGED}, {literal(f', {name} byte ')}))",
        f"count(*) filter (list_contains(string_split({RECODED}, chr({ord(PARTED)})), {literal(name)}))",
        *odd,
    ]
    ((nulls, empty, distinct, shortest, longest, too_long, damaged, recoded, *oddities),) = duck.execute(
        f"select {', '.join(figures)} from looked"
    ).fetchall()
    shapes = duck.execute(
        f"select {_SHAPE.format(c=column)} as shape, count(*) as rows from looked where {column} <> '' group by 1"
        f" order by rows desc, shape limit {SHAPES}"
    ).fetchall()
    return ColumnProfile(
        column=name,
        type=kind,
        nulls=nulls,
        empty=empty,
        distinct=distinct,
        min_length=shortest,
        max_length=longest,
        shapes=tuple((str(shape), int(rows)) for shape, rows in shapes),
        text={what: rows for what, rows in zip(_ODD_TEXT, oddities, strict=True) if rows},
        times=_times(duck, column, whole, timezone) if (whole := _whole(str(shapes[0][0]) if shapes else "")) in _TIMES else {},
        too_long=too_long,
        damaged=damaged,
        recoded=recoded,
        misfits=misfits,
        codes=_codes(duck, column) if name in meant.coded else (),
    )


def _codes(duck: duckdb.DuckDBPyConnection, column: str) -> tuple[tuple[str, int], ...]:
    query = f"select {column}, count(*) as rows from looked where {column} <> '' group by 1 order by rows desc, 1 limit {CODES}"
    return tuple((str(code), int(rows)) for code, rows in duck.execute(query).fetchall())


def _whole(shape: str) -> str:
    """The shape of a time without its fractions of a second."""
    return re.sub(r"(?<=:99)\.9+$", "", shape)


def _times(duck: duckdb.DuckDBPyConnection, column: str, shape: str, timezone: str) -> dict[str, int]:
    """What is odd about the times of a column whose most frequent shape is one of a time."""
    form = literal(_TIMES[shape])
    sentinel = " or ".join(f"starts_with({column}, {literal(one)})" for one in _SENTINELS)
    # Fractions of a second are nothing odd: `%.f` reads them.
    raw = f"regexp_replace({column}, '(:[0-9]{{2}}:[0-9]{{2}})[.][0-9]+$', '\\1')"
    read = f"select {raw} as raw, case when not ({sentinel}) then raw end as written from looked where {column} <> ''"
    duck.execute(f"create or replace temp table looked_times as select *, try_strptime(written, {form}) as moment from ({read})")
    week = f"zone_week as z on z.zone = {literal(timezone)} and z.week = week_of(moment)"
    hour = "written is not null and moment >= z.odd_from and moment < z.odd_until and z.odd = '{odd}'"
    found = {
        "sentinels": "written is null",
        "invalid": f"written is not null and (moment is null or strftime(moment, {form}) <> raw)",
        "before_1900": "written is not null and moment < timestamp '1900-01-01'",
        "future": "written is not null and moment > getvariable('extracted_at')::timestamptz::timestamp",
        **({f"{odd}_hour": hour.format(odd=odd) for odd in ODD_HOURS} if "99:99" in shape else {}),
    }
    asked = ", ".join(f"count(*) filter ({condition})" for condition in found.values())
    (figures,) = duck.execute(f"select {asked} from looked_times left join {week}").fetchall()
    duck.execute("drop table looked_times")
    return {what: rows for what, rows in zip(found, figures, strict=True) if rows}
