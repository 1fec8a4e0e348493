"""Is a text carried byte for byte, whatever stands in it?"""

from __future__ import annotations

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transforming import run_transform

CARRIED = st.text(st.characters(exclude_categories=["Cs"]))
HOSTILE = [
    "\0",
    "a\0b",
    "\0" * 5,
    " inga  blödningar \r\n",
    "e\u0301",
    "é",
    "\ufeff",
    "\u202e",
    "\U0010ffff",
    "'; drop table t; --",
    "a" * 70_000,
]


@settings(max_examples=50)
@given(texts=st.lists(CARRIED, min_size=1, max_size=40))
@example(texts=HOSTILE)
def test_a_text_arrives_as_it_left(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    carried = [value for value, reason in run_transform(duck, "text", {}, texts) if reason is None]
    assert [value.encode() for value in carried] == [text.encode() for text in texts]
    assert run_transform(duck, "text", {"empty": "null"}, texts) == [(text or None, None) for text in texts]


@settings(max_examples=30)
@given(texts=st.lists(CARRIED.filter(bool), min_size=1, max_size=40))
def test_a_code_that_is_kept_is_kept_as_it_is(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    kept = run_transform(duck, "codebook", {"codebook": "nothing", "unmapped": "keep_local"}, texts)
    assert kept == [(text, None) for text in texts]
