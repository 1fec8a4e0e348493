"""Does the text of a typed value say exactly what the value is?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vardskiftet.engine.sources.arrow_text import as_text

MOMENT = datetime.fromisoformat("2024-07-01 10:05:06")


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array(["", None, "å"]), ["", None, "å"]),
        (pa.array(["x"], pa.large_string()), ["x"]),
        (pa.array(["x", None]).dictionary_encode(), ["x", None]),
        (pa.array([2**64 - 1, None], pa.uint64()), ["18446744073709551615", None]),
        (pa.array([True, False, None]), ["true", "false", None]),
        (pa.array([Decimal("1.10"), Decimal("0.00000001"), None], pa.decimal128(20, 8)), ["1.10000000", "0.00000001", None]),
        (pa.array([Decimal("1200")], pa.decimal128(5, -2)), ["1200"]),
        (pa.array([0.1], pa.float32()), ["0.1"]),
        (pa.array([1.5], pa.float16()), ["1.5"]),
        (pa.array([MOMENT], pa.timestamp("s")), ["2024-07-01T10:05:06"]),
        (pa.array([MOMENT], pa.timestamp("ms")), ["2024-07-01T10:05:06.000"]),
        (pa.array([MOMENT], pa.timestamp("ns")), ["2024-07-01T10:05:06.000000000"]),
        (pa.array([MOMENT.replace(tzinfo=UTC)], pa.timestamp("s", "Europe/Stockholm")), ["2024-07-01T10:05:06Z"]),
        (pa.array([date(1, 1, 1), date(2024, 2, 29)]), ["0001-01-01", "2024-02-29"]),
        (pa.array([time(10, 5)], pa.time32("s")), ["10:05:00"]),
        (pa.array([b"\xff\x00", b"", None]), ["ff00", "", None]),
        (pa.array([[1, None], [], None]), ["[1, null]", "[]", None]),
        (pa.array([{"å": "x", "n": 1}]), ['{"å": "x", "n": 1}']),
        (pa.nulls(2), [None, None]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_a_value_is_said_exactly(column: pa.Array, texts: list[str | None]) -> None:
    said = as_text(column)
    assert said.type == pa.string()
    assert said.to_pylist() == texts


@settings(max_examples=200)
@given(st.floats(allow_nan=False))
def test_a_float_reads_back_as_it_was(value: float) -> None:
    (text,) = as_text(pa.array([value])).to_pylist()
    assert repr(float(text)) == repr(value)
