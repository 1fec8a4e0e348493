"""What follows if a wave's date moves? Asked from the command line; nothing is written."""

from __future__ import annotations

import shlex
from datetime import date, datetime
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, WaveName, given
from vardskiftet.errors import Usage


def run(
    ctx: typer.Context,
    wave: WaveName,
    to: Annotated[str, typer.Option("--to", help="The day it moves to, or a local moment; a day keeps the hour.", metavar="DATE")],
    diff: Annotated[bool, typer.Option("--diff", help="Show the calendar's lines before and after.")] = False,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Tell every consequence of moving a wave. Nothing is written. Exits 1 if something follows that must not be.

    Example:  vardskiftet waves what-if south-1 --to 2024-11-19
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_waves import tell_what_if
    from vardskiftet.plan.what_if import what_if

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    name = desk.wave(wave).wave
    answer_is = what_if(desk.programme, name, _day_or_moment(to), desk.clock())
    hard = answer_is.hard
    own = answer_is.model_dump(mode="json") | {"to": answer_is.to.isoformat(), "now": desk.clock().isoformat()}
    answer = console.Answer("vardskiftet.waves.what-if/1", exit_code=1 if hard else 0, own=own)
    before = answer_is.go_live[:16].replace("T", " ")  # a moment, or a season
    answer.say(f"{name}: {before} → {answer_is.to:%Y-%m-%d %H:%M} {answer_is.to:%Z}. Nothing is written.".replace(" . ", ". "))
    if not answer_is.consequences:
        answer.say("Nothing follows.")
    tell_what_if(answer, answer_is, notes=not diff)
    if answer_is.remains:
        answer.say(f"As before: {len(answer_is.remains)} that the move does not touch; all with --json.")
    if diff:
        for line in answer_is.diff:
            answer.say(line)
    for one in hard:
        answer.reasons.append(
            {"id": one.kind.value.upper(), "severity": "finding", "message": one.message, "where": f"waves/{name}.yaml", "hint": one.hint}
        )
    if not hard:
        answer.say(f"To move it: change go_live in waves/{name}.yaml and say there who decided it.")
    answer.next_steps = [] if diff else [f"vardskiftet waves what-if {name} --to {shlex.quote(to)} --diff"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))


def _day_or_moment(text: str) -> date | datetime:
    """A day, or a moment with or without its offset. Raises Usage for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == len("2024-11-12") else datetime.fromisoformat(text)
    except ValueError as error:
        raise Usage(
            f"'{text}' is neither a day nor a moment.", where="--to", hint="Write it like 2024-11-19, or 2024-11-19 05:30."
        ) from error
