"""What is in a system's source?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, Quiet, given


def run(
    ctx: typer.Context,
    system: Annotated[str, typer.Argument(help="The system.", metavar="SYSTEM")],
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
    table: Annotated[list[str] | None, typer.Option("--table", help="Only this table; may be given more than once.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write the page.", show_default="work/reports/profile-SYSTEM.html")
    ] = None,
) -> None:
    """Look at a system's tables before mapping them: rows, keys, lengths, shapes, oddities of text and time. Values are never shown.

    Writes a page beside the answer. Codes are listed for columns that a mapping sends through a codebook. The rest of the project may be
    unfinished: a mapping with a fault counts as not there.

    Example:  vardskiftet profile elvis
    """
    from vardskiftet.cli.opening import open_for_looking
    from vardskiftet.cli.paper import profile_page
    from vardskiftet.run.profile import profile

    options = given(ctx, project, as_json, now, quiet)
    desk, faults = open_for_looking(options)
    found = profile(desk, system, tuple(table or ()))
    path = profile_page(desk, found, out)
    answer = console.Answer("vardskiftet.profile/1", own={**asdict(found), "unfinished": len(faults), "file": str(path)})
    if faults:
        answer.say(f"The project is not finished ({len(faults):,} faults): mappings with a fault are left out here.")
    answer.say(f"{found.title}: {len(found.tables)} tables, {sum(one.rows for one in found.tables):,} rows.")
    answer.table(
        "tables",
        ("table", "rows", "columns", "keys", "spoken of by"),
        [
            (one.table, one.rows, len(one.columns), ", ".join(one.keys) or "none", found.spoken[one.table] or "NOTHING")
            for one in found.tables
        ],
    )
    if found.oddities:
        answer.table(
            "to be known before mapping",
            ("table", "column", "what", "rows"),
            [(one.table, one.column, one.what.replace("_", " "), one.rows) for one in found.oddities],
        )
    else:
        answer.say("Nothing odd was seen.")
    answer.say(f"All columns: {path}")
    for pattern in found.idle:
        answer.say(f"Under `ignored:`, '{pattern}' is like no table of the source.")
    silent = [one.table for one in found.tables if not found.spoken[one.table]]
    answer.next_steps = [f"vardskiftet mappings new {system} {name}" for name in silent[:3]] or ["vardskiftet mappings list"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
