"""Take a wave's rows out of the record again."""

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
    confirm: Annotated[
        str | None, typer.Option("--confirm", help="The wave's name once more, instead of the question.", metavar="WAVE")
    ] = None,
) -> None:
    """Take a wave's rows out of the record; ids are kept, so that loading again gives the same. Exits 1 if rows had to be left.

    Example:  vardskiftet undo south-1 --confirm south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.errors import Usage
    from vardskiftet.run.undo import undo

    options = given(ctx, project, as_json, now, quiet)
    desk = open_desk(options)
    desk.wave(wave)
    if confirm is None and not options.as_json and console.can_ask():
        confirm = console.ask(f"Type the wave's name to take it out of the record: {wave}?")
    if confirm != wave:
        raise Usage(f"Nothing was undone: '{wave}' was not confirmed.", hint=f"vardskiftet undo {wave} --confirm {wave}")
    done = undo(desk, wave)
    answer = console.Answer("vardskiftet.undo/1", exit_code=1 if done.left else 0)
    answer.own = {
        "wave": wave,
        "run_id": done.run_id,
        "batches": done.batches,
        "rows_removed": done.rows,
        "rows_left": done.left,
        "rows_standing": done.standing,
    }
    if done.batches:
        answer.say(f"Wave {wave}: {done.rows:,} rows of {done.batches} batches taken out of the record. Identities stay, as tombstones.")
    else:
        answer.say(f"Nothing to do: the record holds nothing of wave {wave} any more.")
    if done.standing and not done.left:
        told = ", ".join(f"{rows:,} of {table}" for table, rows in sorted(done.standing.items()))
        answer.say(f"Rows that stayed when something was taken back, and are the new system's own since: {told}.")
    for mapping, rows in sorted(done.left.items()):
        answer.because(
            "LEFT_STANDING", f"{rows:,} rows were changed in the new system, or are referred to there; they stay.", where=mapping
        )
    answer.next_steps = [f"vardskiftet apply {wave}", f"vardskiftet status {wave}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
