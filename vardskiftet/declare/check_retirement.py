"""Does anybody still need a system on the day that it is retired?"""

from __future__ import annotations

from vardskiftet.declare.check_calendar import has_days
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import found
from vardskiftet.declare.order import all_before
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.words import listed, nearest, quoted
from vardskiftet.model.system import Retirement, System


def check_retirement(declared: Declarations, faults: Faults) -> None:
    """A system retires after the last wave whose units use it, and not while a unit outside every wave does."""
    whole = declared.all_units_read and set(declared.waves) == declared.wave_names
    for _, system in sorted(declared.systems.items()):
        retires = system.value.retires
        if retires is None or not retires.wave:
            continue
        if retires.wave not in declared.wave_names:
            at = found(system.node, "retires", "wave")
            faults.at(at, f"{quoted(retires.wave)} is not a wave.", nearest(retires.wave, declared.wave_names))
        elif whole:
            _check_users(system, retires, declared, faults)


def _check_users(system: Declared[System], retires: Retirement, declared: Declarations, faults: Faults) -> None:
    name, at = system.value.system, found(system.node, "retires")
    home = {member.unit: wave for wave, entry in declared.waves.items() for member in entry.value.units}
    users = [entry.value for entry in declared.units.values() if name in entry.value.systems]
    outside = [unit.unit for unit in users if unit.excluded]
    if outside:
        message = f"retires, but outside the programme it is used by {listed(outside)}."
        faults.at(at, message, "Remove `retires:`, or settle first what those units go over to.")
    waves = {home[unit.unit] for unit in users if unit.unit in home}
    if not waves:
        faults.at(
            at, f"retires after {quoted(retires.wave)}, but no unit of a wave uses {quoted(name)}.", "Name it in `systems:` of its units."
        )
    elif retires.wave not in waves:
        message = f"no unit of {quoted(retires.wave)} uses {quoted(name)}; those of {listed(waves)} do."
        faults.at(found(at, "wave"), message, "Name the last wave that uses it.")
    later = sorted(wave for wave in waves - {retires.wave} if not _surely_before(wave, retires.wave, declared))
    if later and retires.wave in waves:
        message = f"retires after {quoted(retires.wave)}, while units of {listed(later)} may still use it."
        faults.at(found(at, "wave"), message, "Name the last wave that uses it.")


def _surely_before(wave: str, other: str, declared: Declarations) -> bool:
    """Whether a wave is live before another: by their order, or by their days."""
    one, last = declared.waves[wave].value, declared.waves[other].value
    by_order = wave in all_before({name: frozenset(entry.value.after) for name, entry in declared.waves.items()})[other]
    return by_order or (has_days(one) and has_days(last) and one.days[1] < last.days[0])
