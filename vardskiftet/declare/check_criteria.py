"""Does every check name evidence, columns, a gate and units that exist, and does every gate ask something?"""

from __future__ import annotations

from collections import Counter

from vardskiftet.declare.check import UNSAID
from vardskiftet.declare.command import check_commands
from vardskiftet.declare.criteria import DeclaredCriteria
from vardskiftet.declare.evidence import check_columns
from vardskiftet.declare.node import found
from vardskiftet.declare.reading import Declarations, Declared, Reading
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.check import ABOVE_ONE_IS_ODD, GROWS_WITH_TIME, Check, How, Per, is_share
from vardskiftet.model.evidence import ColumnKind, EvidenceSource
from vardskiftet.model.outcome import Severity
from vardskiftet.model.own import CRITERIA
from vardskiftet.model.threshold import UPWARD

RECORD = "record"
FAULTS_COUNTED = (How.COUNT, How.SQL, How.OWN)


def check_criteria(told: DeclaredCriteria, declared: Declarations, reading: Reading) -> None:
    """Names that exist, thresholds that can be met, gates that ask something, checks that apply somewhere."""
    sources = {one.value.evidence: one.value for one in told.sources}
    seen = Counter(one.value.check for one in told.checks)
    for check in told.checks:
        if check.value.check and seen[check.value.check] > 1:
            reading.faults.at(
                found(check.node, "check"), f"{quoted(check.value.check)} is declared {seen[check.value.check]} times.", "Keep one of them."
            )
        _check_gate(check, told, reading)
        _check_measure(check, sources, told, declared, reading)
        _check_threshold(check, reading)
        _check_units(check, declared, reading)
        if check.value.was and seen[check.value.was]:
            reading.faults.at(
                found(check.node, "was"), f"{quoted(check.value.was)} is another check.", "Name what this one was called before."
            )
    _check_gates(told, reading)
    _check_freeze(told, reading)
    if told.sources_read:
        check_commands(told.sources, told.programs, reading)
    asked = {f"checks/{one.value.topic}/{one.value.measure.sql}.sql" for one in told.checks if one.value.measure.sql}
    for path in sorted(set(told.queries) - asked) if told.checks_read else ():
        reading.faults.in_file(path, "is a query that no check asks.", "Name it in a check's `measure: {sql: …}`, or remove it.")


def _check_gate(check: Declared[Check], told: DeclaredCriteria, reading: Reading) -> None:
    names = [one.value.gate for one in told.gates]
    if check.value.gate and told.gates_read and check.value.gate not in names:
        reading.faults.at(found(check.node, "gate"), f"{quoted(check.value.gate)} is not a gate.", nearest(check.value.gate, names))


def _check_measure(
    check: Declared[Check], sources: dict[str, EvidenceSource], told: DeclaredCriteria, declared: Declarations, reading: Reading
) -> None:
    measure, at = check.value.measure, found(check.node, "measure")
    if measure.how is How.SQL:
        path = f"checks/{check.value.topic}/{measure.sql}.sql"
        if measure.sql and path not in told.queries:
            reading.faults.at(found(at, "sql"), f"there is no file {path}.", "Write the query there; it returns id and why.")
        if measure.on and measure.on != RECORD and measure.on not in declared.system_names:
            reading.faults.at(
                found(at, "on"), f"{quoted(measure.on)} is not a system.", nearest(measure.on, [*declared.system_names, RECORD])
            )
    if measure.how in (How.SQL, How.OWN):
        if check.value.max_age == UNSAID and measure.own != CRITERIA:
            reading.faults.at(check.node, "lacks the key 'max_age'.", "Say how old its result may be, such as 7d.")
        return
    if not measure.evidence or not told.sources_read:
        return
    if measure.evidence not in sources:
        reading.faults.at(
            found(at, "in"), f"{quoted(measure.evidence)} is not declared in checks/sources.yaml.", nearest(measure.evidence, sources)
        )
        return
    _check_columns(check, sources[measure.evidence], reading)


def _check_columns(check: Declared[Check], source: EvidenceSource, reading: Reading) -> None:
    measure, at = check.value.measure, found(check.node, "measure")
    known = [one.column for one in source.columns]
    kinds = {one.column: one.kind for one in source.columns}
    numbers = (ColumnKind.COUNT, ColumnKind.NUMBER)
    if measure.how is How.RATIO:
        wanted = [("part", measure.that, numbers), ("whole", measure.whole, numbers)]
        for key, name, fitting in wanted:
            if name and kinds.get(name) not in fitting:
                reading.faults.at(
                    found(at, "ratio", key), f"{quoted(name)} is not a column of numbers of {source.evidence}.", nearest(name, known)
                )
    elif measure.how is How.DAYS_SINCE:
        if measure.that and kinds.get(measure.that) is not ColumnKind.DAY:
            reading.faults.at(
                found(at, "days_since"),
                f"{quoted(measure.that)} is not a column of days of {source.evidence}.",
                nearest(measure.that, known),
            )
    else:
        check_columns(measure.that, found(at, measure.how.value), known, reading)
    check_columns(measure.of, found(at, "of"), known, reading)
    for place, name in enumerate(measure.by):
        if name and name not in known:
            reading.faults.at(found(at, "by", place), f"{quoted(name)} is not a column of {source.evidence}.", nearest(name, known))
    if check.value.per is Per.UNIT and not source.unit:
        reading.faults.at(
            found(check.node, "per"),
            f"the evidence {quoted(source.evidence)} names no unit.",
            "Write `per: programme`, or give it a `unit:` column.",
        )


def _check_threshold(check: Declared[Check], reading: Reading) -> None:
    how, threshold = check.value.measure.how, check.value.threshold
    at = found(check.node, "threshold", "pass")
    for key, bound in (("pass", threshold.passes), ("warn", threshold.warns)):
        if bound is not None and how in ABOVE_ONE_IS_ODD and not 0 <= bound.value <= 1:
            reading.faults.at(
                found(check.node, "threshold", key), f"{bound} lies outside 0 to 1.", 'A share of 95 percent is "0.95", or "95 %".'
            )
    if threshold.passes.sign == "=" and (threshold.passes.value != 0 or is_share(check.value) or how not in FAULTS_COUNTED):
        reading.faults.at(at, "does not say which way is better.", 'Write ">=" or "<="; "= 0" is for what is counted as faults.')
    if how in GROWS_WITH_TIME and (threshold.passes.sign in UPWARD or threshold.passes.sign == "="):
        reading.faults.at(at, "would be met by waiting.", 'Days since something have an upper bound, such as "<= 30".')


def _check_units(check: Declared[Check], declared: Declarations, reading: Reading) -> None:
    """A check that applies nowhere in the programme is a fault; so is a unit that does not exist."""
    applies, at = check.value.applies_to, found(check.node, "applies_to")
    if not declared.all_units_read or set(declared.waves) != declared.wave_names:
        return
    unknown = False
    for place, name in enumerate(applies.units):
        if name and name not in declared.units:
            reading.faults.at(found(at, "units", place), f"{quoted(name)} is not a unit of this programme.", nearest(name, declared.units))
            unknown = True
    members = (
        (declared.units[one.unit].value, one.scope)
        for wave in declared.waves.values()
        for one in wave.value.units
        if one.unit in declared.units
    )
    if not unknown and not any(applies.holds(unit, scope) for unit, scope in members):
        reading.faults.at(at, "applies to no unit of any wave: it would never be asked.", "Widen `applies_to:`, or remove the check.")


def _check_gates(told: DeclaredCriteria, reading: Reading) -> None:
    """Every gate asks something: what only stands in shadow asks nothing."""
    if not told.checks_read:
        return
    asking = {one.value.gate for one in told.checks if not one.value.shadow}
    asked = False
    for gate in told.gates:
        asked = asked or gate.value.gate in asking
        if not asked:
            reading.faults.at(
                gate.node, "no check is asked at this gate.", "A gate without checks would say go to everything. Give it one, or remove it."
            )


def _check_freeze(told: DeclaredCriteria, reading: Reading) -> None:
    """Where criteria are frozen, exactly one hard check watches over them, and nobody can waive it."""
    watching = [one for one in told.checks if one.value.measure.own == CRITERIA]
    for extra in watching[1:]:
        reading.faults.at(extra.node, "criteria are watched over twice.", f"Keep {quoted(watching[0].value.check)}.")
    for one in watching:
        if one.value.severity is not Severity.HARD or one.value.shadow or one.value.waivable or one.value.per is not Per.PROGRAMME:
            reading.faults.at(
                one.node, "can be got round.", "What watches over the criteria is hard, per programme, not in shadow and not waivable."
            )
    if told.freeze and not watching and told.checks_read:
        reading.faults.in_file(
            "checks/gates.yaml",
            f"criteria are frozen at {told.freeze}, and no check watches over them.",
            "Declare one with `measure: {own: criteria}`.",
        )
