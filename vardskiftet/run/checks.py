"""How are a wave's checks measured and kept? Each by itself: where one fails, the others stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import duckdb
import sqlalchemy as sa

from vardskiftet.declare.words import nearest
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.measure import CannotMeasure
from vardskiftet.errors import DeclarationsWrong, IntegrityBroken, Usage, VardskiftetError, gravest
from vardskiftet.judge.definition import definition
from vardskiftet.judge.masking import inert
from vardskiftet.model.check import Check, How
from vardskiftet.model.evidence import AddedEvidence, EvidenceRef
from vardskiftet.model.measurement import Measurement, UnitValue
from vardskiftet.model.own import CRITERIA
from vardskiftet.model.progress import Progress
from vardskiftet.plan.calendar import calendar
from vardskiftet.run.asking import asked_rows
from vardskiftet.run.commands import ask_commands
from vardskiftet.run.desk import Desk
from vardskiftet.run.evidence import ADDED, added, in_force
from vardskiftet.run.measured import MEASURED, payload_of
from vardskiftet.run.noted import run_of
from vardskiftet.run.own import own_evidence, own_values
from vardskiftet.run.rows import Rows
from vardskiftet.store.reader import StoreReader
from vardskiftet.store.runs import new_run_id

BROKEN = (VardskiftetError, CannotMeasure, OSError, ArithmeticError, ValueError, TypeError, KeyError, duckdb.Error, sa.exc.SQLAlchemyError)
"""What a single check may raise without taking the others with it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around one measuring: the wave, its units, its day, and what was handed in."""

    wave: str
    units: tuple[str, ...]
    go_live: date
    now: datetime
    handed_in: tuple[AddedEvidence, ...]
    unanswered: Mapping[str, str] = field(default_factory=dict)
    """Evidence whose command gave no answer, and why: what it told before does not stand in for it."""

    @property
    def in_force(self) -> dict[str, AddedEvidence]:
        """Name to the evidence of the latest time."""
        return in_force(self.handed_in)


@dataclass(frozen=True, slots=True)
class Checked:
    """What one measuring found."""

    measurements: tuple[Measurement, ...]
    altered: frozenset[str]
    """Checks whose evidence is not as it was handed in."""

    @property
    def exit_code(self) -> int:
        """8 where a digest does not hold, 4 where a check could not be measured for another reason."""
        return gravest([8] * bool(self.altered) + [4] * any(one.error for one in self.measurements))


def run_checks(desk: Desk, wave: str, names: Sequence[str] = ()) -> Checked:
    """Measure all checks of a wave, or the named ones, and keep what was found. Raises Usage for an unknown wave or check."""
    checks = chosen(desk, names)
    desk.wave(wave)
    unanswered = ask_commands(desk, checks)
    around = replace(surroundings(desk, wave), unanswered=unanswered)
    found: list[Measurement] = []
    altered: set[str] = set()
    with ExitStack() as closing:
        duck = open_duck()
        closing.callback(duck.close)
        rows = Rows(desk, duck, around.wave, around.units, around.go_live, around.handed_in)
        store = closing.enter_context(desk.reading_store())
        for done, check in enumerate(checks):
            desk.notify(Progress("checks", done, len(checks)))
            found.append(_measured(desk, store, rows, check, around, altered))
    desk.notify(Progress("checks", len(checks), len(checks)))
    checked = Checked(tuple(found), frozenset(altered))
    _keep(desk, wave, checked)
    return checked


def chosen(desk: Desk, names: Sequence[str]) -> list[Check]:
    """The named checks, or all that are measured. Raises Usage with the nearest name for an unknown one, or if none is declared."""
    known = {one.check: one for one in desk.programme.criteria.checks}
    if not known:
        raise Usage("This programme declares no check.", where="checks/", hint="Write checks/TOPIC.yaml; see vardskiftet schema checks")
    for name in names:
        check_of(desk, name)
    return [one for one in known.values() if (not names or one.check in names) and one.measure.own != CRITERIA]


def check_of(desk: Desk, name: str) -> Check:
    """The check of that name. Raises Usage with the nearest name if there is none."""
    known = {one.check: one for one in desk.programme.criteria.checks}
    if name not in known:
        hint = nearest(name, known) if known else "Write checks/TOPIC.yaml; see vardskiftet schema checks"
        raise Usage(f"'{inert(name)}' is not a check of this programme.", hint=hint)
    return known[name]


def surroundings(desk: Desk, wave: str) -> Surroundings:
    """What stands around the measuring of a wave now. Raises Usage for an unknown wave."""
    members = tuple(member.unit for member in desk.wave(wave).units)
    dated = calendar(desk.programme).wave(wave)
    with desk.reading_store() as store:
        handed_in = added(store.events(ADDED))
    return Surroundings(wave, members, dated.when.latest, desk.clock(), handed_in)


def _measured(desk: Desk, store: StoreReader, rows: Rows, check: Check, around: Surroundings, altered: set[str]) -> Measurement:
    """One check, measured; what it stands on is told even where measuring fails. Named in `altered` where that is not as it came."""
    refs: tuple[EvidenceRef, ...] = ()
    values: tuple[UnitValue, ...] = ()
    error = ""
    try:
        refs = _stands_on(desk, store, check, around)
        if check.measure.evidence in around.unanswered:
            raise CannotMeasure(around.unanswered[check.measure.evidence])
        if refs:
            values = _values(desk, store, rows, check, around)
    except BROKEN as wrong:
        error = _told(wrong)
        if isinstance(wrong, IntegrityBroken):
            altered.add(check.check)
    threshold = f"pass {check.threshold.passes}" + (f", warn {check.threshold.warns}" if check.threshold.warns else "")
    return Measurement(check.check, around.wave, around.now, definition(check), refs, values, error, threshold)


def _stands_on(desk: Desk, store: StoreReader, check: Check, around: Surroundings) -> tuple[EvidenceRef, ...]:
    """What the check would be measured on; nothing where there is nothing yet."""
    measure = check.measure
    if measure.how is How.OWN:
        own = own_evidence(store, desk.programme, measure.own, around.wave, around.now)
        return (own,) if own is not None else ()
    if measure.how is How.SQL:
        return (EvidenceRef(name=f"sql:{check.check}", digest=definition(check), as_of=around.now),)
    handed_in = around.in_force.get(measure.evidence)
    return (EvidenceRef(name=handed_in.name, digest=handed_in.digest, as_of=handed_in.as_of),) if handed_in is not None else ()


def _values(desk: Desk, store: StoreReader, rows: Rows, check: Check, around: Surroundings) -> tuple[UnitValue, ...]:
    measure = check.measure
    if measure.how is How.OWN:
        return own_values(desk, store, measure.own, around.wave, around.now, around.units)
    if measure.how is How.SQL:
        return asked_rows(desk, check, around.units)
    return rows.measure(desk.programme.criteria.source(measure.evidence), check)


def _told(wrong: Exception) -> str:
    """What went wrong, without a row's content."""
    match wrong:
        case DeclarationsWrong():
            return f"The evidence no longer fits its declaration: {wrong.faults[0].trail}: {wrong.faults[0].message}"
        case VardskiftetError():
            return wrong.message
        case CannotMeasure():
            return f"{str(wrong)[:1].upper()}{str(wrong)[1:]}."
    return f"It failed ({type(wrong).__name__})."


def _keep(desk: Desk, wave: str, checked: Checked) -> None:
    """Write down every measurement as one run."""
    run_id = new_run_id(desk.clock)
    with desk.writing_store() as store, run_of(desk, store, run_id, "check run", wave) as ended:
        for one in checked.measurements:
            store.append(MEASURED, payload_of(one), run_id)
        ended["exit_code"] = checked.exit_code
