"""Who is who, where the sources leave it in doubt? Listed, shown, decided by a person, and written out as a worklist."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, WaveName, given
from vardskiftet.cli.turning import Said

app = typer.Typer(
    name="identities",
    help="Persons whose identity is in doubt: listed, shown, decided.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ReviewName = Annotated[str, typer.Argument(help="The review, by its id.", metavar="REVIEW")]
Values = Annotated[bool, typer.Option("--show-values", help="Show the persons' values; needs --reason, and is kept.")]
Why = Annotated[str | None, typer.Option("--reason", help="Why the values must be seen; kept for ever.", metavar="TEXT")]


@app.command("list")
def list_identities(
    ctx: typer.Context,
    wave: WaveName,
    limit: Annotated[int, typer.Option("--limit", help="How many at most.", min=1)] = 20,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """List a wave's rows whose identity is in doubt: why, whom they might be, and what was decided by whom. Nobody is named.

    Example:  vardskiftet identities list south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_identities import tell_list
    from vardskiftet.run.identities import look

    options = given(ctx, project, as_json, now)
    found = look(open_desk(options), wave)
    answer = console.Answer("vardskiftet.identities.list/1")
    tell_list(answer, wave, found, limit)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("show")
def show_identity(
    ctx: typer.Context,
    wave: WaveName,
    review: ReviewName,
    show_values: Values = False,
    reason: Why = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Show one row in doubt beside the persons whom it might be: who brought them and what leads to them. Values only with a reason.

    Example:  vardskiftet identities show south-1 i0123456789abcde --show-values --reason "Is this the same person?"
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_identities import tell_review
    from vardskiftet.cli.values import remembered
    from vardskiftet.run.identities import compare, look, persons_of, the_review

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    found = look(desk, wave)
    standing = the_review(found, wave, review)
    if show_values:
        remembered(desk, f"identities show {wave} {review}", reason)
    values = compare(desk, found, (standing,))[review] if show_values else None
    answer = console.Answer("vardskiftet.identities.show/1")
    tell_review(answer, wave, standing, persons_of(desk, standing), values)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("decide")
def decide_identity(
    ctx: typer.Context,
    wave: WaveName,
    review: ReviewName,
    because: Annotated[str, typer.Option("--because", help="What the decision rests on; kept for ever.", metavar="TEXT")],
    same_as: Annotated[str | None, typer.Option("--same-as", help="It is this person of the record.", metavar="PERSON")] = None,
    different: Annotated[bool, typer.Option("--different", help="It is none of them, but somebody of their own.")] = False,
    take_back: Annotated[bool, typer.Option("--take-back", help="What was decided is taken back: it waits again.")] = False,
    who: Said = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Decide who a row is, with your name and a because. The record is as it was until the next plan is applied.

    Example:  vardskiftet identities decide south-1 i0123456789abcde --different --because "Father and son" --as anna
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_identities import tell_decided
    from vardskiftet.errors import Usage
    from vardskiftet.model.identity import Verdict
    from vardskiftet.run.deciding import decide

    if (same_as is not None) + different + take_back != 1:
        raise Usage("Say one thing of the row.", hint="--same-as PERSON, --different, or --take-back")
    verdict = Verdict.DIFFERENT if different else Verdict.OPEN if take_back else Verdict.SAME
    options = given(ctx, project, as_json, now)
    standing = decide(open_desk(options), wave, review, verdict, same_as or "", because, who)
    answer = console.Answer("vardskiftet.identities.decide/1")
    tell_decided(answer, wave, standing, verdict)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("export")
def export_identities(
    ctx: typer.Context,
    wave: WaveName,
    out: Annotated[
        Path | None, typer.Option("--out", help="A workbook (.xlsx), or a folder for a CSV file.", show_default="work/identities")
    ] = None,
    show_values: Values = False,
    reason: Why = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Write the reviews as a worklist, with a line for each person whom a row might be. Values only with a reason.

    Example:  vardskiftet identities export south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.values import remembered
    from vardskiftet.run.identities_sheet import write_worklist

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    if show_values:
        remembered(desk, f"identities export {wave}", reason)
    done = write_worklist(desk, wave, out or desk.work / "identities", with_values=show_values)
    files = [str(one) for one in done.files]
    answer = console.Answer("vardskiftet.identities.export/1", own={"wave": wave, "files": files, "reviews": done.reviews})
    answer.say(f"{done.reviews:,} reviews, in {', '.join(files)}.")
    if show_values:
        answer.say("They name patients: keep the file where the journals are kept, and remove it when all is decided.")
    answer.next_steps = [f"vardskiftet identities list {wave}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
