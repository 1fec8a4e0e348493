"""The verdict of the books on the page, and what it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vardskiftet.model.books import Books
from vardskiftet.report.findings import BooksVerdict, Identity, findings, verdict

Make = Callable[..., Books]


def with_line(books: Make, **change: Any) -> Books:
    first, *rest = books().lines
    return books(lines=(first.model_copy(update=change), *rest))


def with_table(books: Make, **change: Any) -> Books:
    first, *rest = books().tables
    return books(tables=(first.model_copy(update=change), *rest))


def test_books_that_come_out_have_no_findings(books: Make) -> None:
    assert findings(books()) == ()
    assert verdict(books()) is BooksVerdict.CLOSES


@pytest.mark.parametrize(
    ("change", "identity", "expected", "found"),
    [
        ({"extracted": 5009}, Identity.ITEMS, 5009, 5008),
        ({"in_target": 4902}, Identity.TARGET, 4903, 4902),
        ({"in_target": None}, Identity.TARGET_UNREAD, 4903, None),
    ],
)
def test_a_line_that_fails_is_named_with_both_numbers(
    books: Make, change: dict[str, Any], identity: Identity, expected: int, found: int | None
) -> None:
    told = with_line(books, **change)
    assert [(one.identity, one.mapping, one.place, one.expected, one.found) for one in findings(told)] == [
        (identity, "elvis.person", "*", expected, found)
    ]
    assert verdict(told) is BooksVerdict.DOES_NOT_CLOSE


@pytest.mark.parametrize(
    ("change", "identity", "expected", "found"),
    [
        ({"counted": 6001}, Identity.ROWS, 6001, 6000),
        ({"counted": None}, Identity.ROWS_UNCOUNTED, 6000, None),
        ({"no_care": 309}, Identity.PLACES, 6000, 5999),
    ],
)
def test_a_table_that_fails_is_named_with_both_numbers(
    books: Make, change: dict[str, Any], identity: Identity, expected: int, found: int | None
) -> None:
    told = with_table(books, **change)
    assert [(one.identity, one.place, one.expected, one.found) for one in findings(told)] == [(identity, "elvis.person", expected, found)]
    assert verdict(told) is BooksVerdict.DOES_NOT_CLOSE


def test_missing_batches_are_not_complete_and_their_tables_not_judged(books: Make) -> None:
    half = books(batches_done=4, tables=with_table(books, counted=9999).tables)
    assert findings(half) == ()
    assert verdict(half) is BooksVerdict.NOT_COMPLETE
    assert verdict(books(lines=(), tables=(), batches_done=0, batches_planned=0)) is BooksVerdict.NOT_COMPLETE


def test_a_sum_that_fails_is_not_hidden_behind_missing_batches(books: Make) -> None:
    told = books(batches_done=4, lines=with_line(books, extracted=5009).lines)
    assert verdict(told) is BooksVerdict.DOES_NOT_CLOSE


def test_the_page_closes_exactly_when_the_books_do(books: Make) -> None:
    for told in (books(), with_line(books, loaded=1), with_line(books, in_target=None), with_table(books, rows=1), books(batches_done=0)):
        assert (verdict(told) is BooksVerdict.CLOSES) is told.closes
