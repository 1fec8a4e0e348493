"""What do the units of the wave hand in about themselves: devices, sites, routines, capacity, downtime?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vardskiftet.demo.evidence_files import Sheet
from vardskiftet.model.programme import Programme
from vardskiftet.model.unit import Unit
from vardskiftet.model.wave import Scope

CARE = (Scope.HOSPITAL, Scope.PRIMARY_CARE, Scope.LABORATORY)
DEVICES = {
    Scope.HOSPITAL: ("foetal monitor", "emergency monitor", "ventilator", "infusion pump"),
    Scope.LABORATORY: ("analyser", "label printer A"),
}
WARDS = {Scope.HOSPITAL: ("emergency", "delivery", "medicine", "surgery", "psychiatry", "intensive care")}


@dataclass(frozen=True, slots=True)
class Asked:
    """The units of a wave: those that give care, with their scope, and the partners."""

    care: tuple[tuple[Unit, Scope], ...]
    partners: tuple[Unit, ...]


def asked_units(programme: Programme, wave: str) -> Asked:
    """The units that the demo's evidence tells of, in the wave's order."""
    members = [(programme.unit(member.unit), member.scope) for member in programme.wave(wave).units]
    care = tuple((unit, scope) for unit, scope in members if scope in CARE)
    return Asked(care, tuple(unit for unit, scope in members if scope not in CARE))


def once(units: Asked) -> Iterable[Sheet]:
    """What is handed in once, on the day on which everything is."""
    yield _partners(units)
    yield _sites(units)
    yield _devices(units)
    yield _downtime(units)
    routines = [(unit.unit, name, "yes", "yes") for unit, _ in units.care for name in ("admission", "medication", "referrals")]
    yield Sheet("routines.csv", ("unit", "routine", "manager", "physician"), tuple(routines))
    sittings = [
        (unit.unit, name, 3, 3) for unit, scope in units.care for name in ("reception", "ward")[: 2 if scope is Scope.HOSPITAL else 1]
    ]
    yield Sheet("sittings.csv", ("unit", "operation", "planned", "held"), tuple(sittings))
    notes = [(unit.unit, 40 + place, 34 + place) for place, (unit, scope) in enumerate(units.care) if scope is not Scope.LABORATORY]
    yield Sheet("documentation.csv", ("unit", "observed", "at_once"), tuple(notes))
    reductions = [(unit.unit, f"{35 + 5 * (place % 3)} %", "nej") for place, (unit, _) in enumerate(units.care)]
    yield Sheet("capacity.csv", ("unit", "reduction", "board_accepted"), tuple(reductions), swedish=True)
    yield Sheet("user_faults.csv", ("fault", "unit", "triaged"), (("F-101", "sas", "yes"), ("F-102", "narhalsan-kinna", "yes")))


def _partners(units: Asked) -> Sheet:
    rows = tuple((unit.title, "ready", f"2024-10-{7 + place:02d}") for place, unit in enumerate(units.partners))
    return Sheet("partners.csv", ("Part", "Besked", "Undertecknat"), rows, swedish=True)


def _sites(units: Asked) -> Sheet:
    rows = tuple((unit.title, upgrade, "ja") for unit, _ in units.care for upgrade in ("nätpunkter", "arbetsplatser", "skrivare"))
    return Sheet("sites.xlsx", ("Enhet", "Åtgärd", "Klar"), rows, title="Lokalåtgärder inför införandet")


def _devices(units: Asked) -> Sheet:
    rows = []
    for unit, scope in units.care:
        rows += [(unit.unit, name, "yes", "yes") for name in DEVICES.get(scope, ())]
        rows += [(unit.unit, f"printer {number}", "no", "yes") for number in range(1, 31) if scope in DEVICES]
    return Sheet("devices.json", ("unit", "device", "critical", "tested"), tuple(rows))


def _downtime(units: Asked) -> Sheet:
    wards = [(unit.unit, ward) for unit, scope in units.care for ward in WARDS.get(scope, ("reception",))]
    rows = tuple((unit, ward, "8,5", "ja", "2024-10-17") for unit, ward in wards)
    return Sheet("downtime_kits.csv", ("unit", "ward", "forms_hours", "copy_reachable", "drilled_on"), rows, swedish=True)
