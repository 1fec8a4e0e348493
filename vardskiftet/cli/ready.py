"""May the wave go, why not, and who does what?"""

from __future__ import annotations

from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, WaveName, given

GateName = Annotated[
    str | None, typer.Option("--gate", help="A gate of checks/gates.yaml.", show_default="the next one due", metavar="GATE")
]
At = Annotated[str | None, typer.Option("--at", help="A moment that has passed: by what was known then.", metavar="MOMENT")]


def run(
    ctx: typer.Context,
    wave: WaveName,
    gate: GateName = None,
    at: At = None,
    unit: Annotated[str, typer.Option("--unit", help="One unit of the wave alone.", metavar="UNIT")] = "",
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Ask the checks of a gate and of all gates before it. Exits 0 go, 1 no-go, 3 conditional, 4 not evaluable.

    Nothing is measured and nothing is written: `check run` does that.

    Example:  vardskiftet ready south-1 --gate G7
    """
    from vardskiftet.cli.moments import moment_of
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_readiness import as_document, tell_readiness
    from vardskiftet.model.outcome import EXIT_CODES
    from vardskiftet.run.readiness import ask_gate

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    asked = ask_gate(desk, wave, gate, moment_of(at, desk.programme), unit)
    answer = console.Answer("vardskiftet.ready/1", exit_code=EXIT_CODES[asked.readiness.verdict])
    answer.own = as_document(asked, desk.programme) if options.as_json else {}
    tell_readiness(answer, asked, desk.programme)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
