"""Which bad inputs to a plan of waves are told? One test for each edge case that is a matter of declarations, by its number.

5, 10 and 13 in part, and the public holidays of 8, are matters of time and events: `waves what-if`, and the programme's memory.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_region import FILES, edited, only, told, understood

from vardskiftet.model.unit import UnitKind

PROGRAMME, UNITS, FLOWS = "waves/programme.yaml", "waves/units.yaml", "waves/coexistence.yaml"
FIRST, SECOND, SYSTEM = "waves/south-1.yaml", "waves/south-2.yaml", "mappings/elvis/system.yaml"


def test_1_a_unit_in_two_waves_in_none_or_in_a_wave_and_excluded(tmp_path: Path) -> None:
    twice = only(tmp_path / "two", SECOND, "units:\n", "units:\n  - {unit: kinna, scope: base}\n")
    assert twice.where == "waves/south-2.yaml:7" and "in the wave 'south-1' already" in twice.message
    extra = "  - {unit: lab, title: Lab, kind: laboratory, area: x, hsa_id: SE2321000131-X0007}\n"
    nowhere = only(tmp_path / "none", UNITS, "units:\n", "units:\n" + extra)
    assert nowhere.where == "waves/units.yaml:2" and "in no wave" in nowhere.message
    excluded = only(tmp_path / "excluded", FIRST, "care}\n", "care}\n  - {unit: tand, scope: base}\n")
    assert excluded.where == "waves/south-1.yaml:7" and "excluded from the programme" in excluded.message


def test_2_one_unit_under_two_ids(tmp_path: Path) -> None:
    extra = "  - {{unit: two, title: {title}, kind: laboratory, area: x, hsa_id: {hsa_id}, excluded: Elsewhere.}}\n"
    for case, (title, hsa_id) in enumerate(
        [
            ("Other", "SE2321000131-x0001"),
            ('"Närhälsan Kinna "', "SE2321000131-X7"),
            ("Na\u0308rha\u0308lsan kinna", "SE2321000131-X7"),
        ]
    ):
        text = edited(UNITS, ("units:\n", "units:\n" + extra.format(title=title, hsa_id=hsa_id)))
        (fault,) = told(tmp_path / str(case), {UNITS: text})
        assert fault.line == 3 and "already" in fault.message


@pytest.mark.parametrize("scope", ["hospital", "primary_care", "lab"])
def test_3_a_municipality_takes_a_scope_of_its_own_or_declines_with_a_reason(tmp_path: Path, scope: str) -> None:
    municipality = "  - {unit: mark, title: Mark, kind: municipality, area: x, hsa_id: SE0000000000-X1}\n"
    units = edited(UNITS, ("units:\n", "units:\n" + municipality))
    (fault,) = told(tmp_path, {UNITS: units, FIRST: edited(FIRST, ("units:\n", f"units:\n  - {{unit: mark, scope: {scope}}}\n"))})
    assert (fault.line, fault.hint) == (6, "Known: base, full_record, school_health.")
    part = edited(FIRST, ("units:\n", "units:\n  - {unit: mark, scope: school_health}\n"))
    assert understood(tmp_path / "part", {UNITS: units, FIRST: part}).unit("mark").kind is UnitKind.MUNICIPALITY
    declined = units.replace("X1}", 'X1, excluded: "Declined by its council."}')
    assert understood(tmp_path / "declined", {UNITS: declined}).unit("mark").excluded == "Declined by its council."
    later = edited(
        SECOND,
        (
            "units:\n",
            'units:\n  - {unit: mark, scope: base, moved: [{from: south-1, decision: KS 1, date: 2024-05-02, because: "Not ready."}]}\n',
        ),
    )
    assert understood(tmp_path / "later", {UNITS: units, SECOND: later}).wave_of_unit["mark"] == "south-2"


def test_3_options_of_municipalities_are_for_no_others(tmp_path: Path) -> None:
    fault = only(tmp_path, FIRST, "scope: primary_care", "scope: full_record")
    assert fault.message == "'full_record' is not a scope of this kind of unit."


def test_4_a_unit_that_is_merged_split_renamed_or_closed_between_waves(tmp_path: Path) -> None:
    closed = only(tmp_path / "closed", UNITS, "illustrative: true}", "illustrative: true, closes: 2025-06-30}")
    assert closed.where == "waves/units.yaml:3" and "before its wave 'south-2' goes live" in closed.message
    gone = 'illustrative: true, closes: 2025-06-30, excluded: "Merged into sjuharad."}'
    new = (
        "\n  - {unit: sjuharad, title: Sjuhärad, kind: hospital_administration, area: x, hsa_id: SE2321000131-X7,"
        "\n     opens: 2025-07-01, replaces: [sas]}"
    )
    merged = understood(
        tmp_path / "merged",
        {UNITS: edited(UNITS, ("illustrative: true}", gone + new)), SECOND: edited(SECOND, ("unit: sas,", "unit: sjuharad,"))},
    )
    assert (merged.unit("sjuharad").replaces, merged.wave_of_unit["sjuharad"]) == (("sas",), "south-2")


def test_5_a_move_decided_when_the_wave_was_live(tmp_path: Path) -> None:
    assert "is live already" in only(tmp_path, SECOND, "date: 2024-02-13", "date: 2026-01-01").message


def test_6_waves_in_a_circle_are_printed_with_file_and_line_of_each(tmp_path: Path) -> None:
    third = "wave: south-3\ntitle: Third\nafter: [south-2]\ngo_live: 2026-autumn\nprecision: season\nunits:\n  - {unit: lab, scope: lab}\n"
    unit = "  - {unit: lab, title: Lab, kind: laboratory, area: x, hsa_id: SE2321000131-X0007}\n"
    (fault,) = told(
        tmp_path,
        {
            UNITS: edited(UNITS, ("units:\n", "units:\n" + unit)),
            FIRST: edited(FIRST, ("after: []", "after: [south-3]")),
            "waves/south-3.yaml": third,
        },
    )
    assert fault.message == "the waves wait for each other: south-1 → south-3 → south-2 → south-1."
    assert (
        fault.hint == "Break the circle: south-1 at waves/south-1.yaml:4, south-3 at waves/south-3.yaml:3, south-2 at waves/south-2.yaml:5."
    )


def test_6_a_wave_that_waits_for_itself_or_for_an_unknown_one(tmp_path: Path) -> None:
    assert "after itself" in only(tmp_path / "self", SECOND, "[south-1]", "[south-2]").message
    assert only(tmp_path / "unknown", SECOND, "[south-1]", "[sout-1]").hint == "Did you mean 'south-1'?"


def test_7_milestones_reversed_twice_or_with_two_times(tmp_path: Path) -> None:
    assert "but comes before it" in only(tmp_path / "reversed", FIRST, "at: T+28d", "at: T-91d").message
    assert "stands twice" in only(tmp_path / "twice", FIRST, "milestone: exit", "milestone: start").message
    assert "a distance and a fixed day" in only(tmp_path / "both", FIRST, "at: T+28d", "at: T+28d, on: 2024-12-10").message
    assert understood(tmp_path / "equal", {FIRST: edited(FIRST, ("at: T+28d", "on: 2024-10-19"))}).wave("south-1").milestones


def test_8_a_go_live_in_a_freeze_and_two_waves_in_one_night(tmp_path: Path) -> None:
    frozen = only(tmp_path / "frozen", FIRST, "2024-11-12 04:00", "2024-12-31 04:00")
    assert frozen.where == "waves/south-1.yaml:3" and "new-year" in frozen.message
    night = edited(SECOND, ("2025-autumn\nprecision: season", "2024-11-12 06:00"), ("[south-1]", "[]"), ("distance_days: 180\n", ""))
    units = edited(UNITS, ("illustrative: true}", "illustrative: true, systems: [elvis]}"))
    (fault,) = told(tmp_path / "night", {SECOND: night, UNITS: units})
    assert fault.where == "waves/south-2.yaml:3" and "same night as 'south-1'" in fault.message


def test_9_a_system_retired_while_another_wave_or_an_excluded_unit_uses_it(tmp_path: Path) -> None:
    retires = FILES[SYSTEM] + "retires: {wave: south-1, days: 30}\n"
    wave = edited(UNITS, ("illustrative: true}", "illustrative: true, systems: [elvis]}"))
    assert "units of south-2 may still use it" in told(tmp_path / "wave", {SYSTEM: retires, UNITS: wave})[0].message
    outside = edited(UNITS, ('excluded: "Outside', 'systems: [elvis], excluded: "Outside'))
    assert "used by tand" in told(tmp_path / "outside", {SYSTEM: retires, UNITS: outside})[0].message


def test_10_a_flow_with_a_missing_partner(tmp_path: Path) -> None:
    assert "no unit of the kind 'laboratory'" in only(tmp_path, FLOWS, "[kinna]", "[laboratory]").message


def test_11_a_wave_without_units(tmp_path: Path) -> None:
    faults = told(tmp_path, {FIRST: edited(FIRST, ("\n  - {unit: kinna, scope: primary_care}", " []"))})
    assert ("waves/south-1.yaml:5", "names no unit.") in [(fault.where, fault.message) for fault in faults]


def test_12_hundreds_of_units_are_read_and_a_fault_among_them_is_the_only_one_told(tmp_path: Path) -> None:
    units = "".join(f"  - {{unit: p{n}, title: P {n}, kind: private_provider, area: x, hsa_id: SE2321000131-P{n}}}\n" for n in range(600))
    members = "".join(f"  - {{unit: p{n}, scope: primary_care}}\n" for n in range(600) if n != 417)
    (fault,) = told(tmp_path, {UNITS: FILES[UNITS] + units, SECOND: edited(SECOND, ("units:\n", "units:\n" + members))})
    assert fault.message == "'p417' is in no wave and not excluded." and fault.line == 4 + 418


def test_13_a_wave_is_split_by_moving_units_to_a_new_one(tmp_path: Path) -> None:
    lab = "  - {unit: lab, title: Lab, kind: laboratory, area: x, hsa_id: SE2321000131-X0007}\n"
    moved = 'moved: [{from: south-1, decision: RS 9, date: 2024-11-15, because: "Taken back after three days."}]'
    third = "wave: south-3\ntitle: Third\nafter: [south-2]\ngo_live: 2026-autumn\nprecision: season\nunits:\n"
    third += f"  - {{unit: lab, scope: lab, {moved}}}\n"
    programme = understood(tmp_path, {UNITS: edited(UNITS, ("units:\n", "units:\n" + lab)), "waves/south-3.yaml": third})
    assert programme.wave_of_unit["lab"] == "south-3" and programme.wave("south-3").units[0].moved[0].decision == "RS 9"
