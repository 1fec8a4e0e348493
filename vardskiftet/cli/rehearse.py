"""Load a wave into a scratch target: the same path, the real record untouched."""

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
    """Carry out the newest plan of a wave on a scratch target of the same kind; the real record is only read.

    The scratch target is empty: a delta is rehearsed like a first load, without the rows that stand in the record already.

    Example:  vardskiftet rehearse south-1
    """
    from vardskiftet.cli.carrying import carried_out
    from vardskiftet.run.apply import rehearse

    options = given(ctx, project, as_json, now, quiet)
    raise typer.Exit(console.show(carried_out(options, wave, "rehearse", rehearse, trust_code=trust_code), as_json=options.as_json))
