"""Is a system kept from being retired while somebody uses it?"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_region import FILES, VOCABULARY, edited, told, understood, write

from vardskiftet.declare import read
from vardskiftet.errors import DeclarationsWrong
from vardskiftet.model.system import Retirement

UNITS, SYSTEM = "waves/units.yaml", "mappings/elvis/system.yaml"
SAS = "illustrative: true}"
SAS_USES = edited(UNITS, (SAS, "illustrative: true, systems: [elvis]}"))


def retiring(wave: str) -> str:
    return FILES[SYSTEM] + f'retires: {{wave: {wave}, days: 365, because: "Readable for a year."}}\n'


def test_a_system_retires_after_the_last_wave_that_uses_it(tmp_path: Path) -> None:
    programme = understood(tmp_path, {SYSTEM: retiring("south-2"), UNITS: SAS_USES})
    assert programme.system("elvis").retires == Retirement(wave="south-2", days=365, because="Readable for a year.")


def test_a_system_that_a_later_wave_uses_is_told_at_the_wave(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {SYSTEM: retiring("south-1"), UNITS: SAS_USES})
    assert (fault.path, fault.trail) == (SYSTEM, "elvis › retires › wave")
    assert fault.line == FILES[SYSTEM].count("\n") + 1
    assert fault.message == "retires after 'south-1', while units of south-2 may still use it."


def test_a_system_that_an_excluded_unit_uses_does_not_retire(tmp_path: Path) -> None:
    excluded = edited(UNITS, ('excluded: "Outside', 'systems: [elvis], excluded: "Outside'))
    (fault,) = told(tmp_path, {SYSTEM: retiring("south-1"), UNITS: excluded})
    assert fault.message == "retires, but outside the programme it is used by tand."


def test_a_system_that_nobody_uses_is_told(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {SYSTEM: retiring("south-1"), UNITS: edited(UNITS, (", systems: [elvis]}", "}"))})
    assert fault.message == "retires after 'south-1', but no unit of a wave uses 'elvis'."


def test_a_system_that_its_wave_does_not_use_is_told(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {SYSTEM: retiring("south-2")})
    assert fault.message == "no unit of 'south-2' uses 'elvis'; those of south-1 do."


def test_a_system_that_retires_with_an_unknown_wave_is_told_with_the_nearest(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {SYSTEM: retiring("sout-1")})
    assert fault.hint == "Did you mean 'south-1'?"


@pytest.mark.parametrize("odd", ["[]", "{}", "south-1", "{wave: [south-1], days: 1}", "{wave: south-1, days: -1}", "{wave: south-1}", '""'])
def test_a_retirement_of_another_shape_is_a_fault_and_no_crash(tmp_path: Path, odd: str) -> None:
    with pytest.raises(DeclarationsWrong) as wrong:
        read(write(tmp_path, {SYSTEM: f"{FILES[SYSTEM]}retires: {odd}\n"}), VOCABULARY)
    assert {fault.path for fault in wrong.value.faults} == {SYSTEM}
