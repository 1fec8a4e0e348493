"""Where did a row go, and where did it come from?"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, given

FORMS = "trace SYSTEM TABLE KEY, trace RECORD_TABLE ID, or trace patient IDENTIFIER"


def run(
    ctx: typer.Context,
    what: Annotated[list[str], typer.Argument(help="SYSTEM TABLE KEY, RECORD_TABLE ID, or patient IDENTIFIER.", metavar="WHAT…")],
    project: Project = None,
    as_json: AsJson = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why a patient is looked up; remembered.")] = None,
) -> None:
    """Follow a source row to the record, a record's row back to its sources, or lay all of a patient's items out by system.

    A patient is looked up for a reason only, and the looking is remembered. No values are shown: `explain` shows them.

    Example:  vardskiftet trace elvis remiss 20000003
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_trail import tell_trails, tell_whole
    from vardskiftet.cli.values import remembered
    from vardskiftet.errors import Usage
    from vardskiftet.run.trace import PATIENT, trace_back, trace_forward, trace_patient

    options = given(ctx, project, as_json, None)
    desk = open_desk(options)
    answer = console.Answer("vardskiftet.trace/1")
    match what:
        case [verb, identifier] if verb == PATIENT:
            if not reason or not reason.strip():
                raise Usage("A patient is looked up for a reason only.", hint="--reason TEXT")
            whole = trace_patient(desk, identifier)
            # The identifier itself is a patient's; what is remembered is the record's id.
            remembered(replace(desk, command=f"trace patient {whole.id}"), f"items of patient {whole.id}", reason)
            tell_whole(answer, whole)
        case [table, id]:
            tell_trails(answer, trace_back(desk, table, id))
        case [system, table, key]:
            tell_trails(answer, trace_forward(desk, system, table, key))
        case _:
            raise Usage("This is nothing that can be followed.", hint=FORMS)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
