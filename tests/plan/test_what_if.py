"""What follows when a date moves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout import FREEZES, NOW, STOCKHOLM, WAVES, rollout

from vardskiftet.model.programme import Programme
from vardskiftet.model.wave import Precision
from vardskiftet.plan.clash import Kind, Severity
from vardskiftet.plan.what_if import Consequence, moved, what_if

DAYS = st.dates(date(2024, 10, 5), date(2027, 12, 31))


def found(programme: Programme, wave: str, to: date | datetime, kind: Kind) -> list[Consequence]:
    return [one for one in what_if(programme, wave, to, NOW).consequences if one.kind is kind]


def said(programme: Programme, wave: str, to: date | datetime, kind: Kind) -> str:
    [one] = found(programme, wave, to, kind)
    return one.message


def test_the_night_of_25_hours_is_named_with_its_repeated_hour() -> None:
    assert "2024-10-27 has 25 hours: 02:00–03:00 comes twice" in said(rollout(), "south-1", date(2024, 10, 27), Kind.NIGHT)


def test_the_night_of_23_hours_is_named_with_its_missing_hour() -> None:
    assert "2025-03-30 has 23 hours: 02:00–03:00 is missing" in said(rollout(), "south-1", date(2025, 3, 30), Kind.NIGHT)


def test_a_night_of_24_hours_is_not_told() -> None:
    assert found(rollout(), "south-1", date(2024, 10, 26), Kind.NIGHT) == []


def test_a_cutover_over_the_clock_change_is_told_in_elapsed_time() -> None:
    assert "2024-10-26 19:00+0200 to 04:00+0100" in said(rollout(), "south-1", date(2024, 10, 27), Kind.CUTOVER_CLOCK)


def test_christmas_eve_is_a_day_off_and_in_the_freeze() -> None:
    assert "falls on Christmas Eve, a Tuesday" in said(rollout(), "south-1", date(2024, 12, 24), Kind.GO_LIVE_DAY_OFF)
    [frozen] = found(rollout(), "south-1", date(2024, 12, 24), Kind.GO_LIVE_FROZEN)
    assert frozen.severity is Severity.HARD
    assert "'Christmas 2024', 2024-12-16 – 2025-01-07" in frozen.message


@pytest.mark.parametrize(("day", "hit"), [("2024-12-15", 0), ("2024-12-16", 1), ("2025-01-07", 1), ("2025-01-08", 1), ("2025-01-21", 0)])
def test_both_ends_of_a_freeze_belong_to_it(day: str, hit: int) -> None:
    assert len(found(rollout(), "south-1", date.fromisoformat(day), Kind.GO_LIVE_FROZEN)) == hit


def test_a_freeze_that_allows_go_live_is_a_warning() -> None:
    [frozen] = found(rollout(), "south-1", date(2025, 1, 15), Kind.GO_LIVE_FROZEN)
    assert frozen.severity is Severity.WARNING


def test_the_freeze_of_another_wave_bars_a_go_live_only_if_it_says_so() -> None:
    south, *rest = WAVES
    barred = south.model_copy(update={"freezes": (south.freezes[0].model_copy(update={"no_go_live": True}),)})
    assert found(rollout(freezes=()), "south-2", date(2024, 11, 20), Kind.GO_LIVE_FROZEN) == []
    [hit] = found(rollout(freezes=(), waves=(barred, *rest)), "south-2", date(2024, 11, 20), Kind.GO_LIVE_FROZEN)
    assert hit.severity is Severity.HARD
    assert found(rollout(freezes=(), waves=(barred, *rest)), "south-1", date(2024, 11, 20), Kind.GO_LIVE_FROZEN) == []


def test_every_later_wave_that_is_overtaken_is_told_also_those_further_on() -> None:
    consequences = what_if(rollout(), "south-1", date(2026, 5, 1), NOW)
    overtaken = {one.subject: one for one in consequences.consequences if one.kind is Kind.OVERTAKEN}
    assert set(overtaken) == {"south-2 · south-1", "north-east · south-1"}
    assert all(one.severity is Severity.HARD for one in overtaken.values())
    assert "lies inside the season of north-east" in overtaken["north-east · south-1"].message
    assert [one.subject for one in consequences.consequences if one.kind is Kind.DISTANCE] == ["west · south-1"]


def test_the_last_wave_is_overtaken_too_when_the_first_comes_after_all() -> None:
    told = found(rollout(), "south-1", date(2027, 1, 12), Kind.OVERTAKEN)
    assert {one.subject.split(" · ")[0] for one in told} == {"south-2", "north-east", "west"}


def test_a_wave_moved_before_the_one_it_depends_on_is_told() -> None:
    [one] = found(rollout(), "south-2", date(2024, 11, 5), Kind.OVERTAKEN)
    assert one.subject == "south-2 · south-1" and "7 days too early" in one.after


def test_a_wave_too_near_to_the_one_before_is_told_with_the_first_day_that_fits() -> None:
    [one] = found(rollout(), "south-2", date(2025, 2, 4), Kind.DISTANCE)
    assert "84 days after south-1; it needs 180" in one.message
    assert "from 2025-05-11 on" in one.hint


def test_milestones_move_and_those_that_are_over_now_are_told() -> None:
    told = {one.subject: one.after for one in found(rollout(), "south-1", date(2024, 10, 15), Kind.MILESTONE)}
    assert told["south-1 · start"] == "2023-06-15" and told["south-1 · command-centre"] == "2024-09-17"
    assert "south-1 · decision" not in told, "a fixed day does not move"
    past = found(rollout(), "south-1", date(2024, 10, 15), Kind.MILESTONE_PAST)
    assert [one.subject for one in past] == ["south-1 · command-centre"], "those that were over before are not told again"


def test_a_milestone_on_a_day_off_and_in_a_freeze_is_told() -> None:
    told = {one.subject: one.message for one in found(rollout(), "south-1", date(2025, 5, 23), Kind.MILESTONE_DAY_OFF)}
    assert "falls on Midsummer Eve, a Friday" in told["south-1 · hypercare-exit"]
    [frozen] = found(rollout(), "south-1", date(2025, 1, 28), Kind.MILESTONE_FROZEN)
    assert frozen.subject == "south-1 · command-centre · christmas-2024"


def test_a_go_live_in_the_past_is_told() -> None:
    assert "has passed" in said(rollout(), "south-1", date(2024, 9, 3), Kind.GO_LIVE_PAST)


def test_an_hour_that_does_not_exist_is_refused_as_hard() -> None:
    [one] = found(rollout(), "south-1", datetime.fromisoformat("2025-03-30 02:30"), Kind.MISSING_MOMENT)
    assert one.severity is Severity.HARD and "2025-03-30 02:30 does not exist" in one.message


def test_an_hour_that_comes_twice_says_which_one_is_taken() -> None:
    assert "the first, 2024-10-27T02:30:00+02:00, is taken" in said(
        rollout(), "south-1", datetime.fromisoformat("2024-10-27 02:30"), Kind.REPEATED_MOMENT
    )
    second = datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=STOCKHOLM)
    assert "the second, 2024-10-27T02:30:00+01:00, is taken" in said(rollout(), "south-1", second, Kind.REPEATED_MOMENT)


def test_a_person_needed_in_two_waves_at_once_is_told() -> None:
    [one] = found(rollout(), "south-1", date(2025, 10, 1), Kind.DOUBLE_BOOKED)
    assert one.subject == "anna · south-1 · south-2" and one.before == "" and "may be needed" in one.message
    [sure] = found(moved(rollout(), "south-2", date(2025, 10, 7)), "south-1", date(2025, 10, 1), Kind.DOUBLE_BOOKED)
    assert "is needed" in sure.message and sure.after == "2025-09-09 – 2025-10-29"


def test_a_shared_system_whose_retirement_slips_is_told_with_both_days() -> None:
    [one] = found(rollout(), "west", date(2026, 12, 1), Kind.RETIREMENT)
    assert (one.subject, one.severity, one.after) == ("elvis", Severity.WARNING, "2027-03-01")
    assert one.message.startswith("The shared system elvis is needed longer")


def test_a_system_that_retires_before_its_last_user_leaves_is_told() -> None:
    told = found(rollout(), "south-1", date(2026, 5, 1), Kind.SYSTEM_NEEDED)
    assert [one.subject for one in told] == ["asynja · south-1", "melior · south-1"]


def test_coexistence_is_counted_in_unit_days_per_flow() -> None:
    told = {one.subject: one for one in found(rollout(), "south-1", date(2024, 11, 19), Kind.COEXISTENCE)}
    assert set(told) == {"referrals", "discharge"}
    assert (told["discharge"].before, told["discharge"].after) == ("2,924–3,739", "2,889–3,704")


def test_a_season_becomes_a_moment_at_four_and_it_is_said_that_it_was_one() -> None:
    answer = what_if(rollout(), "south-2", date(2025, 10, 14), NOW)
    assert answer.go_live == "2025-autumn"
    assert answer.to == datetime(2025, 10, 14, 4, tzinfo=STOCKHOLM)
    [one] = [one for one in answer.consequences if one.kind is Kind.GO_LIVE]
    assert "which was a season" in one.message


def test_a_clash_that_goes_away_is_a_relief() -> None:
    programme = moved(rollout(), "south-1", date(2024, 12, 24))
    gone = [one for one in what_if(programme, "south-1", date(2024, 12, 10), NOW).consequences if one.severity is Severity.RELIEF]
    assert {Kind.GO_LIVE_FROZEN, Kind.GO_LIVE_DAY_OFF} <= {one.kind for one in gone}
    assert all(one.after == "" for one in gone)


def test_what_is_wrong_either_way_stands_apart() -> None:
    programme = rollout(freezes=(FREEZES[0].model_copy(update={"begins": date(2024, 11, 1), "ends": date(2025, 3, 1)}),))
    answer = what_if(programme, "south-1", date(2024, 11, 19), NOW)
    assert "south-1 · decision · christmas-2024" in {one.subject for one in answer.remains}


def test_the_diff_holds_both_calendars_dates() -> None:
    diff = what_if(rollout(), "south-1", date(2024, 11, 19), NOW).diff
    assert "-south-1 go-live: Tue 2024-11-12 04:00 +0100" in diff
    assert "+south-1 go-live: Tue 2024-11-19 04:00 +0100" in diff


@given(to=DAYS, wave=st.sampled_from(["south-1", "south-2", "north-east", "west"]))
def test_moving_there_and_back_is_nothing(to: date, wave: str) -> None:
    start = moved(rollout(), wave, date(2025, 10, 14))
    there = moved(start, wave, to)
    back = moved(there, wave, date(2025, 10, 14))
    assert back == start
    assert what_if(start, wave, date(2025, 10, 14), NOW).consequences == ()
    assert what_if(start, wave, date(2025, 10, 14), NOW).diff == ()


@given(to=DAYS)
def test_what_is_new_on_the_way_there_is_gone_on_the_way_back(to: date) -> None:
    programme = rollout()
    there = what_if(programme, "south-1", to, NOW)
    back = what_if(moved(programme, "south-1", to), "south-1", date(2024, 11, 12), NOW)
    news = {(one.kind, one.subject) for one in there.consequences if not one.before and one.kind is not Kind.MILESTONE_PAST}
    gone = {(one.kind, one.subject) for one in back.consequences if one.severity is Severity.RELIEF}
    assert news == gone


@given(to=DAYS)
def test_consequences_are_sorted_and_the_same_each_time(to: date) -> None:
    one = what_if(rollout(), "south-1", to, NOW)
    shuffled = rollout(waves=tuple(reversed(WAVES)), freezes=tuple(reversed(FREEZES)))
    assert one.consequences == what_if(shuffled, "south-1", to, NOW).consequences
    grave = [list(Severity).index(each.severity) for each in one.consequences]
    assert grave == sorted(grave)
    assert len({(each.kind, each.subject) for each in one.consequences}) == len(one.consequences)


@given(to=DAYS)
def test_the_programme_that_was_asked_about_is_as_it_was(to: date) -> None:
    programme = rollout()
    what_if(programme, "south-1", to, NOW)
    assert programme == rollout()
    assert moved(programme, "south-2", to).wave("south-2").precision is Precision.MOMENT


def test_a_longer_chain_adds_up_its_distances() -> None:
    to = date(2026, 9, 1) - timedelta(days=359)
    assert [one.subject for one in found(rollout(), "south-1", to, Kind.DISTANCE) if one.subject.startswith("west")] == ["west · south-1"]
    assert not [one for one in found(rollout(), "south-1", to - timedelta(days=1), Kind.DISTANCE) if one.subject.startswith("west")]
