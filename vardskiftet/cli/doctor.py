"""Is everything in order for a load? Looked at in every place, each fault with its remedy; asking never writes."""

from __future__ import annotations

from dataclasses import asdict

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, given


def run(ctx: typer.Context, project: Project = None, as_json: AsJson = False) -> None:
    """Look at libraries, clock, disk, rights, sources, the target and leftovers. Exits 1 for a finding, 6 if an end is out of reach.

    The project may be unfinished: that is a finding, and the rest is looked at all the same.

    Example:  vardskiftet doctor
    """
    from vardskiftet.cli.opening import open_for_looking
    from vardskiftet.run.doctor import examine, exit_code

    options = given(ctx, project, as_json, None)
    desk, unfinished = open_for_looking(options)
    looks = examine(desk, options.clock, unfinished)
    own = {"programme": desk.programme.programme, "looks": [asdict(one) for one in looks]}
    answer = console.Answer("vardskiftet.doctor/1", exit_code=exit_code(looks), own=own)
    for one in looks:
        if one.exit_code == 0:
            answer.say(f"✔ {one.look}: {one.message}" + (f" {one.hint}" if one.hint else ""))
        else:
            name = one.look.upper().replace(" ", "_").replace("-", "_")
            answer.because(name, f"{one.look}: {one.message}", where=one.where, hint=one.hint)
    faults = sum(one.exit_code != 0 for one in looks)
    answer.say(f"{len(looks)} looks, {faults or 'no'} fault{'' if faults == 1 else 's'}." + (" Nothing was changed." if faults else ""))
    answer.next_steps = [] if faults else [f"vardskiftet plan {wave.wave}" for wave in desk.programme.waves[:1]]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
