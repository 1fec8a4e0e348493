"""What will a wave's load do? Freezes it in a file, and says it."""

from __future__ import annotations

from typing import Annotated

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
    final: Annotated[
        bool,
        typer.Option(
            "--final",
            help="The last delta, in the freeze: every row is compared; `apply` then lists what was written after it.",
        ),
    ] = False,
) -> None:
    """Freeze what a wave's load will do, with counts as expectations; nothing is loaded.

    Exits 1 if rows without unit are over budget, a unit has no row in a system that it names, or a safety-critical code has no answer.

    Example:  vardskiftet plan south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_coverage import told_critical
    from vardskiftet.cli.telling_plan import tell_plan
    from vardskiftet.run.coverage import measure
    from vardskiftet.run.desk import save_plan
    from vardskiftet.run.planning import make_plan
    from vardskiftet.run.sharing import share_plan

    options = given(ctx, project, as_json, now, quiet)
    desk = open_desk(options)
    made = make_plan(desk, wave, final=final)
    path = save_plan(desk, made)
    share_plan(desk, made)
    shown = path.relative_to(desk.programme.root).as_posix()
    answer = console.Answer("vardskiftet.plan/1")
    tell_plan(answer, desk.programme, made, shown)
    told_critical(answer, measure(desk, wave, critical_only=True, keep=False))
    answer.exit_code = 1 if answer.reasons else 0
    answer.next_steps = [f"vardskiftet rehearse {wave}", f"vardskiftet apply {wave}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
