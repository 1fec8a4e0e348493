"""Does every flow pass between units that exist and that are apart at some time?"""

from __future__ import annotations

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.flows import EVERYBODY
from vardskiftet.declare.node import found
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.coexistence import Flow
from vardskiftet.model.unit import UnitKind


def check_flows(declared: Declarations, faults: Faults) -> None:
    """Senders and receivers are units, kinds of which there are units, or everybody; and not all in one wave."""
    if not declared.all_units_read:
        return
    kinds = {entry.value.kind for entry in declared.units.values()}
    for flow in declared.flows:
        sound = [_check_parties(flow, key, declared, kinds, faults) for key in ("from", "to")]
        if all(sound):
            _check_apart(flow, declared, faults)


def _check_parties(flow: Declared[Flow], key: str, declared: Declarations, kinds: set[UnitKind], faults: Faults) -> bool:
    parties = flow.value.sends if key == "from" else flow.value.receives
    sound = bool(parties)
    for place, name in enumerate(parties):
        at = found(flow.node, key, place)
        if name and name not in declared.units and name not in (*UnitKind, EVERYBODY):
            hint = nearest(name, [*declared.units, *UnitKind])
            faults.at(at, f"{quoted(name)} is neither a unit nor a kind of unit.", hint if hint.startswith("Did") else 'Write "*" for all.')
            sound = False
        elif name in tuple(UnitKind) and name not in declared.units and name not in kinds:
            faults.at(at, f"there is no unit of the kind {quoted(name)}.", "Remove it, or declare the unit.")
            sound = False
        sound = sound and bool(name)
    return sound


def _check_apart(flow: Declared[Flow], declared: Declarations, faults: Faults) -> None:
    """A flow within one wave needs no temporary routine: its units change together."""
    if set(declared.waves) != declared.wave_names:
        return
    homes = {(member.unit, name) for name, wave in declared.waves.items() for member in wave.value.units}
    parties = {*flow.value.sends, *flow.value.receives}
    concerned = {name for name, entry in declared.units.items() if parties & {EVERYBODY, name, entry.value.kind.value}}
    waves = {wave for unit, wave in homes if unit in concerned}
    if len(waves) == 1 and concerned <= {unit for unit, _ in homes}:
        message = f"passes only between units of the wave {quoted(min(waves))}; they are never apart."
        faults.at(flow.node, message, "Remove the flow, or name whom else it concerns.")
