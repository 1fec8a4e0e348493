"""Has a batch of a delta as many rows as can be held, however many of them were changed?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.plan.width import WIDEST, width

ROWS = st.integers(0, 10**10)


def test_one_row_in_a_hundred_makes_a_batch_as_wide_as_it_may_be() -> None:
    assert width(1000, 1_000_000, 10_000) == 32_000


def test_one_row_in_ten_makes_it_five_times_as_wide_so_that_half_a_batch_is_read_whole() -> None:
    assert width(1000, 1_000_000, 100_000) == 5000


def test_where_every_row_was_changed_a_batch_is_no_larger_than_in_the_first_load() -> None:
    assert width(1000, 1_000_000, 1_000_000) == 1000


def test_where_nothing_was_changed_keys_alone_are_bounded() -> None:
    assert width(1000, 1_000_000, 0) == 32_000


@given(st.integers(1, 10**6), ROWS, ROWS)
def test_no_more_rows_are_read_whole_than_a_first_load_would(batch_rows: int, rows: int, wanted: int) -> None:
    found = width(batch_rows, rows, wanted)
    assert batch_rows <= found <= batch_rows * WIDEST
    if wanted <= rows and rows:
        assert found * wanted // rows <= batch_rows
