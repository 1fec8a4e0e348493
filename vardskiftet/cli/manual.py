"""What is carried over by hand, and how far has it come? Listed by unit, written out, brought back, counted to zero."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, Quiet, WaveName, given

app = typer.Typer(
    name="manual",
    help="What is carried over by hand: listed, done, checked, counted.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

OfUnit = Annotated[str | None, typer.Option("--unit", help="Only this unit.", metavar="UNIT")]


@app.command("list")
def list_lines(
    ctx: typer.Context,
    wave: WaveName,
    unit: OfUnit = None,
    limit: Annotated[int, typer.Option("--limit", help="How many lines at most.", min=1)] = 20,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
) -> None:
    """List what is to be carried over by hand, unit by unit, those who need it first on top. No patient is named.

    Listed are patients whose care is open at go-live, as `open_care:` in record.yaml tells; who has none then is not on it.

    Example:  vardskiftet manual list south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_manual import tell_lines
    from vardskiftet.run.handover import handovers

    options = given(ctx, project, as_json, now, quiet)
    found = handovers(open_desk(options), wave)
    answer = console.Answer("vardskiftet.manual.list/1")
    tell_lines(answer, found, unit, limit)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("export")
def export_lines(
    ctx: typer.Context,
    wave: WaveName,
    reason: Annotated[str, typer.Option("--reason", help="Why patients are named; kept for ever.", metavar="TEXT")],
    out: Annotated[
        Path | None, typer.Option("--out", help="A workbook (.xlsx), or a folder for CSV files.", show_default="work/manual/WAVE.xlsx")
    ] = None,
    unit: OfUnit = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
) -> None:
    """Write the lists for the units, with the patients' numbers, for your eyes alone. It is kept who did, and why.

    Example:  vardskiftet manual export south-1 --reason "Lists for the wards"
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.handing_over import write_list

    options = given(ctx, project, as_json, now, quiet)
    desk = open_desk(options)
    path = out or desk.work / "manual" / f"{wave}.xlsx"
    done = write_list(desk, wave, path, unit, reason)
    files, lines = [str(one) for one in done.files], sum(done.lines.values())
    answer = console.Answer("vardskiftet.manual.export/1", own={"wave": wave, "files": files, "lines": done.lines})
    answer.say(f"{lines:,} lines for {len(done.lines)} units, in {', '.join(files) or 'no file'}.")
    answer.say("They name patients: keep the file where the journals are kept, and remove it when it was brought back.")
    answer.next_steps = [f"vardskiftet manual import {wave} {path}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("import")
def import_lines(
    ctx: typer.Context,
    wave: WaveName,
    file: Annotated[Path, typer.Argument(help="The workbook, CSV file or folder that was filled in.", metavar="FILE")],
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
) -> None:
    """Take in who did what and who checked it, all of it or nothing. Who did a line cannot check it.

    Example:  vardskiftet manual import south-1 work/manual/south-1.xlsx
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.handing_over import take_back

    options = given(ctx, project, as_json, now, quiet)
    done = take_back(open_desk(options), wave, file)
    answer = console.Answer("vardskiftet.manual.import/1", own={"wave": wave, **asdict(done)})
    answer.say(f"{done.lines:,} lines looked at: {done.done:,} newly done, {done.checked:,} newly checked.")
    answer.next_steps = [f"vardskiftet manual status {wave}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("status")
def line_status(
    ctx: typer.Context, wave: WaveName, project: Project = None, as_json: AsJson = False, now: Now = None, quiet: Quiet = False
) -> None:
    """Count what is left, by unit and information, down to zero. Exits 5 while somebody is waited for.

    Example:  vardskiftet manual status south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_manual import tell_standings
    from vardskiftet.run.handover import handovers

    options = given(ctx, project, as_json, now, quiet)
    found = handovers(open_desk(options), wave)
    answer = console.Answer("vardskiftet.manual.status/1")
    tell_standings(answer, found)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
