"""How do a wave's gates stand, and when are its criteria frozen?"""

from __future__ import annotations

from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, WaveName, given

app = typer.Typer(name="gate", help="Gates: when checks must hold.", no_args_is_help=True, rich_markup_mode=None)


@app.command("status")
def gate_status(ctx: typer.Context, wave: WaveName, project: Project = None, as_json: AsJson = False, now: Now = None) -> None:
    """Show every gate of a wave with its day and its verdict today, and what was changed since the criteria were frozen.

    Example:  vardskiftet gate status south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_gates import as_document, tell_gates
    from vardskiftet.run.gates import gates_of

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    found = gates_of(desk, wave)
    answer = console.Answer("vardskiftet.gate.status/1", own=as_document(found))
    tell_gates(answer, desk.programme, found)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("freeze")
def gate_freeze(
    ctx: typer.Context,
    wave: WaveName,
    reason: Annotated[str, typer.Option("--reason", help="Why criteria were changed; needed from the second freezing on.")] = "",
    who: Annotated[str | None, typer.Option("--as", help="Who signs; a signature itself in a synthetic programme only.")] = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Freeze a wave's criteria as they stand, or sign what was changed since. From then on every change holds the gate.

    Example:  vardskiftet gate freeze south-1 --as cecilia
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_gates import criteria_entry, tell_frozen
    from vardskiftet.run.freezing import freeze

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    state = freeze(desk, wave, reason, who)
    answer = console.Answer("vardskiftet.gate.freeze/1", own={"wave": wave, **criteria_entry(state)})
    tell_frozen(answer, desk.programme, wave, state)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
