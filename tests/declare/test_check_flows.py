"""Is a flow told that nobody sends, nobody receives, or nobody needs a routine for?"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_region import FILES, only, told, understood

FLOWS, UNITS = "waves/coexistence.yaml", "waves/units.yaml"


def test_a_flow_between_units_of_one_wave_is_told(tmp_path: Path) -> None:
    fault = only(tmp_path, FLOWS, "to: [kinna]", "to: [sas]")
    assert fault.message == "passes only between units of the wave 'south-2'; they are never apart."


def test_a_flow_with_a_unit_outside_the_programme_lasts(tmp_path: Path) -> None:
    programme = understood(tmp_path, {FLOWS: FILES[FLOWS].replace("to: [kinna]", "to: [tand]")})
    assert programme.flows[1].receives == ("tand",)


@pytest.mark.parametrize("party", ["[narhalsan_unit]", "[dental_service, kinna]", '["*"]'])
def test_parties_are_units_kinds_or_everybody(tmp_path: Path, party: str) -> None:
    assert understood(tmp_path, {FLOWS: FILES[FLOWS].replace("to: [kinna]", f"to: {party}")}).flows[1].receives


def test_a_misspelt_kind_is_told_with_the_nearest(tmp_path: Path) -> None:
    fault = only(tmp_path, FLOWS, "[hospital_administration]", "[hospital_administrations]")
    assert (fault.line, fault.hint) == (2, "Did you mean 'hospital_administration'?")


def test_nothing_is_said_of_flows_while_units_cannot_be_read(tmp_path: Path) -> None:
    faults = told(tmp_path, {UNITS: FILES[UNITS] + "\n  x: [\n", FLOWS: FILES[FLOWS].replace("[kinna]", "[stranger]")})
    assert [fault.path for fault in faults] == [UNITS]


def test_a_wave_cannot_be_called_coexistence(tmp_path: Path) -> None:
    faults = told(tmp_path, {FLOWS: FILES["waves/south-1.yaml"]})
    assert any(fault.message == "lacks the key 'coexistence'." for fault in faults)
