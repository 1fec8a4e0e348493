"""How did this row become what it is?"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, TrustCode, WaveName, given


def run(
    ctx: typer.Context,
    wave: WaveName,
    mapping: Annotated[str, typer.Argument(help="The mapping, such as elvis.booking.", metavar="MAPPING")],
    key: Annotated[str, typer.Argument(help="The source key.", metavar="KEY")],
    project: Project = None,
    as_json: AsJson = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show the values themselves; needs --reason, and is remembered.")
    ] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why values are shown.")] = None,
    trust_code: TrustCode = False,
) -> None:
    """Follow one source row through its mapping: each field step by step, what was derived and what is stored, side by side.

    Exits 1 if the two differ.

    Example:  vardskiftet explain south-1 elvis.referral 20000003 --show-values --reason "Ward asked about a lost word"
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_steps import tell_explained
    from vardskiftet.cli.values import remembered
    from vardskiftet.run.explain import explain

    options = given(ctx, project, as_json, None)
    desk = replace(open_desk(options), trust_code=trust_code)
    found = explain(desk, wave, mapping, key)
    if show_values:
        remembered(desk, f"{mapping} {found[0].id or key}", reason)
    answer = console.Answer("vardskiftet.explain/1")
    tell_explained(answer, wave, mapping, found, values=show_values)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
