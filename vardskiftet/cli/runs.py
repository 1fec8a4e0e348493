"""Which runs were there? Folded from the programme's memory."""

from __future__ import annotations

from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, given

app = typer.Typer(name="runs", help="Runs that there were.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_runs(ctx: typer.Context, project: Project = None, as_json: AsJson = False) -> None:
    """List all runs, oldest first.

    Example:  vardskiftet runs list
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling import local_minute
    from vardskiftet.run.ended import with_the_dead
    from vardskiftet.store.runs import runs

    options = given(ctx, project, as_json, None)
    desk = open_desk(options)
    with desk.reading_store() as store:
        found = with_the_dead(runs(store))
    answer = console.Answer("vardskiftet.runs.list/1", own={"runs": [one.model_dump(mode="json") for one in found]})
    answer.table(
        "",
        ("run", "verb", "wave", "started", "outcome", "exit"),
        [
            (
                one.run_id,
                one.verb,
                one.wave,
                local_minute(one.started_at, desk.programme.timezone),
                one.outcome,
                "" if one.exit_code is None else str(one.exit_code),
            )
            for one in found
        ],
    )
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("show")
def show_run(
    ctx: typer.Context,
    run_id: Annotated[str, typer.Argument(help="The run's id or its head, or `last`.", metavar="RUN")],
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Show the events of one run; the head of its id is enough, and `last` is the newest.

    Example:  vardskiftet runs show last
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.errors import Usage
    from vardskiftet.run.ended import with_the_dead
    from vardskiftet.store.runs import runs

    options = given(ctx, project, as_json, None)
    with open_desk(options).reading_store() as store:
        every = with_the_dead(runs(store))
        found = list(every[-1:]) if run_id == "last" else [one for one in every if one.run_id.startswith(run_id)]
        if len(found) != 1:
            raise Usage(f"{len(found)} runs begin with '{run_id}'.", hint="vardskiftet runs list")
        events = list(store.events(run_id=found[0].run_id))
    own = {"run": found[0].model_dump(mode="json"), "events": [event.model_dump(mode="json") for event in events]}
    answer = console.Answer("vardskiftet.runs.show/1", own=own)
    answer.say(f"{found[0].verb} {found[0].wave}: {found[0].outcome}, {len(events)} events")
    answer.table(
        "", ("seq", "recorded at", "event", "says"), [(e.seq, f"{e.recorded_at:%H:%M:%S}", e.kind, _short(e.payload)) for e in events]
    )
    raise typer.Exit(console.show(answer, as_json=options.as_json))


def _short(payload: dict[str, object]) -> str:
    return " ".join(
        f"{name}={value}"
        for name, value in payload.items()
        if name in ("mapping", "number", "items", "rows", "exit_code", "closes", "system")
    )
