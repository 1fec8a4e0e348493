"""What does the programme remember, and is the memory whole?"""

from __future__ import annotations

from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, given

app = typer.Typer(name="audit", help="The append-only memory and its hash chain.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show")
def show_events(
    ctx: typer.Context,
    project: Project = None,
    as_json: AsJson = False,
    kind: Annotated[str | None, typer.Option("--kind", help="Only events of this kind, for instance batch.done.")] = None,
    last: Annotated[int, typer.Option("--last", help="Only the last N events; 0 shows all.")] = 20,
) -> None:
    """Show events of the memory.

    Example:  vardskiftet audit show --kind run.started
    """
    from vardskiftet.cli.opening import open_desk

    options = given(ctx, project, as_json, None)
    with open_desk(options).reading_store() as store:
        events = list(store.events(kind=kind))
    chosen = events[-last:] if last else events
    answer = console.Answer(
        "vardskiftet.audit.show/1", own={"total": len(events), "events": [one.model_dump(mode="json") for one in chosen]}
    )
    answer.table(
        "",
        ("seq", "recorded at", "event", "run"),
        [(one.seq, f"{one.recorded_at:%Y-%m-%d %H:%M:%S}", one.kind, one.run_id) for one in chosen],
    )
    answer.say(f"{len(chosen):,} of {len(events):,} events" + ("" if len(chosen) == len(events) else "; all with --last 0") + ".")
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("verify")
def verify_chain(ctx: typer.Context, project: Project = None, as_json: AsJson = False) -> None:
    """Recompute the whole hash chain. Exits 8 if it is broken.

    Example:  vardskiftet audit verify
    """
    from vardskiftet.cli.opening import open_desk

    options = given(ctx, project, as_json, None)
    with open_desk(options).reading_store() as store:
        check = store.verify()
    answer = console.Answer("vardskiftet.audit.verify/1", exit_code=0 if check.holds else 8, own=check.model_dump(mode="json"))
    answer.say(f"{check.length:,} events, head {check.head[:16]}…: the chain {'is whole' if check.holds else 'IS BROKEN'}.")
    if not check.holds:
        answer.because(
            "CHAIN_BROKEN",
            check.why,
            severity="integrity",
            where=f"event {check.broken_at}",
            hint="Restore the store from a copy, and ask who wrote to it.",
        )
    raise typer.Exit(console.show(answer, as_json=options.as_json))
