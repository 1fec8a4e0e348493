"""How is readiness told in a terminal and in a document? The verdict, what keeps it from go, and who acts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from vardskiftet.cli.console import Answer
from vardskiftet.cli.telling import in_days, local_minute
from vardskiftet.judge.lines import Line, lines, unmet
from vardskiftet.judge.shown import shown, suppressed, threshold_shown
from vardskiftet.model.check import Criteria
from vardskiftet.model.evidence import EvidenceSource
from vardskiftet.model.measurement import WHOLE_WAVE
from vardskiftet.model.outcome import Outcome, Severity, Verdict
from vardskiftet.model.programme import Programme
from vardskiftet.model.readiness import Result
from vardskiftet.run.readiness import Asked

WORDS = {Verdict.GO: "GO", Verdict.CONDITIONAL: "CONDITIONAL", Verdict.NO_GO: "NO-GO", Verdict.NOT_EVALUABLE: "NOT EVALUABLE"}
SIGNS = {Verdict.GO: "✔", Verdict.CONDITIONAL: "▲", Verdict.NO_GO: "✖", Verdict.NOT_EVALUABLE: "?"}
MARKS = {
    Outcome.PASS: "✔",
    Outcome.WARN: "▲",
    Outcome.FAIL: "✖",
    Outcome.ERROR: "?",
    Outcome.NO_DATA: "?",
    Outcome.STALE: "?",
    Outcome.NOT_APPLICABLE: "·",
}
WHY = {
    "never_measured": "never measured",
    "no_evidence": "there is no evidence of it yet",
    "not_measured_here": "no row tells of it",
    "too_few": "too few rows to tell",
    "measuring_failed": "measuring failed",
    "check_changed": "the check was changed since it was measured",
    "newer_evidence": "there is newer evidence that was not measured yet",
    "too_old": "too old",
    "from_the_future": "dated in the future",
    "does_not_apply": "applies to no unit of this wave",
    "not_frozen_in_time": "the criteria were not frozen in time",
    "not_frozen_yet": "the criteria are not frozen yet",
    "": "",
}
SHOWN = 12
UNITS_SHOWN = 3
ID = {Outcome.FAIL: "FAILED", Outcome.WARN: "WARNED", Outcome.ERROR: "ERRED", Outcome.NO_DATA: "NO_DATA", Outcome.STALE: "STALE"}


def source_of(criteria: Criteria, line: Line) -> EvidenceSource | None:
    """The evidence that a check stands on; None for what the tool knows itself."""
    return criteria.source(line.check.measure.evidence) if line.check.measure.evidence else None


def as_document(asked: Asked, programme: Programme) -> dict[str, Any]:
    """The readiness as one document. `decision` is a person's, and stands beside the verdict, never in its place."""
    told = lines(programme.criteria, asked.readiness)
    readiness = asked.readiness
    return {
        "wave": readiness.wave,
        "gate": readiness.gate,
        "gate_day": asked.gate_day.isoformat(),
        "unit": readiness.unit,
        "as_of": readiness.as_of.isoformat(),
        "verdict": readiness.verdict.value,
        "results": [entry for line in told for entry in _entries(line, source_of(programme.criteria, line))],
        "criteria": {
            "digest": asked.criteria.digest,
            "frozen_at": readiness.frozen_at.isoformat() if readiness.frozen_at else None,
            "unsigned_changes": [
                {"what": one.what, "field": one.field, "before": one.before, "after": one.after} for one in readiness.changes
            ],
        },
        "decision": None,
    }


def _entries(line: Line, source: EvidenceSource | None) -> list[dict[str, Any]]:
    return [result_entry(line, one, source) for one in line.results]


def result_entry(line: Line, result: Result, source: EvidenceSource | None) -> dict[str, Any]:
    """One result in a document. Figures that would tell of few persons are left out."""
    hidden = suppressed(result, source)
    figures = {"value": result.value, "part": result.part, "whole": result.whole}
    return {
        "check": result.check,
        "unit": result.unit,
        "result": result.outcome.value,
        "why": result.why,
        **{name: None if hidden or one is None else float(one) for name, one in figures.items()},
        "shown": shown(line.check, result, source),
        "threshold": f"pass {line.check.threshold.passes}" + (f", warn {line.check.threshold.warns}" if line.check.threshold.warns else ""),
        "severity": result.severity.value,
        "asked": result.asked,
        "gate": line.check.gate,
        "shadow": line.check.shadow,
        "waived": result.waived or None,
        "as_of": result.as_of.isoformat() if result.as_of else None,
        "rows": None if hidden else result.rows,
        "excluded": None if hidden else result.excluded,
        "group": result.group,
        "owner": line.check.owner,
    }


def tell_readiness(answer: Answer, asked: Asked, programme: Programme) -> None:
    """The verdict first, then what keeps it from go, then where to look."""
    readiness = asked.readiness
    told = lines(programme.criteria, readiness)
    wanting = unmet(told)
    whom = f"{readiness.wave}{f' · {readiness.unit}' if readiness.unit else ''}"
    answer.say(f"{SIGNS[readiness.verdict]} {WORDS[readiness.verdict]}  {whom} at {asked.gate.gate}: {asked.gate.question}")
    when = in_days((asked.gate_day - readiness.as_of.date()).days)
    answer.say(f"    gate {asked.gate_day} ({when}) · as of {local_minute(readiness.as_of, programme.timezone)} · {counted(told)}")
    for change in readiness.changes[:SHOWN]:
        answer.say(f"    changed since the freeze, unsigned: {change.what} {change.field} {change.before} → {change.after}")
    if len(readiness.changes) > SHOWN:
        answer.say(f"    {SHOWN} of {len(readiness.changes):,} changes of criteria; all: vardskiftet gate status {readiness.wave}")
    for line in wanting[:SHOWN]:
        _because(answer, line, programme.criteria)
    if len(wanting) > SHOWN:
        answer.say(f"{SHOWN} of {len(wanting):,} checks that do not pass; all: vardskiftet ready {readiness.wave} --json")
    if not readiness.asked:
        answer.because("NOTHING_ASKED", "No check is asked at this gate.", where="checks/gates.yaml")
    first = next((one for one in wanting), None)
    answer.next_steps = [f"vardskiftet check explain {first.check.check} {readiness.wave}"] if first else []
    if any(one.outcome in (Outcome.NO_DATA, Outcome.STALE, Outcome.ERROR) for one in wanting):
        answer.next_steps.append(f"vardskiftet check run {readiness.wave}")
    answer.next_steps.append(f"vardskiftet report readiness {readiness.wave}")


def tell_gate(answer: Answer, asked: Asked, programme: Programme) -> None:
    """The verdict of a gate and what keeps it from go, in lines of their own: for whoever asked for something else."""
    readiness = asked.readiness
    wanting = unmet(lines(programme.criteria, readiness))
    answer.say(f"{SIGNS[readiness.verdict]} {WORDS[readiness.verdict]}  {readiness.wave} at {asked.gate.gate}: {asked.gate.question}")
    for line in wanting[:SHOWN]:
        answer.say(f"    {MARKS[line.outcome]} {line.check.check} {line.check.title}: {in_words(line, programme.criteria)}")


def tell_reported(answer: Answer, asked: Asked, programme: Programme, path: Path) -> None:
    """The verdict in a line, where the report lies, and the first reasons."""
    readiness = asked.readiness
    answer.say(f"{SIGNS[readiness.verdict]} {WORDS[readiness.verdict]}  {readiness.wave} at {asked.gate.gate}. The report lies in {path}")
    wanting = unmet(lines(programme.criteria, readiness))
    for line in wanting[:SHOWN]:
        _because(answer, line, programme.criteria)
    if len(wanting) > SHOWN:
        answer.say(f"{SHOWN} of {len(wanting):,} checks that do not pass; all in {path}")
    if not answer.reasons and answer.exit_code:
        answer.because("NOTHING_ASKED", "No check is asked at this gate.", where="checks/gates.yaml")


def counted(told: tuple[Line, ...]) -> str:
    """How many of the asked checks came out how."""
    asked = [line for line in told if line.asked]
    parts = []
    for outcome in (Outcome.PASS, Outcome.FAIL, Outcome.WARN, Outcome.NO_DATA, Outcome.STALE, Outcome.ERROR, Outcome.NOT_APPLICABLE):
        number = sum(line.outcome is outcome for line in asked)
        if number or outcome is Outcome.PASS:
            parts.append(f"{number} {outcome.value.replace('_', ' ')}")
    return f"{len(asked)} checks: {', '.join(parts)}"


def _because(answer: Answer, line: Line, criteria: Criteria) -> None:
    check = line.check
    weight = "" if check.severity is Severity.HARD else " (soft)"
    answer.because(
        ID[line.outcome],
        f"{MARKS[line.outcome]} {check.title}{weight}: {in_words(line, criteria)}",
        where=check.check,
        hint=f"{check.owner}: {check.remedy}",
    )


def in_words(line: Line, criteria: Criteria) -> str:
    """A check's result in one line: the value of the worst unit, against what is asked, and how many units pass."""
    source = source_of(criteria, line)
    first = line.worst
    if first.unit == WHOLE_WAVE:
        return _one(line, first, source)
    judged = [one for one in line.failing if not one.why]
    told = [f"{one.unit} {_one(line, one, source)}" for one in judged[:UNITS_SHOWN]]
    told += [f"and {len(judged) - UNITS_SHOWN} more"] if len(judged) > UNITS_SHOWN else []
    unknown = Counter((one.outcome, one.why) for one in line.failing if one.why)
    for (outcome, why), number in unknown.items():
        whose = next(one.unit for one in line.failing if one.why == why) if number == 1 else f"{number} units"
        told.append(f"{whose} {outcome.value.replace('_', ' ')}, {WHY.get(why, why)}")
    return "; ".join([f"{line.passing} of {len(line.results)} units pass", *told])


def _one(line: Line, result: Result, source: EvidenceSource | None) -> str:
    value = shown(line.check, result, source)
    why = WHY.get(result.why, result.why.replace("_", " "))
    against = f"{value} (asked: {threshold_shown(line.check)})" if value else ""
    group = f" in {result.group}" if result.group and result.groups > 1 else ""
    parts = [f"{against}{group}" if against else "", f"{result.outcome.value.replace('_', ' ')}, {why}" if why else ""]
    return " · ".join(part for part in parts if part) or result.outcome.value
