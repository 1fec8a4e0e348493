"""Does a value become its column's type or leave a reason, and is a row's digest what anybody can recompute?"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vardskiftet.engine.compile.coerce import DUCK_TYPES, canonical, coerced, digest
from vardskiftet.engine.transforms.protocol import Expression
from vardskiftet.model.record import Column, ColumnType

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
COLUMNS = [Column(column=f"c{number}", type=kind) for number, kind in enumerate(ColumnType)]
ARROW = {
    ColumnType.INTEGER: pa.int64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.INSTANT: pa.timestamp("us"),
}
VALUES: dict[ColumnType, st.SearchStrategy[Any]] = {
    ColumnType.TEXT: TEXTS,
    ColumnType.UUID: st.uuids().map(str),
    ColumnType.INTEGER: st.integers(-(2**63), 2**63 - 1),
    ColumnType.DECIMAL: st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    ColumnType.BOOLEAN: st.booleans(),
    ColumnType.DATE: st.dates(),
    ColumnType.INSTANT: st.datetimes(),
}
ROWS = st.lists(st.tuples(*[st.none() | VALUES[column.type] for column in COLUMNS]), min_size=1, max_size=30)
LETTER = dict(zip(ColumnType, "tuinbdz", strict=True))


def spelled(value: object) -> str | None:
    """The one text of a value, as the record stores it: digits, 0 and 1, ISO 8601."""
    match value:
        case None:
            return None
        case bool():
            return str(int(value))
        case datetime():
            return value.isoformat(timespec="microseconds").replace(".000000", "") + "Z"
        case date():
            return value.isoformat()
    return str(value)


def recomputed(row: tuple[object, ...]) -> bytes:
    """SHA-256 over every column: its letter, then `-` for NULL, or the length in bytes, a colon, and the text."""
    encoded = b""
    for column, value in zip(COLUMNS, row, strict=True):
        text = spelled(value)
        encoded += LETTER[column.type].encode() + (b"-" if text is None else f"{len(text.encode())}:{text}".encode())
    return hashlib.sha256(encoded).digest()


@settings(max_examples=40)
@given(rows=ROWS)
def test_a_rows_digest_is_what_a_third_party_recomputes(duck: duckdb.DuckDBPyConnection, rows: list[tuple[object, ...]]) -> None:
    columns = zip(*rows, strict=True)
    typed = {column.column: pa.array(values, ARROW.get(column.type, pa.string())) for column, values in zip(COLUMNS, columns, strict=True)}
    duck.register("typed_rows", pa.table({"place": range(len(rows))} | typed))
    sql = digest([(column, canonical(column, column.column)) for column in COLUMNS])
    made = duck.execute(f"select {sql} from typed_rows order by place").fetchall()
    duck.unregister("typed_rows")
    assert [one for (one,) in made] == [recomputed(row) for row in rows]


def coerce(duck: duckdb.DuckDBPyConnection, column: Column, texts: list[str | None]) -> list[tuple[Any, str | None]]:
    made = coerced(Expression("t"), column)
    assert made.type == column.type
    duck.register("given_texts", pa.table({"place": range(len(texts)), "t": pa.array(texts, pa.string())}))
    rows = duck.execute(f"select {made.value}, {made.reason} from given_texts order by place").fetchall()
    duck.unregister("given_texts")
    return [(None if reason else value, reason) for value, reason in rows]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (ColumnType.INTEGER, "0042", 42),
        (ColumnType.INTEGER, "+7", 7),
        (ColumnType.INTEGER, "-999999999999999999", -999999999999999999),
        (ColumnType.DECIMAL, "0.10", "0.10"),
        (ColumnType.BOOLEAN, "true", True),
        (ColumnType.BOOLEAN, "false", False),
        (ColumnType.DATE, "2024-02-29", date(2024, 2, 29)),
        (ColumnType.UUID, "76cfa8a1-3cd9-5c0f-b0c4-a8dbb8b71b9f", "76cfa8a1-3cd9-5c0f-b0c4-a8dbb8b71b9f"),
        (ColumnType.TEXT, " inga \0", " inga \0"),
    ],
)
def test_a_text_of_the_right_writing_becomes_the_type(duck: duckdb.DuckDBPyConnection, kind: ColumnType, text: str, value: object) -> None:
    assert coerce(duck, Column(column="c", type=kind), [text]) == [(value, None)]


@pytest.mark.parametrize(
    ("kind", "texts", "reason"),
    [
        (ColumnType.INTEGER, ["", " 1", "1.0", "1e3", "9999999999999999999", "abc", "0x1", "٣"], "INVALID_NUMBER"),
        (ColumnType.DECIMAL, ["", "1,5", "1e3", ".5", "NaN"], "INVALID_NUMBER"),
        (ColumnType.BOOLEAN, ["", "J", "1", "TRUE"], "INVALID_BOOLEAN"),
        (ColumnType.DATE, ["", "2023-02-29", "2024-2-9", "20240229", "epoch", "0000-01-01"], "INVALID_DATE"),
        (ColumnType.INSTANT, ["", "2024-02-29", "2024-02-30 10:00Z", "2024-02-29 10:00", "now", "0000-01-01 00:00Z"], "INVALID_DATE"),
        (ColumnType.UUID, ["", "76CFA8A1-3CD9-5C0F-B0C4-A8DBB8B71B9F", "76cfa8a1"], "INVALID_UUID"),
    ],
)
def test_any_other_writing_leaves_a_reason(duck: duckdb.DuckDBPyConnection, kind: ColumnType, texts: list[str | None], reason: str) -> None:
    assert coerce(duck, Column(column="c", type=kind), texts) == [(None, reason)] * len(texts)


@settings(max_examples=15)
@given(texts=st.lists(st.none() | TEXTS, min_size=1, max_size=40), kind=st.sampled_from(list(ColumnType)))
def test_no_text_is_lost_without_a_reason(duck: duckdb.DuckDBPyConnection, texts: list[str | None], kind: ColumnType) -> None:
    for text, (value, reason) in zip(texts, coerce(duck, Column(column="c", type=kind), texts), strict=True):
        assert (value is None) == (reason is not None or text is None)


@settings(max_examples=15)
@given(numbers=st.lists(st.integers(-(10**18) + 1, 10**18 - 1), min_size=1, max_size=40))
def test_whole_numbers_stay_exact(duck: duckdb.DuckDBPyConnection, numbers: list[int]) -> None:
    assert coerce(duck, Column(column="c", type=ColumnType.INTEGER), [str(one) for one in numbers]) == [(one, None) for one in numbers]
    decimals = coerce(duck, Column(column="c", type=ColumnType.DECIMAL), [f"{one}.000" for one in numbers])
    assert [Decimal(value) for value, _ in decimals] == numbers


def test_a_required_column_is_not_left_empty_and_a_long_text_is_not_cut(duck: duckdb.DuckDBPyConnection) -> None:
    column = Column(column="c", type=ColumnType.TEXT, required=True, max_length=3)
    expected = [(None, "REQUIRED_EMPTY"), ("", None), ("åäö", None), (None, "TOO_LONG")]
    assert coerce(duck, column, [None, "", "åäö", "åäöa"]) == expected


def test_the_reason_of_the_transform_speaks_before_the_columns_own(duck: duckdb.DuckDBPyConnection) -> None:
    made = coerced(Expression("null::varchar", "'UNMAPPED_CODE'"), Column(column="c", type=ColumnType.TEXT, required=True))
    assert duck.execute(f"select {made.reason}").fetchall() == [("UNMAPPED_CODE",)]


def test_every_type_of_the_record_has_a_type_here() -> None:
    assert set(DUCK_TYPES) == set(ColumnType)
