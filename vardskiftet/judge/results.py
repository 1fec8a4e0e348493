"""How does a measured value come out today? Its threshold, its age, and whether it still stands on what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import cache

from vardskiftet.judge.definition import definition
from vardskiftet.model.check import Check, How
from vardskiftet.model.evidence import EvidenceRef
from vardskiftet.model.measurement import Measurement, UnitValue
from vardskiftet.model.outcome import Outcome
from vardskiftet.model.readiness import Result

NEVER_MEASURED = "never_measured"
NO_EVIDENCE = "no_evidence"
NOT_MEASURED_HERE = "not_measured_here"
TOO_FEW = "too_few"
MEASURING_FAILED = "measuring_failed"
CHECK_CHANGED = "check_changed"
NEWER_EVIDENCE = "newer_evidence"
TOO_OLD = "too_old"
FROM_THE_FUTURE = "from_the_future"
DOES_NOT_APPLY = "does_not_apply"
REASONS = (
    NEVER_MEASURED,
    NO_EVIDENCE,
    NOT_MEASURED_HERE,
    TOO_FEW,
    MEASURING_FAILED,
    CHECK_CHANGED,
    NEWER_EVIDENCE,
    TOO_OLD,
    FROM_THE_FUTURE,
    DOES_NOT_APPLY,
)
"""Why an outcome is not the threshold's alone; every report has words for each."""


def judged(
    check: Check, units: Sequence[str], measurement: Measurement | None, in_force: Mapping[str, EvidenceRef], now: datetime, *, asked: bool
) -> list[Result]:
    """A check's results, unit by unit. What failed stays failed however old; all else must be fresh and stand on what is in force."""
    blank = Result(check.check, "", Outcome.NO_DATA, NEVER_MEASURED, None, None, None, check.severity, asked, None)
    if measurement is None:
        return [replace(blank, unit=unit) for unit in units]
    dated = replace(blank, as_of=measurement.as_of)
    if measurement.as_of > now or measurement.error:
        why = FROM_THE_FUTURE if measurement.as_of > now else MEASURING_FAILED
        return [replace(dated, unit=unit, outcome=Outcome.ERROR, why=why) for unit in units]
    if not measurement.evidence:
        return [replace(dated, unit=unit, why=NO_EVIDENCE) for unit in units]
    found = {one.unit: one for one in measurement.units}
    outdated = _outdated(check, measurement, in_force, now)
    threshold = cache(check.threshold.of)  # units share their values, and exact comparisons are slow
    return [_of_unit(check, threshold, dated, unit, found.get(unit), outdated, now) for unit in units]


def _of_unit(
    check: Check,
    threshold: Callable[[Fraction], Outcome],
    blank: Result,
    unit: str,
    found: UnitValue | None,
    outdated: str,
    now: datetime,
) -> Result:
    if found is None:
        return replace(blank, unit=unit, why=NOT_MEASURED_HERE)
    value = value_of(check, found, now)
    outcome = threshold(value) if value is not None else Outcome.NO_DATA
    why = ""
    if outcome is not Outcome.FAIL:
        if value is None or found.small:
            outcome, why, value = Outcome.NO_DATA, TOO_FEW, None  # what the others came to is not the unit's
        elif outdated:
            outcome, why = Outcome.STALE, outdated
    return Result(
        check=blank.check,
        unit=found.unit,
        outcome=outcome,
        why=why,
        value=value,
        part=found.part,
        whole=found.whole,
        severity=blank.severity,
        asked=blank.asked,
        as_of=blank.as_of,
        rows=found.rows,
        excluded=found.excluded,
        group=found.group,
        groups=found.groups,
    )


def value_of(check: Check, found: UnitValue, now: datetime) -> Fraction | None:
    """The value today: days since something grow by themselves."""
    if check.measure.how is How.DAYS_SINCE:
        return Fraction((now.date() - found.since).days) if found.since is not None else None
    return found.value


def _outdated(check: Check, measurement: Measurement, in_force: Mapping[str, EvidenceRef], now: datetime) -> str:
    """Why a good result is not to be relied on any more; empty where it is."""
    if measurement.definition != definition(check):
        return CHECK_CHANGED
    if not measurement.evidence or any(in_force.get(one.name) != one for one in measurement.evidence):
        return NEWER_EVIDENCE
    return TOO_OLD if now - measurement.as_of > check.max_age else ""
