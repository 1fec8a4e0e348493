"""How does the rollout lie in time? As bars in the terminal, as a picture, as calendar entries."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, given, waves_here
from vardskiftet.cli.report import Lang


def run(
    ctx: typer.Context,
    wave: Annotated[str | None, typer.Argument(help="Only this wave; all if none is named.", autocompletion=waves_here)] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Write the picture to this file.")] = None,
    width: Annotated[
        int, typer.Option("--width", min=320, max=1600, help="The picture's width in pixels; below 600 it is made for a telephone.")
    ] = 960,
    ics: Annotated[Path | None, typer.Option("--ics", help="Write go-lives and milestones to this file, for a calendar.")] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="The picture's language.")] = Lang.EN,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Show the waves as bars over time, at any width from 40 columns on.

    Example:  vardskiftet waves timeline --svg timeline.svg --ics waves.ics
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_waves import entry
    from vardskiftet.plan.calendar import calendar
    from vardskiftet.report.gantt import ASCII, DRAWN, gantt
    from vardskiftet.report.ics import calendar_file
    from vardskiftet.report.programme_page import timeline_svg
    from vardskiftet.report.render import write, write_bytes
    from vardskiftet.run.waves import statuses

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    dated = calendar(desk.programme)
    chosen = (desk.wave(wave).wave,) if wave else tuple(one.wave for one in dated.waves)
    dated = dated.model_copy(update={"waves": tuple(one for one in dated.waves if one.wave in chosen)})
    with desk.reading_store() as store:
        status = statuses(store, chosen)
    own = {"now": desk.clock().isoformat(), "waves": [entry(desk.programme, one, status[one.wave]) for one in dated.waves]}
    answer = console.Answer("vardskiftet.waves.timeline/1", own=own)
    for line in gantt(dated, status, desk.clock(), _columns(), DRAWN if _draws() else ASCII):
        answer.say(line)
    if svg:
        own["svg"] = str(write(timeline_svg(desk.programme, dated, status, desk.clock(), lang.value, width), svg))
        answer.say(f"The picture lies in {svg}")
    if ics:
        own["ics"] = str(write_bytes(calendar_file(desk.programme, dated, chosen, desk.clock()), ics))
        answer.say(f"The calendar lies in {ics}")
    raise typer.Exit(console.show(answer, as_json=options.as_json))


def _columns() -> int:
    """The terminal's width; 100 where there is none to ask."""
    return shutil.get_terminal_size((100, 24)).columns


def _draws() -> bool:
    """Whether the terminal can show more than ASCII."""
    try:
        "─▒◆┄▓│┼┴…".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return os.environ.get("TERM") != "dumb"
