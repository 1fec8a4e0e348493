"""Write a report on paper."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, WaveName, given

app = typer.Typer(name="report", help="Reports: facts on paper.", no_args_is_help=True, rich_markup_mode=None)


class Lang(StrEnum):
    """Languages of reports."""

    EN = "en"
    SV = "sv"


@app.command("wave")
def report_wave(
    ctx: typer.Context,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    lang: Annotated[Lang, typer.Option("--lang", help="The report's language.")] = Lang.EN,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it.", show_default="work/reports/WAVE.html")] = None,
) -> None:
    """Write a wave's load as one HTML page: the books' verdict, the flow of items, rejects, units. Exits as `books` does.

    Example:  vardskiftet report wave south-1 --lang sv
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.paper import wave_page
    from vardskiftet.cli.telling import reasons_of
    from vardskiftet.judge.books import exit_code

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    path, books = wave_page(desk, wave, lang.value, out)
    answer = console.Answer(
        "vardskiftet.report.wave/1", exit_code=exit_code(books), own={"wave": wave, "file": str(path), "closes": books.closes}
    )
    answer.say(f"{wave}: the books {'close' if books.closes else 'DO NOT CLOSE'}. The report lies in {path}")
    reasons_of(answer, books)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("programme")
def report_programme(
    ctx: typer.Context,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    lang: Annotated[Lang, typer.Option("--lang", help="The report's language.")] = Lang.EN,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it.", show_default="work/reports/programme.html")] = None,
) -> None:
    """Write all waves on one HTML page: dates, statuses, loads, units, freezes, coexistence, municipalities.

    Example:  vardskiftet report programme --lang sv
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.paper import programme_page

    options = given(ctx, project, as_json, now)
    path, facts = programme_page(open_desk(options), lang.value, out)
    waves = [{"wave": one.dated.wave, "status": one.status, "load": one.load.load if one.load else None} for one in facts.waves]
    own = {"file": str(path), "waves": waves, "clashes": [one.model_dump(mode="json") for one in facts.clashes]}
    answer = console.Answer("vardskiftet.report.programme/1", own=own)
    answer.say(f"{len(waves)} waves, {len(facts.clashes)} dates that ask for care. The report lies in {path}")
    raise typer.Exit(console.show(answer, as_json=options.as_json))


class Kind(StrEnum):
    """Forms of a report."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


@app.command("readiness")
def report_readiness(
    ctx: typer.Context,
    wave: WaveName,
    gate: Annotated[str | None, typer.Option("--gate", help="A gate.", show_default="the next one due", metavar="GATE")] = None,
    at: Annotated[str | None, typer.Option("--at", help="A moment that has passed: by what was known then.", metavar="MOMENT")] = None,
    kind: Annotated[Kind, typer.Option("--format", help="As a page, as Markdown, or as a document.")] = Kind.HTML,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    lang: Annotated[Lang, typer.Option("--lang", help="The report's language.")] = Lang.EN,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it.", show_default="work/reports/WAVE-readiness.html")] = None,
) -> None:
    """Write a wave's readiness as one page: may we go, why not, who acts, what nobody knows. Exits as `ready` does.

    Example:  vardskiftet report readiness south-1 --lang sv
    """
    from vardskiftet.cli.moments import moment_of
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.paper import readiness_page
    from vardskiftet.cli.telling_readiness import tell_reported
    from vardskiftet.model.outcome import EXIT_CODES

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    path, asked = readiness_page(desk, wave, gate, moment_of(at, desk.programme), lang.value, kind.value, out)
    answer = console.Answer("vardskiftet.report.readiness/1", exit_code=EXIT_CODES[asked.readiness.verdict])
    answer.own = {
        "wave": wave,
        "gate": asked.gate.gate,
        "verdict": asked.readiness.verdict.value,
        "file": str(path),
        "format": kind.value,
    }
    tell_reported(answer, asked, desk.programme, path)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
