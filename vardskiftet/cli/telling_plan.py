"""How is a plan told? Its steps, the rows that have no unit, the units that have no rows."""

from __future__ import annotations

from vardskiftet.cli.console import Answer
from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.plan.silent_units import silent_units
from vardskiftet.run.tell import told


def tell_plan(answer: Answer, programme: Programme, made: Plan, file: str) -> None:
    """A plan that lies in `file`, with its findings as reasons."""
    sentences, silent = told(programme, made), silent_units(programme, made)
    answer.own = {
        "wave": made.wave,
        "plan": made.name,
        "fingerprint": made.fingerprint,
        "file": file,
        "delta_on": list(made.base),
        "final": made.final,
        "batches": len(made.batches),
        "steps": list(sentences),
        "expectations": [one.model_dump(mode="json") for one in made.expectations],
        "silent_units": [{"system": system, "unit": unit} for system, unit in silent],
    }
    kind = "the final delta" if made.final else "a delta"
    answer.say(f"Plan {made.name} for wave {made.wave}" + (f", {kind} on {len(made.base)} earlier plan(s)" if made.base else "") + ":")
    for number, sentence in enumerate(sentences, 1):
        answer.say(f"  {number}. {sentence}")
    _homeless(answer, programme, made)
    answer.say(f"Frozen in {file}.")
    for system, unit in silent:
        answer.because(
            "SILENT_UNIT",
            f"'{system}' holds no row of '{unit}', which names it under `systems:`.",
            where=unit,
            hint="Is the delivery whole, and is the unit written as its rows write it? Otherwise take the system from the unit.",
        )


def _homeless(answer: Answer, programme: Programme, made: Plan) -> None:
    """Rows without a unit that the programme knows, against their budget, and what they say of theirs."""
    homeless = sum(one.no_unit for one in made.expectations if not programme.mapping(one.mapping).for_persons)
    budget = programme.wave(made.wave).budgets.no_unit
    answer.say(f"{homeless:,} rows have no unit that the programme knows (budget {budget:,}).")
    unknown = [(one.mapping, written or "(nothing)", rows) for one in made.expectations for written, rows in one.unknown_units]
    if unknown:
        answer.table("", ("mapping", "says of its unit", "rows"), unknown)
    if homeless > budget:
        answer.because("NO_UNIT", f"{homeless:,} rows belong to no unit; the budget is {budget:,}.", where=f"waves/{made.wave}.yaml")
