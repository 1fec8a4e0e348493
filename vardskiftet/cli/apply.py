"""Load a wave into the record, for real; resumed by the same command."""

from __future__ import annotations

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, Quiet, TrustCode, WaveOrPlan, given


def run(
    ctx: typer.Context,
    wave: WaveOrPlan,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
    trust_code: TrustCode = False,
) -> None:
    """Carry out the newest plan of a wave on the record. Killed at any moment, the same command goes on; a finished plan is nothing to do.

    Example:  vardskiftet apply south-1
    """
    from vardskiftet.cli.carrying import carried_out
    from vardskiftet.run.apply import apply

    options = given(ctx, project, as_json, now, quiet)
    raise typer.Exit(console.show(carried_out(options, wave, "apply", apply, trust_code=trust_code), as_json=options.as_json))
