"""Was nothing lost, mixed up or altered on the way?"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, Quiet, TrustCode, WaveName, given


def run(
    ctx: typer.Context,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
    level: Annotated[str, typer.Option("--level", help="books, totals, rows, clinical, or all.")] = "all",
    trust_code: TrustCode = False,
) -> None:
    """Derive what the record must hold a second time, and compare. Exits 1 for a difference, 4 for what could not be verified.

    6 says that a side could not be reached, 8 that the books do not close. Nothing is changed on either side.

    Example:  vardskiftet verify south-1 --level rows
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_verify import levels_of, tell_verification, verification_as_json
    from vardskiftet.run.verify import exit_code, verify

    options = given(ctx, project, as_json, now, quiet)
    desk = replace(open_desk(options), trust_code=trust_code)
    found = verify(desk, wave, levels_of(level))
    answer = console.Answer("vardskiftet.verify/1", exit_code=exit_code(found), own=verification_as_json(found))
    tell_verification(answer, found)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
