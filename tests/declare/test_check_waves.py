"""Is every unit held to exactly one wave, and every wave to those that exist?"""

from __future__ import annotations

from pathlib import Path

from small_region import edited, only, told

UNITS, FIRST, SECOND = "waves/units.yaml", "waves/south-1.yaml", "waves/south-2.yaml"


def test_an_unknown_unit_is_told_with_the_nearest(tmp_path: Path) -> None:
    fault = only(tmp_path, FIRST, "unit: kinna", "unit: kina")
    assert (fault.line, fault.trail) == (6, "south-1 › units › 1 › unit")
    assert (fault.message, fault.hint) == ("'kina' is not a unit of this programme.", "Did you mean 'kinna'?")


def test_a_unit_in_two_waves_is_told_at_the_second(tmp_path: Path) -> None:
    fault = only(tmp_path, SECOND, "units:\n", "units:\n  - {unit: kinna, scope: base}\n")
    assert (fault.path, fault.line) == (SECOND, 7) and "in the wave 'south-1' already" in fault.message


def test_a_unit_twice_in_one_wave_is_told(tmp_path: Path) -> None:
    fault = only(tmp_path, FIRST, "care}\n", "care}\n  - {unit: kinna, scope: base}\n")
    assert fault.trail == "south-1 › units › 2 › unit"


def test_a_unit_in_no_wave_is_told_where_it_is_declared(tmp_path: Path) -> None:
    extra = "  - {unit: fritsla, title: F, kind: laboratory, area: x, hsa_id: SE2321000131-X0007}\n"
    fault = only(tmp_path, UNITS, "units:\n", "units:\n" + extra)
    assert (fault.line, fault.message) == (2, "'fritsla' is in no wave and not excluded.") and "excluded:" in fault.hint


def test_an_excluded_unit_in_a_wave_is_told(tmp_path: Path) -> None:
    fault = only(tmp_path, FIRST, "care}\n", "care}\n  - {unit: tand, scope: base}\n")
    assert (fault.line, fault.message) == (7, "'tand' is excluded from the programme.")


def test_an_unknown_predecessor_is_told_with_the_nearest(tmp_path: Path) -> None:
    fault = only(tmp_path, SECOND, "[south-1]", "[south-l]")
    assert (fault.trail, fault.hint) == ("south-2 › after › 1", "Did you mean 'south-1'?")


def test_a_wave_after_itself_is_told(tmp_path: Path) -> None:
    assert "cannot come after itself" in only(tmp_path, SECOND, "[south-1]", "[south-2]").message


def test_waves_that_wait_for_each_other_are_told_once(tmp_path: Path) -> None:
    fault = only(tmp_path, FIRST, "after: []", "after: [south-2]")
    assert (fault.path, fault.line) == (FIRST, 4) and "south-1 → south-2 → south-1" in fault.message


def test_a_move_from_an_unknown_wave_or_the_same_is_told(tmp_path: Path) -> None:
    assert only(tmp_path, SECOND, "from: south-1", "from: south").hint == "Did you mean 'south-2'?"
    assert "to the same wave" in only(tmp_path, SECOND, "from: south-1", "from: south-2").message


def test_an_hsa_id_of_two_units_is_told_whatever_its_case(tmp_path: Path) -> None:
    fault = only(tmp_path, UNITS, "SE2321000131-X0002", "SE2321000131-x0001")
    assert (fault.line, fault.message) == (3, "SE2321000131-x0001 belongs to 'kinna' already.")


def test_a_unit_declared_twice_is_told_with_the_first_place(tmp_path: Path) -> None:
    extra = "  - {unit: kinna, title: K, kind: laboratory, area: x, hsa_id: SE2321000131-X0007}\n"
    fault = only(tmp_path, UNITS, "units:\n", "units:\n" + extra)
    assert fault.line == 3 and "first at waves/units.yaml:2" in fault.message


def test_an_unknown_system_of_a_unit_is_told(tmp_path: Path) -> None:
    fault = only(tmp_path, UNITS, "systems: [elvis]", "systems: [elvs]")
    assert (fault.trail, fault.hint) == ("units › units › 1 › systems › 1", "Did you mean 'elvis'?")


def test_two_misspelt_units_hide_no_third_that_is_in_no_wave(tmp_path: Path) -> None:
    extra = "  - {unit: fritsla, title: F, kind: laboratory, area: x, hsa_id: SE2321000131-X0007}\n"
    faults = told(
        tmp_path,
        {
            UNITS: edited(UNITS, ("units:\n", "units:\n" + extra)),
            FIRST: edited(FIRST, ("unit: kinna", "unit: kina")),
            SECOND: edited(SECOND, ("unit: sas,", "unit: sass,")),
        },
    )
    assert [fault.path for fault in faults] == [FIRST, SECOND, UNITS]
