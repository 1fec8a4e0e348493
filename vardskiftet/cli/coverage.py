"""Do the codebooks know the codes that a wave's rows hold?"""

from __future__ import annotations

from dataclasses import asdict, replace

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
    trust_code: TrustCode = False,
) -> None:
    """Count every code of a wave's rows, mapped and not, by rows and patients, and what is new since the last time.

    Exits 1 for a safety-critical field with an unmapped code, or for an unmapped code that was not there the last time.

    Example:  vardskiftet coverage south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_coverage import tell_coverage
    from vardskiftet.run.coverage import measure

    options = given(ctx, project, as_json, now, quiet)
    desk = replace(open_desk(options), trust_code=trust_code)
    found = measure(desk, wave)
    answer = console.Answer("vardskiftet.coverage/1")
    answer.own = {"wave": wave, "before": found.before, "fields": [asdict(one) for one in found.fields]}
    tell_coverage(answer, found, desk.programme.wave(wave).budgets.rejected.get("UNMAPPED_CODE", 0))
    raise typer.Exit(console.show(answer, as_json=options.as_json))
