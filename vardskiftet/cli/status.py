"""How far is a wave? From the target, the lock and the memory; may be asked while `apply` runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, given, waves_here


def run(
    ctx: typer.Context,
    wave: Annotated[str | None, typer.Argument(help="One wave; all of them if none is named.", autocompletion=waves_here)] = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Say how far each wave's load is, who works on it, and what to do next. Asking never writes.

    Example:  vardskiftet status south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling import OWES_DELTA, local_minute
    from vardskiftet.run.lock import in_words
    from vardskiftet.run.status import standings

    options = given(ctx, project, as_json, None)
    desk = open_desk(options)
    names = (desk.wave(wave).wave,) if wave else tuple(one.wave for one in desk.programme.waves)
    found = standings(desk, names)
    answer = console.Answer("vardskiftet.status/1", own={"waves": [asdict(one) | {"next_steps": list(one.next_steps)} for one in found]})
    answer.table(
        "",
        ("wave", "status", "its load", "batches", "source rows read", "rehearsed", "last commit"),
        [
            (
                one.wave,
                one.status,
                one.load.replace("_", " "),
                f"{one.batches_done} of {one.batches_planned}",
                one.rows_done,
                {None: "", True: "closes", False: "OPEN"}[one.rehearsed],
                local_minute(one.last_commit, desk.programme.timezone),
            )
            for one in found
        ],
    )
    for one in found:
        if one.batches_done and one.status == "planned":
            said = f"{one.batches_done:,} of {one.batches_planned:,} batches are in the record"
            answer.say(f"{one.wave}: {said}. Its status is 'planned' all the same: that speaks of decisions, and none was made yet.")
        if one.lock is not None:
            said = f"its process is dead; `{one.lock.verb}` takes over" if one.load == "dead" else "at work"
            answer.say(f"{one.wave}: held by {in_words(one.lock)}: {said}.")
        if one.owes_delta:
            answer.say(f"{one.wave}: {', '.join(one.owes_delta)}: {OWES_DELTA}")
        if one.rows_per_second and one.seconds_left is not None:
            answer.say(f"{one.wave}: {one.rows_per_second:,.0f} rows/s, about {one.seconds_left:,.0f} s left.")
    answer.next_steps = found[0].next_steps
    raise typer.Exit(console.show(answer, as_json=options.as_json))
