"""Are days that cannot be kept told, and only those?"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_region import FILES, edited, only, told, understood

from vardskiftet.errors import Fault

PROGRAMME, UNITS = "waves/programme.yaml", "waves/units.yaml"
FIRST, SECOND = "waves/south-1.yaml", "waves/south-2.yaml"
SEASON = "go_live: 2025-autumn\nprecision: season\n"


def second(root: Path, go_live: str, distance: str = "distance_days: 180\n") -> tuple[Fault, ...]:
    """What is told when the second wave goes live on another day."""
    return told(root, {SECOND: edited(SECOND, (SEASON, go_live), ("distance_days: 180\n", distance))})


@pytest.mark.parametrize(
    ("go_live", "shown"),
    [
        ("go_live: 2024-11-12 04:00\n", "2024-11-12 04:00"),
        ("go_live: 2024-10-01 04:00\n", "2024-10-01 04:00"),
        ("go_live: 2024-summer\nprecision: season\n", "2024-summer"),
    ],
)
def test_a_wave_before_the_one_it_waits_for_is_told(tmp_path: Path, go_live: str, shown: str) -> None:
    (fault,) = second(tmp_path, go_live)
    assert (fault.path, fault.trail) == (SECOND, "south-2 › after › 1")
    assert fault.message == f"waits for 'south-1' (2024-11-12 04:00), but goes live no later ({shown})."


def test_a_season_before_the_season_it_waits_for_is_told_and_the_same_season_is_not(tmp_path: Path) -> None:
    third = "wave: south-3\ntitle: Third\ngo_live: {season}\nprecision: season\nafter: [south-2]\nunits:\n  - {{unit: lab, scope: lab}}\n"
    unit = "  - {unit: lab, title: Lab, kind: laboratory, area: x, hsa_id: SE2321000131-X0007}\n"
    files = {UNITS: edited(UNITS, ("units:\n", "units:\n" + unit))}
    (fault,) = told(tmp_path / "before", {**files, "waves/south-3.yaml": third.format(season="2025-summer")})
    assert fault.message == "waits for 'south-2' (2025-autumn), but goes live no later (2025-summer)."
    assert len(understood(tmp_path / "same", {**files, "waves/south-3.yaml": third.format(season="2025-autumn")}).waves) == 3


def test_a_promised_distance_that_the_days_break_is_told_with_what_they_give(tmp_path: Path) -> None:
    (fault,) = second(tmp_path, "go_live: 2025-03-12 04:00\n")
    assert (fault.trail, fault.line) == ("south-2 › distance_days", 7)
    assert fault.message == "promises 180 days from 'south-1'; 2024-11-12 04:00 to 2025-03-12 04:00 are 120 at most."


def test_a_promised_distance_that_a_season_may_keep_is_no_fault(tmp_path: Path) -> None:
    kept = edited(SECOND, ("distance_days: 180", "distance_days: 383"))
    assert understood(tmp_path / "kept", {SECOND: kept}).wave("south-2").distance_days == 383
    assert "are 383 at most" in only(tmp_path / "broken", SECOND, "distance_days: 180", "distance_days: 384").message


def test_a_distance_from_no_wave_is_told(tmp_path: Path) -> None:
    assert "from no wave" in only(tmp_path, FIRST, "cutover_hours: 12", "distance_days: 10").message


@pytest.mark.parametrize("day", ["2024-12-16", "2024-12-24", "2025-01-07"])
def test_a_go_live_in_a_freeze_is_told_with_its_reason(tmp_path: Path, day: str) -> None:
    fault = only(tmp_path, FIRST, "2024-11-12 04:00", f"{day} 04:00")
    assert (fault.path, fault.line, fault.trail) == (FIRST, 3, "south-1 › go_live")
    assert fault.message == "lies in the freeze 'new-year', 2024-12-16 to 2025-01-07: Few on duty."


@pytest.mark.parametrize("day", ["2024-12-15", "2025-01-08"])
def test_a_go_live_beside_a_freeze_is_no_fault(tmp_path: Path, day: str) -> None:
    assert understood(tmp_path, {FIRST: edited(FIRST, ("2024-11-12 04:00", f"{day} 04:00"))}).wave("south-1").days[0].isoformat() == day


def test_a_freeze_that_forbids_no_go_live_lets_it_pass(tmp_path: Path) -> None:
    files = {
        PROGRAMME: edited(PROGRAMME, (", no_go_live: true", "")),
        FIRST: edited(FIRST, ("2024-11-12 04:00", "2024-12-24 04:00")),
    }
    assert understood(tmp_path, files).freezes[0].no_go_live is False


def test_a_season_is_told_only_where_the_freeze_holds_all_of_it(tmp_path: Path) -> None:
    whole = edited(PROGRAMME, ("to: 2025-01-07", "to: 2025-11-30"), ("from: 2024-12-16", "from: 2025-09-01"))
    part = edited(PROGRAMME, ("to: 2025-01-07", "to: 2025-11-29"), ("from: 2024-12-16", "from: 2025-09-01"))
    assert [fault.path for fault in told(tmp_path / "whole", {PROGRAMME: whole})] == [SECOND]
    assert understood(tmp_path / "part", {PROGRAMME: part}).freezes


def test_a_milestone_that_is_listed_out_of_order_is_told_with_both_days(tmp_path: Path) -> None:
    fault = only(tmp_path, FIRST, "at: T+28d", "at: T-100d")
    assert (fault.line, fault.trail) == (14, "south-1 › milestones › 4")
    assert fault.message == "'exit' (2024-08-04) is listed after 'drill' (2024-10-19), but comes before it."


def test_milestones_on_one_day_are_in_order(tmp_path: Path) -> None:
    assert len(understood(tmp_path, {FIRST: edited(FIRST, ("on: 2024-10-19", "at: T-90d"))}).wave("south-1").milestones) == 4


def test_in_a_season_only_a_sure_disorder_is_told(tmp_path: Path) -> None:
    listed = "distance_days: 180\nmilestones:\n  - {{milestone: a, title: A, on: {day}}}\n  - {{milestone: b, title: B, at: T-0d}}\n"
    may_be = edited(SECOND, ("distance_days: 180\n", listed.format(day="2025-10-01")))
    assert understood(tmp_path / "may", {SECOND: may_be}).wave("south-2").milestones[0].on is not None
    surely = edited(SECOND, ("distance_days: 180\n", listed.format(day="2025-12-01")))
    (fault,) = told(tmp_path / "surely", {SECOND: surely})
    assert fault.trail == "south-2 › milestones › 2"


def one_night(after: str, go_live: str, systems: str) -> dict[str, str | bytes | None]:
    text = FILES[SECOND].replace("after: [south-1]", after).replace(SEASON, f"go_live: {go_live}\n").replace("distance_days: 180\n", "")
    return {SECOND: text, UNITS: edited(UNITS, ("illustrative: true}", f"illustrative: true, systems: [{systems}]}}"))}


@pytest.mark.parametrize("go_live", ["2024-11-12 04:00", "2024-11-12 23:00", "2024-11-11 20:00"])
def test_two_waves_in_one_night_over_one_system_are_told(tmp_path: Path, go_live: str) -> None:
    (fault,) = told(tmp_path, one_night("after: []", go_live, "elvis"))
    assert (fault.path, fault.trail) == (SECOND, "south-2 › go_live")
    assert fault.message == "goes live in the same night as 'south-1', and units of both use elvis."


@pytest.mark.parametrize(
    ("after", "go_live", "systems"),
    [("after: []", "2024-11-12 04:00", ""), ("after: []", "2024-11-13 04:00", "elvis"), ("after: [south-1]", "2024-11-12 23:00", "elvis")],
)
def test_another_night_another_system_or_an_order_is_no_fault(tmp_path: Path, after: str, go_live: str, systems: str) -> None:
    assert len(understood(tmp_path, one_night(after, go_live, systems)).waves) == 2


def test_a_duty_of_a_programme_that_cannot_be_read_is_not_judged(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {PROGRAMME: FILES[PROGRAMME].replace("person: anna", "person: anna ek")})
    assert fault.trail == "programme › people › 1 › person"
