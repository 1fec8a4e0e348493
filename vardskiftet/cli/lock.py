"""Who holds which wave, and how is a dead hold broken?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, WaveName, given, waves_here

app = typer.Typer(name="lock", help="Who holds which wave.", no_args_is_help=True, rich_markup_mode=None)


@app.command("status")
def lock_status(
    ctx: typer.Context,
    wave: Annotated[str | None, typer.Argument(help="One wave; all if none is named.", autocompletion=waves_here)] = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Say who holds which wave, and whether that process lives.

    Example:  vardskiftet lock status
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.lock import in_words, proved_dead
    from vardskiftet.run.locks import held_locks

    options = given(ctx, project, as_json, None)
    desk = open_desk(options)
    chosen = None if wave is None else desk.wave(wave).wave
    locks = [one for one in held_locks(desk) if chosen in (None, one.wave)]
    answer = console.Answer("vardskiftet.lock.status/1", own={"locks": [asdict(one) | {"dead": proved_dead(one)} for one in locks]})
    for one in locks:
        answer.say(f"{one.wave}: held by {in_words(one)}" + (": that process is dead; `apply` takes over." if proved_dead(one) else "."))
    if not locks:
        answer.say("No wave is held.")
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("break")
def lock_break(
    ctx: typer.Context,
    wave: WaveName,
    reason: Annotated[str, typer.Option("--reason", help="Why the holder is known to be dead; kept for ever.")],
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Break a hold whose holder is known to be dead, on another host for instance. A living process on this host keeps its hold.

    Example:  vardskiftet lock break south-1 --reason "The host was taken out of service"
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.locks import break_lock

    options = given(ctx, project, as_json, None)
    desk = open_desk(options)
    broken = break_lock(desk, desk.wave(wave).wave, reason)
    answer = console.Answer(
        "vardskiftet.lock.break/1", own={"wave": wave, "broken": asdict(broken)}, next_steps=[f"vardskiftet status {wave}"]
    )
    answer.say(f"The hold of process {broken.pid} on {broken.host} on wave {wave} is broken, and that is remembered.")
    raise typer.Exit(console.show(answer, as_json=options.as_json))
