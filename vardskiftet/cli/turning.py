"""How does a person turn a wave? Paused, resumed, cancelled, closed: signed, for a reason, and kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Given, Now, Project, WaveName, given

Reason = Annotated[str, typer.Option("--reason", help="Why; kept for ever.")]
Said = Annotated[
    str | None, typer.Option("--as", help="Who you are, under people:; a signature in a synthetic programme only.", metavar="PERSON")
]


def pause(
    ctx: typer.Context, wave: WaveName, reason: Reason, said: Said = None, project: Project = None, as_json: AsJson = False, now: Now = None
) -> None:
    """Pause a wave: what is decided stands, and nothing goes on until it is resumed.

    Example:  vardskiftet waves pause south-1 --reason "Too many open findings" --as anna
    """
    _turn(given(ctx, project, as_json, now), "pause", wave, reason, said)


def resume(
    ctx: typer.Context, wave: WaveName, reason: Reason, said: Said = None, project: Project = None, as_json: AsJson = False, now: Now = None
) -> None:
    """Resume a paused wave where it was; a decided go must be decided again, and a wave that was taken back begins anew.

    Example:  vardskiftet waves resume south-1 --reason "The findings are closed" --as anna
    """
    _turn(given(ctx, project, as_json, now), "resume", wave, reason, said)


def cancel(
    ctx: typer.Context, wave: WaveName, reason: Reason, said: Said = None, project: Project = None, as_json: AsJson = False, now: Now = None
) -> None:
    """Cancel a wave that is not live. It stays in the plan, as cancelled.

    Example:  vardskiftet waves cancel west --reason "The programme ends" --as cecilia
    """
    _turn(given(ctx, project, as_json, now), "cancel", wave, reason, said)


def close(
    ctx: typer.Context, wave: WaveName, reason: Reason, said: Said = None, project: Project = None, as_json: AsJson = False, now: Now = None
) -> None:
    """Close a wave that is stabilised.

    Example:  vardskiftet waves close south-1 --reason "Handed over to operations" --as cecilia
    """
    _turn(given(ctx, project, as_json, now), "close", wave, reason, said)


def _turn(options: Given, verb: str, wave: str, reason: str, said: str | None) -> None:
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.waves import turn

    desk = open_desk(options)
    turned = turn(desk, wave, verb, reason, said)
    signed = turned.signature
    answer = console.Answer(
        f"vardskiftet.waves.{verb}/1", own=asdict(turned) | {"at": turned.at.isoformat(), "signature": signed.payload()}
    )
    answer.say(f"{turned.wave}: {turned.before.replace('_', ' ')} → {turned.after.replace('_', ' ')}.")
    answer.say(f"Signed by {signed.name}, {signed.role} (user {signed.os_user}), event {turned.seq}: {turned.reason}")
    if signed.synthetic:
        answer.say("A synthetic programme: whoever --as names is the person.")
    elif signed.said and signed.said != signed.person:
        answer.say(f"--as {signed.said} is kept beside it; the signature is the user's.")
    answer.next_steps = [f"vardskiftet waves show {turned.wave}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
