"""Which day or distance does a text stand for, and where does a distance lead?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.declare import days
from vardskiftet.declare.around import surely_after
from vardskiftet.declare.scalars import Unreadable
from vardskiftet.model.wave import Offset, season_days

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@given(st.sampled_from("+-"), st.integers(0, 3650))
def test_days_are_counted_from_go_live(sign: str, number: int) -> None:
    expected = number if sign == "+" else -number
    assert days.offset(f"T{sign}{number}d") == Offset(days=expected)


@given(st.sampled_from("+-"), st.integers(0, 120), DAYS)
def test_months_lead_to_the_same_day_of_another_month_or_to_its_last(sign: str, number: int, go_live: date) -> None:
    offset = days.offset(f"T{sign}{number}mo")
    reached = offset.after(go_live)
    assert (reached.year - go_live.year) * 12 + reached.month - go_live.month == (number if sign == "+" else -number)
    assert reached.day == go_live.day or (reached.day < go_live.day and (reached + timedelta(days=1)).day == 1)


@given(st.text(alphabet="T+-0123456789dmow ", max_size=8))
def test_a_text_is_a_distance_or_is_refused_and_never_crashes(text: str) -> None:
    try:
        offset = days.offset(text)
    except Unreadable as wrong:
        assert wrong.hint
    else:
        amount = abs(offset.months or offset.days)
        assert str(amount) in text and text.endswith("mo" if offset.months else ("d", "mo"))
        assert offset.after(date(1900, 1, 1)) and offset.after(date(2199, 12, 31))


@pytest.mark.parametrize(
    "text", ["T-90", "T-90D", "t-90d", "T - 90d", "90d", "T-090d", "T-1.5mo", "T-4w", "T", "", "T-٣d", "T-90d\n", "T--1d"]
)
def test_other_ways_to_write_a_distance_are_refused_with_the_right_one(text: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        days.offset(text)
    assert "T-90d" in wrong.value.hint


@pytest.mark.parametrize(
    ("season", "first", "last"),
    [
        ("2025-spring", date(2025, 3, 1), date(2025, 5, 31)),
        ("2025-summer", date(2025, 6, 1), date(2025, 8, 31)),
        ("2025-autumn", date(2025, 9, 1), date(2025, 11, 30)),
        ("2025-winter", date(2025, 12, 1), date(2026, 2, 28)),
        ("2027-winter", date(2027, 12, 1), date(2028, 2, 29)),
    ],
)
def test_a_season_has_three_months(season: str, first: date, last: date) -> None:
    assert season_days(days.season(season)) == (first, last)


@given(DAYS, st.integers(-200, 200), st.integers(-200, 200))
def test_of_two_distances_in_days_the_greater_is_surely_after(go_live: date, one: int, other: int) -> None:
    later = surely_after(Offset(days=one), Offset(days=other))
    assert later == (one > other)
    assert later == (Offset(days=one).after(go_live) > Offset(days=other).after(go_live))


def test_a_month_is_neither_surely_before_nor_after_thirty_days() -> None:
    month, thirty = Offset(months=-1), Offset(days=-30)
    assert not surely_after(month, thirty) and not surely_after(thirty, month)
    assert surely_after(Offset(days=-27), month) and surely_after(month, Offset(days=-32))
