"""Is one organisation kept from standing under two names, and from going live when it does not exist?"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from small_region import FILES, edited, only, told, understood

UNITS, FIRST = "waves/units.yaml", "waves/south-1.yaml"
SAS = "illustrative: true}"


@pytest.mark.parametrize(
    "title",
    [
        "närhälsan kinna",
        "NÄRHÄLSAN KINNA",
        '"Närhälsan Kinna "',
        '" Närhälsan  Kinna"',
        unicodedata.normalize("NFD", "Närhälsan Kinna"),
        "Närhälsan\u00a0Kinna",
    ],
)
def test_a_title_that_differs_only_in_case_blanks_or_composition_is_told(tmp_path: Path, title: str) -> None:
    fault = only(tmp_path, UNITS, "title: SÄS", f"title: {title}")
    assert (fault.line, fault.trail) == (3, "units › units › 2 › title") and "the title of 'kinna' already" in fault.message


def test_a_title_that_differs_in_a_letter_is_another(tmp_path: Path) -> None:
    assert understood(tmp_path, {UNITS: edited(UNITS, ("title: SÄS", "title: Närhälsan Kinne"))}).unit("sas").title == "Närhälsan Kinne"


def test_an_hsa_id_with_a_blank_at_its_end_is_told(tmp_path: Path) -> None:
    assert "is not an HSA-id" in only(tmp_path, UNITS, "SE2321000131-X0002", '"SE2321000131-X0001 "').message


def test_a_unit_called_as_a_kind_is_told(tmp_path: Path) -> None:
    extra = "  - {unit: laboratory, title: L, kind: laboratory, area: x, hsa_id: SE2321000131-X0007, excluded: Closed.}\n"
    assert "name of a kind" in only(tmp_path, UNITS, "units:\n", "units:\n" + extra).message


def test_a_unit_that_closes_before_its_wave_is_told_where_it_is_declared(tmp_path: Path) -> None:
    fault = only(tmp_path, UNITS, SAS, "illustrative: true, closes: 2025-08-31}")
    assert (fault.path, fault.line) == (UNITS, 3)
    assert fault.message == "closes on 2025-08-31, before its wave 'south-2' goes live (2025-autumn)."
    within = understood(tmp_path / "within", {UNITS: edited(UNITS, (SAS, "illustrative: true, closes: 2025-09-01}"))})
    assert within.unit("sas").closes is not None


def test_a_unit_that_opens_in_the_new_system_has_no_legacy_systems(tmp_path: Path) -> None:
    fault = only(tmp_path, UNITS, "systems: [elvis]}", "systems: [elvis], opens: 2024-11-13}")
    assert fault.message == "opens on 2024-11-13, after its wave 'south-1' went live (2024-11-12 04:00)."
    later = understood(tmp_path / "later", {UNITS: edited(UNITS, ("systems: [elvis]}", "opens: 2024-11-13}"))})
    assert later.unit("kinna").systems == ()


def test_a_unit_that_closes_before_it_opens_is_told(tmp_path: Path) -> None:
    extra = ", opens: 2026-02-01, closes: 2026-01-31}"
    assert "before it opens" in only(tmp_path, UNITS, SAS, "illustrative: true" + extra).message


def merged(closes: str, replaces: str) -> str:
    old = f'  - {{unit: old, title: Old, kind: laboratory, area: x, hsa_id: SE2321000131-X0007, excluded: "Merged."{closes}}}\n'
    return edited(UNITS, ("units:\n", "units:\n" + old), (SAS, f"illustrative: true, replaces: [{replaces}]}}"))


def test_a_replaced_unit_exists_and_closes(tmp_path: Path) -> None:
    sound = understood(tmp_path / "sound", {UNITS: merged(", closes: 2024-12-31", "old")})
    assert sound.unit("sas").replaces == ("old",)
    (open_ended,) = told(tmp_path / "open", {UNITS: merged("", "old")})
    assert (open_ended.message, open_ended.hint) == ("'old' is replaced, but does not close.", "Add `closes:` to old.")
    (unknown,) = told(tmp_path / "unknown", {UNITS: merged(", closes: 2024-12-31", "olt")})
    assert unknown.hint == "Did you mean 'old'?"


def test_units_that_replace_each_other_are_told_once(tmp_path: Path) -> None:
    text = edited(
        UNITS,
        ("systems: [elvis]}", "systems: [elvis], closes: 2030-01-01, replaces: [sas]}"),
        (SAS, "illustrative: true, closes: 2030-01-01, replaces: [kinna]}"),
    )
    (fault,) = told(tmp_path, {UNITS: text})
    assert fault.message == "the units replace each other: kinna → sas → kinna."


def test_units_of_several_files_are_held_against_each_other(tmp_path: Path) -> None:
    more = "units:\n  - {unit: other, title: säs, kind: laboratory, area: x, hsa_id: SE2321000131-X0008, excluded: Elsewhere.}\n"
    (fault,) = told(tmp_path, {"waves/units/more.yaml": more})
    assert fault.path == "waves/units/more.yaml" and "'sas' already" in fault.message


def test_units_may_stand_in_a_folder_alone(tmp_path: Path) -> None:
    programme = understood(tmp_path, {UNITS: None, "waves/units/south.yaml": FILES[UNITS]})
    assert [unit.unit for unit in programme.units] == ["kinna", "sas", "tand"]
