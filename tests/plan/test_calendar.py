"""Dates, seasons, clock changes, days off, coexistence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout import NOW, STOCKHOLM, WAVES, rollout

from vardskiftet.model.wave import Offset
from vardskiftet.plan.calendar import calendar
from vardskiftet.plan.clashes import clashes
from vardskiftet.plan.coexistence import Extent, coexistence, unit_days
from vardskiftet.plan.dates import Span, season_span, shift
from vardskiftet.plan.days_off import day_off
from vardskiftet.plan.distances import days_after
from vardskiftet.plan.nights import clock_change, comes_twice, elapsed_before, exists


@pytest.mark.parametrize(
    ("season", "first", "last"),
    [
        ("2025-spring", "2025-03-01", "2025-05-31"),
        ("2025-summer", "2025-06-01", "2025-08-31"),
        ("2025-autumn", "2025-09-01", "2025-11-30"),
        ("2025-winter", "2025-12-01", "2026-02-28"),
        ("2027-winter", "2027-12-01", "2028-02-29"),
    ],
)
def test_a_season_has_its_days(season: str, first: str, last: str) -> None:
    assert season_span(season) == Span(earliest=date.fromisoformat(first), latest=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("day", "offset", "there"),
    [
        ("2024-11-12", Offset(months=-16), "2023-07-12"),
        ("2024-03-31", Offset(months=-1), "2024-02-29"),
        ("2025-03-31", Offset(months=-1, days=-1), "2025-02-27"),
        ("2024-11-12", Offset(days=28), "2024-12-10"),
        ("2024-12-31", Offset(months=2), "2025-02-28"),
    ],
)
def test_months_are_counted_before_days_and_end_with_their_month(day: str, offset: Offset, there: str) -> None:
    assert shift(date.fromisoformat(day), offset) == date.fromisoformat(there)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), days=st.integers(-900, 900))
def test_days_alone_go_there_and_back(day: date, days: int) -> None:
    assert shift(shift(day, Offset(days=days)), Offset(days=-days)) == day


def test_a_wave_of_a_season_has_milestones_with_an_earliest_and_a_latest() -> None:
    wave = calendar(rollout()).wave("south-2")
    [training] = [one for one in wave.milestones if one.milestone == "training"]
    assert (training.when.earliest, training.when.latest) == (date(2025, 6, 3), date(2025, 9, 1))
    assert wave.go_live is None and wave.cutover is None


def test_the_waves_stand_by_date() -> None:
    waves = rollout(waves=tuple(reversed(WAVES)))
    assert [one.wave for one in calendar(waves).waves] == ["south-1", "south-2", "north-east", "west"]


@pytest.mark.parametrize(("day", "hours", "repeated"), [("2024-10-27", 25, True), ("2025-03-30", 23, False)])
def test_a_day_with_a_clock_change_says_its_hours(day: str, hours: int, repeated: bool) -> None:
    change = clock_change(date.fromisoformat(day), STOCKHOLM)
    assert change is not None
    assert (change.hours, change.repeated, change.begins, change.ends) == (hours, repeated, "02:00", "03:00")


@given(day=st.dates(date(2000, 1, 1), date(2037, 12, 31)))
def test_a_day_of_24_hours_has_no_clock_change_and_two_days_a_year_do(day: date) -> None:
    change = clock_change(day, STOCKHOLM)
    assert (change is None) == (day.month not in (3, 10) or day.weekday() != 6 or (day + timedelta(days=7)).month == day.month)


def test_the_cutover_is_counted_in_elapsed_hours() -> None:
    go_live = datetime(2024, 10, 27, 4, tzinfo=STOCKHOLM)
    begins = elapsed_before(go_live, 10)
    assert f"{begins:%Y-%m-%d %H:%M}" == "2024-10-26 19:00"
    assert go_live.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=10)


@pytest.mark.parametrize(
    ("moment", "there", "twice"),
    [
        ("2025-03-30 02:00", False, False),
        ("2025-03-30 02:59", False, False),
        ("2025-03-30 03:00", True, False),
        ("2024-10-27 02:00", True, True),
        ("2024-10-27 02:59", True, True),
        ("2024-10-27 03:00", True, False),
    ],
)
def test_a_moment_exists_once_twice_or_never(moment: str, there: bool, twice: bool) -> None:
    at = datetime.fromisoformat(moment)
    assert (exists(at, STOCKHOLM), comes_twice(at, STOCKHOLM)) == (there, twice)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2024-11-12", ""),
        ("2024-11-09", "Saturday"),
        ("2024-11-10", "Sunday"),
        ("2024-12-24", "Christmas Eve, a Tuesday"),
        ("2024-12-25", "Christmas Day, a Wednesday"),
        ("2024-12-31", "New Year's Eve, a Tuesday"),
        ("2025-06-20", "Midsummer Eve, a Friday"),
        ("2025-06-06", "National Day, a Friday"),
        ("2026-05-14", "Ascension Day, a Thursday"),
        ("2026-06-05", ""),
    ],
)
def test_days_off_are_those_of_sweden(day: str, why: str) -> None:
    assert day_off(date.fromisoformat(day)) == why


def test_unit_days_are_units_on_the_old_side_times_days() -> None:
    lines = coexistence(rollout(), calendar(rollout()))
    [line] = [one for one in lines if (one.flow, one.earlier, one.later) == ("discharge", "south-1", "north-east")]
    assert line.units == 3, "the hospital of the later wave sends to the towns of the earlier, its towns receive from the hospital"
    assert line.days == Extent(least=(date(2026, 3, 1) - date(2024, 11, 12)).days, most=(date(2026, 5, 31) - date(2024, 11, 12)).days)
    assert line.unit_days == Extent(least=3 * 474, most=3 * 565)


def test_a_flow_that_joins_nobody_is_not_counted() -> None:
    flow = rollout().flows[1].model_copy(update={"sends": ("laboratory",), "receives": ("laboratory",)})
    programme = rollout(flows=(flow,))
    assert coexistence(programme, calendar(programme)) == ()
    assert unit_days(()) == {}


def test_a_unit_is_named_by_slug_by_kind_or_by_a_star() -> None:
    base = rollout().flows[1]
    for sends, units in ((("sas",), 2), (("hospital_administration",), 3), (("*",), 3), (("nobody",), 0)):
        programme = rollout(flows=(base.model_copy(update={"sends": sends}),))
        found = [one.units for one in coexistence(programme, calendar(programme)) if (one.earlier, one.later) == ("south-1", "north-east")]
        assert found == ([units] if units else [])


def test_the_days_between_waves_add_up_along_the_longest_way() -> None:
    first, second, third, last = WAVES
    short_cut = last.model_copy(update={"after": ("south-1", "north-east")})
    found = days_after(calendar(rollout(waves=(first, second, third, short_cut))), "west")
    assert found == {"south-1": 360, "south-2": 180, "north-east": 90}


def test_what_is_over_and_the_go_live_itself_are_no_clashes_of_milestones() -> None:
    late = NOW + timedelta(days=3650)
    assert {one.kind.value for one in clashes(rollout(), calendar(rollout()), late)} & {"milestone_day_off", "milestone_frozen"} == set()


def test_clashes_of_a_season_that_a_date_would_settle_are_not_certain() -> None:
    found = {one.subject: one.certain for one in clashes(rollout(), calendar(rollout()), NOW) if one.kind.value == "milestone_frozen"}
    assert found["north-east · start · christmas-2024"] is False
