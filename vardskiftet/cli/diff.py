"""What did the last verification find to differ?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, WaveName, given

app = typer.Typer(name="diff", help="Differences that the last verification found.", no_args_is_help=True, rich_markup_mode=None)

Class = Annotated[str | None, typer.Option("--class", help="Only this class, for instance truncated.")]
MappingName = Annotated[str | None, typer.Option("--mapping", help="Only this mapping.")]
LevelName = Annotated[str | None, typer.Option("--level", help="Only this level.")]
Unexplained = Annotated[bool, typer.Option("--unexplained", help="Only those without a cause on record.")]
Forbidden = Annotated[bool, typer.Option("--forbidden", help="Only those of which not one may stand, whatever its cause.")]
ShowValues = Annotated[bool, typer.Option("--show-values", help="Show patients' values; needs --reason, and is remembered.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why values are shown.")]


@app.command("show")
def show(
    ctx: typer.Context,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    kind: Class = None,
    mapping: MappingName = None,
    level: LevelName = None,
    unexplained: Unexplained = False,
    forbidden: Forbidden = False,
    first: Annotated[int, typer.Option("--first", help="Only the first N; 0 shows all.")] = 20,
    show_values: ShowValues = False,
    reason: Reason = None,
) -> None:
    """List differences of a wave's last verification: key, column and class, without values. Exits 1 if there is one.

    Example:  vardskiftet diff show south-1 --class truncated
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_diff import asked_for, tell_differences
    from vardskiftet.cli.values import remembered
    from vardskiftet.run.diff import chosen, last_verification

    options = given(ctx, project, as_json, None)
    desk = open_desk(options)
    asked = asked_for(kind, mapping, level, unexplained=unexplained, forbidden=forbidden)
    last = last_verification(desk, wave)
    if show_values:
        remembered(desk, f"differences of wave {wave}", reason)
    answer = console.Answer("vardskiftet.diff.show/1")
    tell_differences(answer, desk.programme, last, chosen(desk, wave, asked), first, values=show_values)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("explain")
def explain(
    ctx: typer.Context,
    wave: WaveName,
    key: Annotated[str, typer.Argument(help="A source key, or an id of the record.", metavar="KEY")],
    project: Project = None,
    as_json: AsJson = False,
    show_values: ShowValues = False,
    reason: Reason = None,
) -> None:
    """Say what differs at one key, what that looks like, and whether a cause is on record.

    Example:  vardskiftet diff explain south-1 20000003
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_diff import tell_one
    from vardskiftet.cli.values import remembered
    from vardskiftet.run.diff import last_verification, of_key

    options = given(ctx, project, as_json, None)
    desk = open_desk(options)
    last_verification(desk, wave)
    found = of_key(desk, wave, key)
    if show_values:
        remembered(desk, f"what differs at {found[0].mapping} {found[0].id or found[0].key}", reason)
    answer = console.Answer("vardskiftet.diff.explain/1")
    tell_one(answer, desk.programme, wave, found, values=show_values)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("export")
def export_file(
    ctx: typer.Context,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write.", show_default="work/verify/WAVE/differences.csv")] = None,
    kind: Class = None,
    mapping: MappingName = None,
    level: LevelName = None,
    unexplained: Unexplained = False,
    forbidden: Forbidden = False,
    show_values: ShowValues = False,
    reason: Reason = None,
) -> None:
    """Write all differences to a CSV file, for its owner alone; with patients' values only for a reason.

    Example:  vardskiftet diff export south-1 --unexplained
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_diff import asked_for
    from vardskiftet.cli.values import remembered
    from vardskiftet.run.diff import VALUES, WITHOUT_VALUES, export, last_verification
    from vardskiftet.run.verifying.bench import folder_of

    options = given(ctx, project, as_json, None)
    desk = open_desk(options)
    asked = asked_for(kind, mapping, level, unexplained=unexplained, forbidden=forbidden)
    last_verification(desk, wave)
    if show_values:
        remembered(desk, f"all differences of wave {wave}, in a file", reason)
    path = out or folder_of(desk, wave) / "differences.csv"
    columns = (*WITHOUT_VALUES, *VALUES) if show_values else WITHOUT_VALUES
    number = export(desk, wave, asked, path, columns)
    answer = console.Answer("vardskiftet.diff.export/1", own={"wave": wave, "file": str(path), "differences": number})
    answer.say(f"{number:,} differences in {path}")
    raise typer.Exit(console.show(answer, as_json=options.as_json))
