"""How are checks told: what was measured, what is asked and why, how it went over time?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from vardskiftet.cli.console import Answer
from vardskiftet.cli.telling import local_minute
from vardskiftet.cli.telling_readiness import MARKS, WHY, in_words, source_of
from vardskiftet.judge.lines import Line
from vardskiftet.judge.shown import shown, threshold_shown, value_shown
from vardskiftet.model.check import Check, How, Measure
from vardskiftet.model.measurement import WHOLE_WAVE, Measurement
from vardskiftet.model.own import OWN
from vardskiftet.model.programme import Programme
from vardskiftet.run.checks import Checked
from vardskiftet.run.history import Past, threshold_of
from vardskiftet.run.readiness import Asked


def measurement_entry(one: Measurement) -> dict[str, Any]:
    """A measurement in a document: what it stands on, not what it found; `ready` judges that."""
    return {
        "check": one.check,
        "units": len(one.units),
        "evidence": [ref.model_dump(mode="json") for ref in one.evidence],
        "error": one.error,
    }


def check_entry(check: Check) -> dict[str, Any]:
    """A check in a document."""
    body = check.model_dump(mode="json", exclude={"measure", "threshold", "max_age", "target"})
    threshold = f"pass {check.threshold.passes}" + (f", warn {check.threshold.warns}" if check.threshold.warns else "")
    return body | {"measure": measured_by(check.measure), "threshold": threshold, "max_age_hours": check.max_age.total_seconds() / 3600}


def measured_by(measure: Measure) -> str:
    """How a value comes about, in one sentence."""
    among = f" where {measure.of}" if measure.of else ""
    by = f", the worst of each {' × '.join(measure.by)}" if measure.by else ""
    match measure.how:
        case How.SHARE:
            return f"share of rows with {measure.that} among the rows of {measure.evidence}{among}{by}"
        case How.RATIO:
            return f"sum of {measure.that} in the sum of {measure.whole}, over the rows of {measure.evidence}{among}{by}"
        case How.COUNT:
            return f"rows of {measure.evidence} with {measure.that}{f' and {measure.of}' if measure.of else ''}{by}"
        case How.LARGEST | How.SMALLEST:
            return f"{measure.how.value} {measure.that} over the rows of {measure.evidence}{among}{by}"
        case How.DAYS_SINCE:
            return f"days since the newest {measure.that} of {measure.evidence}{among}"
        case How.SQL:
            return f"rows that {measure.file} finds in {measure.on}"
    return OWN[measure.own]


def tell_measured(answer: Answer, programme: Programme, wave: str, checked: Checked) -> None:
    """What was measured, what could not be, and what had nothing to be measured on."""
    found = checked.measurements
    without = [one.check for one in found if not one.evidence and not one.error]
    good = len(found) - len(without) - sum(bool(one.error) for one in found)
    answer.say(f"{good} of {len(found)} checks of wave {wave} were measured.")
    if without:
        named = ", ".join(without[:12]) + (f" and {len(without) - 12} more" if len(without) > 12 else "")
        answer.say(f"Without any evidence yet: {named}")
    for one in found:
        if one.error:
            owner = programme.criteria.check(one.check).owner
            answer.because(
                "ALTERED" if one.check in checked.altered else "NOT_MEASURED",
                one.error,
                where=one.check,
                hint=f"{owner}: vardskiftet check explain {one.check} {wave}",
            )
    answer.exit_code = checked.exit_code
    answer.next_steps = [f"vardskiftet ready {wave}"]


def tell_check(answer: Answer, programme: Programme, asked: Asked, line: Line) -> None:
    """One check, from its question to what to do."""
    check = line.check
    answer.say(f"{check.check}  {check.title}")
    answer.say(f"    {check.question}")
    answer.say(f"    why: {check.why}{f' {check.source}' if check.source else ''}")
    answer.say(f"    measured: {measured_by(check.measure)}")
    bound = f"{threshold_shown(check)} ({check.threshold_from})"
    waive = f"waivable by {' or '.join(check.waivable.by)} for {check.waivable.days} days" if check.waivable else "never waivable"
    answer.say(f"    asked: {bound}, {check.severity.value}, from gate {check.gate} on; {waive}")
    answer.say(f"    owner: {check.owner}{f', deputy {check.deputy}' if check.deputy else ''}")
    answer.say(f"{MARKS[line.outcome]} {line.outcome.value.replace('_', ' ')}: {in_words(line, programme.criteria)}")
    measured = asked.measurements.get(check.check)
    if measured is not None:
        for ref in measured.evidence:
            answer.say(f"    stands on {ref.name} as of {local_minute(ref.as_of, programme.timezone)}, {ref.digest[:16]}")
        if measured.error:
            answer.say(f"    {measured.error}")
    source = source_of(programme.criteria, line)
    if line.results[0].unit != WHOLE_WAVE:
        rows = [
            (
                one.unit,
                f"{MARKS[one.outcome]} {one.outcome.value.replace('_', ' ')}",
                shown(check, one, source),
                f"{one.rows - one.excluded:,} of {one.rows:,}" if one.rows else "",
                one.group if one.groups > 1 else "",
                WHY.get(one.why, one.why),
            )
            for one in line.results
        ]
        answer.table("unit by unit, the worst first", ("unit", "result", "value", "rows that count", "worst group", ""), rows)
    answer.say(f"what to do: {check.remedy}")
    answer.next_steps = [f"vardskiftet check history {check.check} {asked.readiness.wave}"]


def tell_history(answer: Answer, programme: Programme, check: Check, told: Sequence[Past], more: bool) -> None:
    """Every measurement on a line, the newest first."""
    answer.say(f"{check.check}  {check.title} (asked: {threshold_shown(check)})")
    if not told:
        answer.say("It was never measured.")
        return
    rows = [
        (
            local_minute(one.at, programme.timezone),
            local_minute(one.as_of, programme.timezone),
            f"{MARKS[one.outcome]} {one.outcome.value.replace('_', ' ')}",
            f"{one.passing} of {one.units}",
            "" if one.worst_value is None else value_shown(check, Fraction(f"{one.worst_value:.12g}")),
            threshold_shown(check, threshold_of(one.threshold)),
            one.name if one.name != check.check else "",
        )
        for one in told
    ]
    answer.table("", ("measured", "evidence as of", "result", "units that pass", "worst", "asked then", "as"), rows)
    if more:
        answer.say(f"{len(told)} of more; --last N shows them.")
