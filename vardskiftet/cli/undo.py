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
    round_: Annotated[
        str, typer.Option("--round", help="Only this plan of the wave, its newest: what was loaded before it stays.", metavar="PLAN")
    ] = "",
) -> None:
    """Take a wave's rows out of the record; ids are kept, so that loading again gives the same. Exits 1 if rows had to be left.

    What the new system's users changed or refer to is never undone: it is listed, beside rows that got back what stood there before and
    persons whom another wave brought too, in a file under work/undo.

    Example:  vardskiftet undo south-1 --confirm south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_undo import tell_undone
    from vardskiftet.errors import Usage
    from vardskiftet.run.balance import current_plan
    from vardskiftet.run.undo import undo

    options = given(ctx, project, as_json, now, quiet)
    desk = open_desk(options)
    desk.wave(wave)
    if confirm is None and not options.as_json and console.can_ask():
        what = f"the round {round_}" if round_ else "it"
        confirm = console.ask(f"Type the wave's name to take {what} out of the record: {wave}?")
    if confirm != wave:
        only = f" --round {round_}" if round_ else ""
        raise Usage(f"Nothing was undone: '{wave}' was not confirmed.", hint=f"vardskiftet undo {wave}{only} --confirm {wave}")
    done = undo(desk, wave, round_)
    answer = console.Answer("vardskiftet.undo/1", exit_code=1 if done.left else 0)
    answer.own = {
        "wave": wave,
        "run_id": done.run_id,
        "batches": done.batches,
        "rows_removed": done.rows,
        "rows_left": done.left,
        "rows_restored": done.rows_by_mapping("restored"),
        "rows_shared": done.rows_by_mapping("shared"),
        "list": done.file,
        "rows_standing": done.standing,
    }
    tell_undone(answer, done, wave, round_)
    # The plan of a later round stands on rows that are gone now: the next load is a first one, with a plan of its own.
    anew = [f"vardskiftet plan {wave}"] if current_plan(desk, wave).base and not round_ else []
    answer.next_steps = [*anew, f"vardskiftet apply {wave}", f"vardskiftet status {wave}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
