"""May the wave go, by all that the programme's memory holds? Asking never writes, and never measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from vardskiftet.declare.words import nearest
from vardskiftet.errors import Usage
from vardskiftet.judge.masking import inert
from vardskiftet.judge.readiness import Known, Member, ask, next_gate
from vardskiftet.model.check import Check, Gate, How
from vardskiftet.model.evidence import AddedEvidence, EvidenceRef
from vardskiftet.model.measurement import Measurement
from vardskiftet.model.own import CRITERIA
from vardskiftet.model.readiness import Readiness
from vardskiftet.plan.calendar import calendar
from vardskiftet.run.desk import Desk
from vardskiftet.run.evidence import ADDED, added, in_force
from vardskiftet.run.freezing import State, state
from vardskiftet.run.measured import MEASURED, newest_of
from vardskiftet.run.own import READERS, name_of, own_evidence
from vardskiftet.store.reader import StoreReader


@dataclass(frozen=True, slots=True)
class Asked:
    """A wave at a gate, and what the answer stands on."""

    readiness: Readiness
    gate: Gate
    gate_day: date
    measurements: dict[str, Measurement]
    evidence: dict[str, AddedEvidence]
    criteria: State


def ask_gate(desk: Desk, wave: str, gate: str | None, at: datetime | None = None, unit: str = "") -> Asked:
    """Ask the checks of a gate, the next one due if none is named. Raises Usage for an unknown wave, gate or unit, or a time to come."""
    members = members_of(desk, wave)
    if unit and unit not in {one.unit.unit for one in members}:
        raise Usage(f"'{inert(unit)}' is not a unit of wave '{wave}'.", hint=nearest(unit, [one.unit.unit for one in members]))
    now = desk.clock()
    if at is not None and at > now:
        raise Usage("That moment has not come yet.", hint="Leave --at out, or name one that has passed.")
    when = at or now
    days = gate_days(desk, wave)
    asked = chosen_gate(desk, gate, days, when.date())
    with desk.reading_store() as store:
        frozen = state(desk, store, wave, when)
        evidence = in_force(one for one in added(store.events(ADDED)) if one.added_at <= when)
        measurements = newest_measurements(desk, store, wave, when)
        silent = not evidence and store.newest(MEASURED, when) is None
        standing = standing_evidence(desk, store, wave, when, evidence, measurements)
    due = days.get(desk.programme.criteria.freeze)
    known = Known(measurements, standing, frozen.frozen_at, frozen.unsigned, due, silent)
    answer = ask(desk.programme.criteria, wave, members, asked.gate, known, when, unit)
    return Asked(answer, asked, days[asked.gate], measurements, evidence, frozen)


def members_of(desk: Desk, wave: str) -> tuple[Member, ...]:
    """The units of a wave with their scopes. Raises Usage for an unknown wave."""
    units = {unit.unit: unit for unit in desk.programme.units}
    return tuple(Member(units[member.unit], member.scope) for member in desk.wave(wave).units)


def gate_days(desk: Desk, wave: str) -> dict[str, date]:
    """Gate to its day for a wave; the earliest where only a season is known."""
    when = calendar(desk.programme).wave(desk.wave(wave).wave).when
    return {gate.gate: when.later(gate.at).earliest for gate in desk.programme.criteria.gates}


def chosen_gate(desk: Desk, name: str | None, days: dict[str, date], today: date) -> Gate:
    """The named gate, or the next one due. Raises Usage if there is none of that name, or none at all."""
    criteria = desk.programme.criteria
    if not criteria.gates or not criteria.checks:
        raise Usage("This programme declares no gate with checks.", where="checks/", hint="Write checks/gates.yaml and checks/TOPIC.yaml.")
    known = [one.gate for one in criteria.gates]
    if name is not None and name not in known:
        raise Usage(f"'{inert(name)}' is not a gate of this programme.", where="checks/gates.yaml", hint=nearest(name, known))
    return criteria.gate(name or next_gate(criteria, days, today))


def newest_measurements(desk: Desk, store: StoreReader, wave: str, until: datetime) -> dict[str, Measurement]:
    """Check to its newest measurement for the wave."""
    found = ((one.check, newest_of(store, one, wave, until)) for one in desk.programme.criteria.checks if one.measure.own != CRITERIA)
    return {name: measurement for name, measurement in found if measurement is not None}


def standing_evidence(
    desk: Desk,
    store: StoreReader,
    wave: str,
    until: datetime,
    evidence: dict[str, AddedEvidence],
    measurements: dict[str, Measurement],
) -> dict[str, EvidenceRef]:
    """What is in force: handed in, known by the tool itself, or asked of a source when it was measured."""
    held: dict[str, EvidenceRef] = {name: EvidenceRef(name=name, digest=one.digest, as_of=one.as_of) for name, one in evidence.items()}
    for own in sorted({one.measure.own for one in desk.programme.criteria.checks if one.measure.how is How.OWN} - {CRITERIA}):
        ref = own_evidence(store, desk.programme, own, wave, until)
        if ref is not None:
            held[ref.name] = ref
    for check in desk.programme.criteria.checks:
        measured = measurements.get(check.check)
        if measured is not None:
            held |= {ref.name: ref for ref in measured.evidence if _holds(check, ref, held)}
    return held


def _holds(check: Check, ref: EvidenceRef, held: dict[str, EvidenceRef]) -> bool:
    """Whether what was asked on the spot still stands: a query's answer, or declarations that are the same."""
    if check.measure.how is How.SQL:
        return True
    on_the_spot = check.measure.how is How.OWN and not READERS[check.measure.own].KINDS
    now = held.get(name_of(check.measure.own)) if on_the_spot else None
    return now is not None and now.digest == ref.digest
