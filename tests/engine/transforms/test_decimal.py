"""Does a number stay the number that it was, to the last digit?"""

from __future__ import annotations

import re
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transforming import one, run_transform

NUMBERS = st.from_regex(r"\A[-+]?[0-9]{1,40}([.][0-9]{1,40})?\Z")


@settings(max_examples=25)
@given(texts=st.lists(NUMBERS, min_size=1, max_size=100))
def test_a_number_is_never_changed(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    for text, (value, reason) in zip(texts, run_transform(duck, "decimal", {}, texts), strict=True):
        assert reason is None
        assert value == text.removeprefix("+")  # with its noughts at the end: they say how well it was measured
        assert Decimal(value) == Decimal(text)


@settings(max_examples=25)
@given(texts=st.lists(NUMBERS, min_size=1, max_size=100))
def test_a_decimal_comma_is_the_same_number(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    with_comma = [text.replace(".", ",") for text in texts]
    assert run_transform(duck, "decimal", {"separator": ","}, with_comma) == run_transform(duck, "decimal", {}, texts)


@settings(max_examples=25)
@given(texts=st.lists(st.text() | st.from_regex(r"\A[0-9.,+\-e ]{1,6}\Z"), min_size=1, max_size=100), separator=st.sampled_from([".", ","]))
def test_any_text_is_a_number_or_says_why_not(duck: duckdb.DuckDBPyConnection, texts: list[str], separator: str) -> None:
    for text, (value, reason) in zip(texts, run_transform(duck, "decimal", {"separator": separator}, texts), strict=True):
        if reason is None and value is None:
            assert text.strip() == ""
        elif reason is None:
            assert re.fullmatch("-?[0-9]+([.][0-9]+)?", value)
            assert Decimal(value) == Decimal(text.strip().replace(",", "."))
        else:
            assert (value, reason) == (None, "INVALID_NUMBER")
            assert not re.fullmatch(f"[-+]?[0-9]+({re.escape(separator)}[0-9]+)?", text.strip(" "))


@pytest.mark.parametrize(
    "text", ["1.", ".5", "1e41", "e3", "1e", "0x10", "NaN", "Infinity", "--1", "+-1", "1 000", "1_000", "½", "٣", "1.2.3", "3 %", "1\n"]
)
def test_what_only_looks_like_a_number_is_refused(duck: duckdb.DuckDBPyConnection, text: str) -> None:
    assert one(duck, "decimal", {}, text) == (None, "INVALID_NUMBER")
