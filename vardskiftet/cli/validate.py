"""Are the declarations right? All faults of all files at once."""

from __future__ import annotations

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, given


def run(ctx: typer.Context, project: Project = None, as_json: AsJson = False) -> None:
    """Read all declarations and name every fault, with file and line. Exits 2 if there is one.

    Example:  vardskiftet validate
    """
    from vardskiftet.cli.opening import open_programme

    options = given(ctx, project, as_json, None)
    programme = open_programme(options)
    counts = {
        "waves": len(programme.waves),
        "units": len(programme.units),
        "systems": len(programme.systems),
        "mappings": len(programme.mappings),
        "tables": len(programme.record.tables),
        "checks": len(programme.criteria.checks),
        "files": len(programme.files) + len(programme.criteria.files),
    }
    answer = console.Answer("vardskiftet.validate/1", own={"programme": programme.programme, "counts": counts})
    answer.say(
        f"{programme.title}: "
        + ", ".join(f"{number} {name if number != 1 else name[:-1]}" for name, number in counts.items())
        + ". No faults."
    )
    answer.next_steps = ["vardskiftet mappings test", "vardskiftet status"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
