"""What will a wave's load do? Freezes it in a file, and says it."""

from __future__ import annotations

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, Quiet, WaveName, given


def run(
    ctx: typer.Context,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
) -> None:
    """Freeze what a wave's load will do, with counts as expectations; nothing is loaded.

    Exits 1 if rows without unit are over budget, a unit has no row in a system that it names, or a safety-critical code has no answer.

    Example:  vardskiftet plan south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_coverage import told_critical
    from vardskiftet.plan.silent_units import silent_units
    from vardskiftet.run.coverage import measure
    from vardskiftet.run.desk import save_plan
    from vardskiftet.run.planning import make_plan
    from vardskiftet.run.tell import told

    options = given(ctx, project, as_json, now, quiet)
    desk = open_desk(options)
    made = make_plan(desk, wave)
    path = save_plan(desk, made)
    shown = path.relative_to(desk.programme.root).as_posix()
    answer = console.Answer("vardskiftet.plan/1")
    sentences = told(desk.programme, made)
    answer.own = {
        "wave": wave,
        "plan": made.name,
        "fingerprint": made.fingerprint,
        "file": shown,
        "delta_on": list(made.base),
        "batches": len(made.batches),
        "steps": list(sentences),
        "expectations": [one.model_dump(mode="json") for one in made.expectations],
    }
    answer.say(f"Plan {made.name} for wave {wave}" + (f", a delta on {len(made.base)} earlier plan(s)" if made.base else "") + ":")
    for number, sentence in enumerate(sentences, 1):
        answer.say(f"  {number}. {sentence}")
    homeless = sum(one.no_unit for one in made.expectations)
    budget = desk.programme.wave(wave).budgets.no_unit
    answer.say(f"{homeless:,} rows have no unit that the programme knows (budget {budget:,}).")
    unknown = [(one.mapping, written or "(nothing)", rows) for one in made.expectations for written, rows in one.unknown_units]
    if unknown:
        answer.table("", ("mapping", "says of its unit", "rows"), unknown)
    answer.say(f"Frozen in {shown}.")
    told_critical(answer, measure(desk, wave, critical_only=True, keep=False))
    if homeless > budget:
        answer.because("NO_UNIT", f"{homeless:,} rows belong to no unit; the budget is {budget:,}.", where=f"waves/{wave}.yaml")
    silent = silent_units(desk.programme, made)
    answer.own["silent_units"] = [{"system": system, "unit": unit} for system, unit in silent]
    for system, unit in silent:
        answer.because(
            "SILENT_UNIT",
            f"'{system}' holds no row of '{unit}', which names it under `systems:`.",
            where=unit,
            hint="Is the delivery whole, and is the unit written as its rows write it? Otherwise take the system from the unit.",
        )
    answer.exit_code = 1 if answer.reasons else 0
    answer.next_steps = [f"vardskiftet rehearse {wave}", f"vardskiftet apply {wave}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
