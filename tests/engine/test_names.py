"""Does every name and text come through SQL as itself?"""

from __future__ import annotations

import sqlite3

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vardskiftet.engine.names import literal, quoted

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@settings(max_examples=50)
@given(name=NAMES)
@example(name='a"; drop table x; --')
@example(name="select")
@example(name="Å ä ö")
@example(name="'")
def test_a_quoted_name_is_one_name_to_every_database(duck: duckdb.DuckDBPyConnection, name: str) -> None:
    assert duck.sql(f"select 1 as {quoted(name)}").columns == [name]
    assert [column[0] for column in sqlite3.connect(":memory:").execute(f"select 1 as {quoted(name)}").description] == [name]


@settings(max_examples=50)
@given(text=NAMES | st.just(""))
@example(text="it's; drop table x; --")
@example(text="\\'")
def test_a_literal_is_the_text_itself(duck: duckdb.DuckDBPyConnection, text: str) -> None:
    assert duck.execute(f"select {literal(text)}").fetchall() == [(text,)]
    assert sqlite3.connect(":memory:").execute(f"select {literal(text)}").fetchall() == [(text,)]


def test_a_name_cannot_hold_a_nul() -> None:
    with pytest.raises(ValueError, match="NUL"):
        quoted("a\0b")
