"""How are checks measured, explained, and followed over time?"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, Quiet, TrustCode, WaveName, given

app = typer.Typer(name="check", help="Checks: what a gate asks.", no_args_is_help=True, rich_markup_mode=None)

CheckName = Annotated[str, typer.Argument(help="The check's id.", metavar="ID")]


@app.command("run")
def run_check(
    ctx: typer.Context,
    wave: WaveName,
    check: Annotated[list[str] | None, typer.Option("--check", help="This check alone; may be given again.", metavar="ID")] = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
    trust_code: TrustCode = False,
) -> None:
    """Measure a wave's checks on the evidence in force, and keep what was found. Commands that tell evidence are asked first.

    Exits 4 if one could not be measured, 8 if evidence is not as it was handed in; the others are measured all the same.

    Example:  vardskiftet check run south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_checks import measurement_entry, tell_measured
    from vardskiftet.run.checks import run_checks

    options = given(ctx, project, as_json, now, quiet)
    desk = replace(open_desk(options), trust_code=trust_code)
    checked = run_checks(desk, wave, tuple(check or ()))
    answer = console.Answer(
        "vardskiftet.check.run/1", own={"wave": wave, "measured": [measurement_entry(one) for one in checked.measurements]}
    )
    tell_measured(answer, desk.programme, wave, checked)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("explain")
def explain_check(
    ctx: typer.Context,
    check: CheckName,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Explain one check: what is asked and why, how it is measured, unit by unit how it stands, and what to do.

    Example:  vardskiftet check explain R05 south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_checks import check_entry, tell_check
    from vardskiftet.cli.telling_readiness import result_entry, source_of
    from vardskiftet.judge.lines import lines
    from vardskiftet.run.checks import check_of
    from vardskiftet.run.readiness import ask_gate

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    declared = check_of(desk, check)
    asked = ask_gate(desk, wave, declared.gate)
    line = next(one for one in lines(desk.programme.criteria, asked.readiness) if one.check.check == check)
    answer = console.Answer("vardskiftet.check.explain/1")
    source = source_of(desk.programme.criteria, line)
    answer.own = {"wave": wave, **check_entry(declared), "results": [result_entry(line, one, source) for one in line.results]}
    tell_check(answer, desk.programme, asked, line)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("history")
def check_history(
    ctx: typer.Context,
    check: CheckName,
    wave: WaveName,
    last: Annotated[int, typer.Option("--last", help="How many measurements, the newest first.", min=1)] = 20,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Show how a check came out over time, each measurement by the threshold that was asked then.

    Example:  vardskiftet check history R05 south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_checks import tell_history
    from vardskiftet.run.checks import check_of
    from vardskiftet.run.history import history

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    declared = check_of(desk, check)
    told, more = history(desk, declared, wave, last)
    answer = console.Answer("vardskiftet.check.history/1")
    answer.own = {"check": check, "wave": wave, "more": more, "measured": [one.model_dump(mode="json") for one in told]}
    tell_history(answer, desk.programme, declared, told, more)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
