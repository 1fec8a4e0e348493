"""Who has open care on both sides after a wave?"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, Quiet, TrustCode, WaveName, given


def run(
    ctx: typer.Context,
    wave: WaveName,
    show_values: Annotated[bool, typer.Option("--show-values", help="Name the patients; needs --reason, and is kept.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why they must be named; kept for ever.", metavar="TEXT")] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many pairs of units at most.", min=1)] = 20,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
    trust_code: TrustCode = False,
) -> None:
    """Count patients with open care on both sides after a wave, per pair of units and flow, and the temporary routine or its absence.

    Counted from the sources as they are now, a patient once over all systems. Exits 1 where two units have no routine.

    Example:  vardskiftet coexistence south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_coexistence import tell_both_sides
    from vardskiftet.cli.values import remembered
    from vardskiftet.run.coexistence import both_sides

    options = given(ctx, project, as_json, now, quiet)
    desk = replace(open_desk(options), trust_code=trust_code)
    desk.wave(wave)
    if show_values:
        remembered(desk, f"coexistence {wave}", reason)
    found, people = both_sides(desk, wave)
    answer = console.Answer("vardskiftet.coexistence/1")
    counts = {name: getattr(found, name) for name in ("patients", "open_patients", "without_person", "declared")}
    answer.own = {"wave": wave, **counts, "pairs": [asdict(one) for one in found.pairs]}
    tell_both_sides(answer, found, limit)
    if show_values:
        answer.own["persons"] = [asdict(one) for one in people]
        rows = [(one.identifier or "(no number)", ", ".join(one.new_units), ", ".join(one.old_units)) for one in people]
        answer.table("patients", ("number", "new side", "old side"), rows)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
