"""Do tables and sentences lie within the width, without losing a word?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from vardskiftet.cli.sheet import Verbatim, folded, in_ascii, sheet

BOOKS = sheet(
    "items",
    ("mapping", "unit", "extracted", "loaded", "in target", ""),
    [("elvis.booking", "sas", 1203, 1100, 1100, "closes"), ("elvis.person", "*", 61, 57, "?", "OPEN")],
)


def test_a_table_that_fits_stands_side_by_side_with_numbers_to_the_right() -> None:
    table = sheet("items", ("unit", "rows", ""), [("sas", 1203, "closes"), ("*", 7, "")])
    assert table.lines(100) == ["items", "unit   rows", "sas   1,203  closes", "*         7"]


def test_a_table_that_is_too_wide_stands_row_under_row_with_every_name() -> None:
    assert BOOKS.lines(40) == [
        "items",
        "elvis.booking  sas",
        "  extracted 1,203  loaded 1,100",
        "  in target 1,100  closes",
        "elvis.person  *",
        "  extracted 61  loaded 57  in target ?",
        "  OPEN",
    ]


def test_a_name_that_repeats_stands_once_above_its_rows_where_that_makes_room() -> None:
    table = sheet("", ("mapping", "unit", "rows"), [("elvis.booking", "sas", 1), ("elvis.booking", "boras", 22), ("elvis.person", "*", 3)])
    assert table.lines(14) == ["unit   rows", "elvis.booking", "sas       1", "boras    22", "elvis.person", "*         3"]
    assert len(table.lines(40)) == 4


def test_a_page_without_an_edge_folds_nothing() -> None:
    assert len(BOOKS.lines(None)) == 4


def test_a_table_without_rows_is_its_heading() -> None:
    assert sheet("", ("run", "verb"), []).lines(40) == ["run  verb"]


def test_a_wide_letter_takes_two_places() -> None:
    lines = sheet("", ("name", "n"), [("日本", 1), ("abcd", 22)]).lines(40)
    assert [cell_len(line) for line in lines] == [7, 8, 8] or len({cell_len(line) for line in lines[1:]}) == 1


@given(
    rows=st.lists(st.tuples(st.text("abc ", max_size=12), st.integers(0, 10**9), st.text("xyz-", max_size=30)), min_size=1, max_size=4),
    width=st.integers(30, 120),
)
def test_no_cell_is_lost_at_any_width(rows: list[tuple[str, int, str]], width: int) -> None:
    told = "".join(sheet("t", ("a", "b", "c"), rows).lines(width)).replace(" ", "")
    for row in rows:
        for cell in row:
            # A name that repeats may stand once, above all its rows.
            assert (f"{cell:,}" if isinstance(cell, int) else cell).replace(" ", "") in told


@given(st.text("ab ", max_size=200), st.integers(20, 100))
def test_a_sentence_keeps_its_words_and_the_width(text: str, width: int) -> None:
    lines = folded(text, width)
    assert " ".join(lines).split() == text.split()
    assert all(len(line) <= width or " " not in line.strip() for line in lines)


def test_a_line_that_is_set_in_stays_set_in() -> None:
    assert folded("    one two three", 12) == ["    one two", "    three"]


def test_a_word_that_is_too_long_stays_whole_to_be_copied() -> None:
    assert folded("see /a/very/long/path/to-a-report.html", 12) == ["see", "/a/very/long/path/to-a-report.html"]


def test_what_is_for_programs_is_never_folded() -> None:
    assert Verbatim('{\n "a": "b c d e f"\n}').lines(5) == ["{", ' "a": "b c d e f"', "}"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("south-1 › units", "south-1 > units"),
        ("✔ clock: fine", "+ clock: fine"),
        ("Västra Götaland", "Vastra Gotaland"),
        ("a → b × c…", "a -> b x c..."),
        ("日", "?"),
    ],
)
def test_ascii_shows_the_nearest(text: str, shown: str) -> None:
    assert in_ascii(text) == shown
