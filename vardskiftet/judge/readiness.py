"""May the wave go? The verdict of a gate, from measurements, evidence in force, and frozen criteria; values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from vardskiftet.judge.results import DOES_NOT_APPLY, NEVER_MEASURED, judged
from vardskiftet.model.check import Check, Criteria, How, Per
from vardskiftet.model.evidence import EvidenceRef
from vardskiftet.model.measurement import WHOLE_WAVE, Measurement
from vardskiftet.model.outcome import BAD, GOOD, MIDDLING, SILENT, UNKNOWN, Outcome, Severity, Verdict
from vardskiftet.model.own import CRITERIA
from vardskiftet.model.readiness import CriteriaChange, Readiness, Result
from vardskiftet.model.unit import Unit
from vardskiftet.model.wave import Scope

NOT_FROZEN_IN_TIME = "not_frozen_in_time"
NOT_FROZEN_YET = "not_frozen_yet"


@dataclass(frozen=True, slots=True)
class Member:
    """A unit of the wave."""

    unit: Unit
    scope: Scope


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known when a gate is asked. `measurements` holds the newest of each check."""

    measurements: Mapping[str, Measurement]
    in_force: Mapping[str, EvidenceRef]
    frozen_at: datetime | None = None
    changes: tuple[CriteriaChange, ...] = ()
    """Changes of criteria that nobody signed."""
    freeze_due: date | None = None
    silent: bool = field(default=False)
    """Whether nothing was ever handed in or measured: an empty memory says nothing at all, not even that something was missed."""


def ask(criteria: Criteria, wave: str, members: tuple[Member, ...], gate: str, known: Known, now: datetime, unit: str = "") -> Readiness:
    """Every check's results and the verdict of a gate; of one unit alone where it is named. KeyError for an unknown gate."""
    place = criteria.place(gate)
    results: list[Result] = []
    for check in criteria.checks:
        asked = criteria.place(check.gate) <= place and not check.shadow
        if check.measure.how is How.OWN and check.measure.own == CRITERIA:
            results.append(_criteria(check, known, now, asked=asked))
        else:
            results += _results(check, members, known, now, asked=asked)
    held = [one for one in results if unit in ("", one.unit) or one.unit == WHOLE_WAVE]
    told = tuple(sorted(held, key=lambda one: (one.check, one.unit)))
    return Readiness(wave, gate, unit, now, verdict(one for one in told if one.asked), told, known.frozen_at, known.changes)


def verdict(results: Iterable[Result]) -> Verdict:
    """The worst speaks, by severity; nothing is weighed. Without a single result that applies nothing can be told."""
    counted = [one for one in results if one.outcome not in SILENT]
    hard = {one.outcome for one in counted if one.severity is Severity.HARD}
    soft = {one.outcome for one in counted if one.severity is Severity.SOFT}
    if hard & BAD:
        return Verdict.NO_GO
    if hard & UNKNOWN or not counted:
        return Verdict.NOT_EVALUABLE
    return Verdict.CONDITIONAL if hard & MIDDLING or soft - GOOD else Verdict.GO


def next_gate(criteria: Criteria, dates: Mapping[str, date], today: date) -> str:
    """The gate that comes next, today's included; the last one when all have passed."""
    return next((one.gate for one in criteria.gates if dates[one.gate] >= today), criteria.gates[-1].gate)


def _results(check: Check, members: tuple[Member, ...], known: Known, now: datetime, *, asked: bool) -> list[Result]:
    measurement = known.measurements.get(check.check)
    concerned = [one.unit.unit for one in members if check.applies_to.holds(one.unit, one.scope)]
    if not concerned:
        return [Result(check.check, WHOLE_WAVE, Outcome.NOT_APPLICABLE, DOES_NOT_APPLY, None, None, None, check.severity, asked, None)]
    units = [WHOLE_WAVE] if check.per is Per.PROGRAMME else concerned
    return judged(check, units, measurement, known.in_force, now, asked=asked)


def _criteria(check: Check, known: Known, now: datetime, *, asked: bool) -> Result:
    """Frozen in time, and unchanged since but for what somebody signed."""
    changes = Fraction(len(known.changes))
    if known.frozen_at is not None:
        outcome, why = check.threshold.of(changes), ""
        late = known.freeze_due is not None and known.frozen_at.astimezone(now.tzinfo).date() > known.freeze_due
        if late and outcome is Outcome.PASS:  # who froze them late may have seen the evidence before
            outcome, why = Outcome.WARN, NOT_FROZEN_IN_TIME
    elif known.freeze_due is None or now.date() <= known.freeze_due:
        outcome, why = Outcome.NO_DATA, NOT_FROZEN_YET
    elif known.silent:
        outcome, why = Outcome.NO_DATA, NEVER_MEASURED
    else:
        outcome, why = Outcome.FAIL, NOT_FROZEN_IN_TIME
    value = changes if known.frozen_at is not None else None
    return Result(check.check, WHOLE_WAVE, outcome, why, value, None, None, check.severity, asked, known.frozen_at)
