"""What waits to be mended, and how does it come back? Rejects as work: listed, shown, exported, imported, replayed, counted."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, Quiet, TrustCode, WaveName, given

app = typer.Typer(
    name="rejects", help="Rejected rows as work: counted, exported, mended, brought back.", no_args_is_help=True, rich_markup_mode=None
)

OfMapping = Annotated[str | None, typer.Option("--mapping", help="Only of this mapping, SYSTEM.NAME.", metavar="MAPPING")]
ForReason = Annotated[str | None, typer.Option("--rejected", help="Only for this reason.", metavar="REASON")]
Why = Annotated[str | None, typer.Option("--reason", help="Why the values must be seen; kept for ever.", metavar="TEXT")]


@app.command("list")
def list_rejects(ctx: typer.Context, wave: WaveName, project: Project = None, as_json: AsJson = False, now: Now = None) -> None:
    """Count a wave's rejects by mapping and reason: what may be corrected, what is corrected and waits, what lapsed. No values.

    Example:  vardskiftet rejects list south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_rejects import tell_list
    from vardskiftet.run.lapsed import lapsed
    from vardskiftet.run.rejects import loaded_plan, waiting

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    plan = loaded_plan(desk, wave)
    found, old = waiting(desk, plan), lapsed(desk, plan)
    answer = console.Answer("vardskiftet.rejects.list/1")
    answer.own = {"wave": wave, "plan": plan.name, "rejects": [one.model_dump(mode="json") for one in found]}
    answer.own["lapsed"] = [asdict(one) for one in old]
    tell_list(answer, wave, found, old)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("show")
def show_rejects(
    ctx: typer.Context,
    wave: WaveName,
    reject: Annotated[str | None, typer.Argument(help="One reject, by its id.", metavar="REJECT")] = None,
    mapping: OfMapping = None,
    rejected: ForReason = None,
    limit: Annotated[int, typer.Option("--limit", help="How many rows at most.", min=1)] = 20,
    show_values: Annotated[bool, typer.Option("--show-values", help="Show the rows themselves; needs --reason, and is kept.")] = False,
    reason: Why = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Show rejected rows one by one, by their ids: why, where, what may be corrected, whether it is. Values only with a reason.

    Example:  vardskiftet rejects show south-1 --mapping elvis.booking --limit 5
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_rejects import tell_rows
    from vardskiftet.cli.values import remembered
    from vardskiftet.run.looking import look
    from vardskiftet.run.rejects import only

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    if show_values:
        remembered(desk, f"rejects show {wave} {reject or mapping or rejected or 'all'}", reason)
    found = look(desk, wave, reject, only(mapping, rejected))
    answer = console.Answer("vardskiftet.rejects.show/1")
    tell_rows(answer, wave, found, limit, show_values)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("export")
def export_rejects(
    ctx: typer.Context,
    wave: WaveName,
    reason: Annotated[str, typer.Option("--reason", help="Why the rows leave; kept for ever.", metavar="TEXT")],
    out: Annotated[
        Path | None, typer.Option("--out", help="A workbook (.xlsx), or a folder for CSV files.", show_default="work/rejects/WAVE.xlsx")
    ] = None,
    mapping: OfMapping = None,
    rejected: ForReason = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Write the rejected rows to be mended in a spreadsheet, a sheet for each mapping, for your eyes alone. It is kept who did, and why.

    Example:  vardskiftet rejects export south-1 --reason "Weekly round of corrections"
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.rejects import only
    from vardskiftet.run.worklist import export

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    path = out or desk.work / "rejects" / f"{wave}.xlsx"
    done = export(desk, wave, path, only(mapping, rejected), reason)
    rows, files = sum(done.rows.values()), [str(one) for one in done.files]
    answer = console.Answer("vardskiftet.rejects.export/1")
    answer.own = {"wave": wave, "plan": done.plan.name, "files": files, "rows": done.rows}
    answer.say(f"{rows:,} rejected rows of {len(done.rows)} mappings, for {', '.join(files) or 'nobody'}.")
    answer.say("They are patients' data: keep the file where the journals are kept, and remove it when it was brought back.")
    answer.next_steps = [f"vardskiftet rejects import {wave} {path}"] if rows else [f"vardskiftet books {wave}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("import")
def import_rejects(
    ctx: typer.Context,
    wave: WaveName,
    file: Annotated[Path, typer.Argument(help="The workbook, CSV file or folder that was mended.", metavar="FILE")],
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Take in a mended worklist, all of it or nothing: only listed rows and allowed columns may have changed. The record is not touched.

    Example:  vardskiftet rejects import south-1 work/rejects/south-1.xlsx
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_rejects import tell_brought
    from vardskiftet.run.correcting import bring_back

    options = given(ctx, project, as_json, now)
    done = bring_back(open_desk(options), wave, file)
    answer = console.Answer("vardskiftet.rejects.import/1", own={"wave": wave, **asdict(done)})
    tell_brought(answer, wave, done)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("replay")
def replay_rejects(
    ctx: typer.Context,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
    trust_code: TrustCode = False,
) -> None:
    """Carry corrected rows into the record, and with them the rows that waited for them. Killed at any moment, the same command goes on.

    Exits as apply does: 8 if the books do not close, 1 for a budget that is passed.

    Example:  vardskiftet rejects replay south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling import as_json as books_as_json
    from vardskiftet.cli.telling_rejects import tell_replay
    from vardskiftet.run.replay import replay

    options = given(ctx, project, as_json, now, quiet)
    done = replay(replace(open_desk(options), trust_code=trust_code), wave)
    answer = console.Answer("vardskiftet.rejects.replay/1", exit_code=done.exit_code)
    own = {name: getattr(done, name) for name in ("run_id", "corrections", "released", "held_back", "still")}
    answer.own = {"plan": done.plan.name, "amended": done.batches, **own, **books_as_json(done.books)}
    tell_replay(answer, wave, done)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("stats")
def reject_stats(ctx: typer.Context, wave: WaveName, project: Project = None, as_json: AsJson = False, now: Now = None) -> None:
    """Count rejects by reason against their budgets and against the run before. Exits 1 if a budget is passed.

    Example:  vardskiftet rejects stats south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_rejects import tell_trends
    from vardskiftet.run.reject_trend import trends

    options = given(ctx, project, as_json, now)
    found = trends(open_desk(options), wave)
    answer = console.Answer("vardskiftet.rejects.stats/1", own={"wave": wave, **asdict(found)})
    tell_trends(answer, wave, found)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
