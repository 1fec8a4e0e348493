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
    quick: Annotated[bool, typer.Option("--quick", help="Against the digests kept from the load: fast, and not independent.")] = False,
    again: Annotated[bool, typer.Option("--recheck", help="Only the differences of the last verification.")] = False,
    selftest: Annotated[
        bool, typer.Option("--selftest", help="Measure the verifier: seed known corruptions into copies, and count what it sees.")
    ] = False,
    trust_code: TrustCode = False,
) -> None:
    """Derive what the record must hold a second time, and compare. Exits 1 for a difference, 4 for what could not be verified.

    6 says that a side could not be reached, 8 that the books do not close. Nothing is changed on either side.

    Example:  vardskiftet verify south-1 --level rows
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_verify import levels_of, tell_selftest, tell_verification, verification_as_json
    from vardskiftet.errors import Usage
    from vardskiftet.run.verify import examine, exit_code, look_quickly, recheck, verify

    options = given(ctx, project, as_json, now, quiet)
    if quick + again + selftest > 1:
        raise Usage("--quick, --recheck and --selftest are three different things.", hint="Ask for one of them.")
    levels = levels_of(level)
    desk = replace(open_desk(options), trust_code=trust_code)
    if selftest:
        found, tried = examine(desk, wave)
    else:
        found = look_quickly(desk, wave) if quick else recheck(desk, wave) if again else verify(desk, wave, levels)
        tried = ()
    answer = console.Answer("vardskiftet.verify/1", exit_code=exit_code(found), own=verification_as_json(found))
    if selftest:
        tell_selftest(answer, found, tried)
    else:
        tell_verification(answer, found)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
