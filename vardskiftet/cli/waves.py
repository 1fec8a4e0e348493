"""Who goes live when, and what does a person do to a wave? The waves, their dates, what a move would mean, signed turns."""

from __future__ import annotations

import typer

from vardskiftet.cli import console, timeline, turning, what_if
from vardskiftet.cli.options import AsJson, Now, Project, WaveName, given

app = typer.Typer(name="waves", help="The waves: who, when, what if.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_waves(ctx: typer.Context, project: Project = None, as_json: AsJson = False, now: Now = None) -> None:
    """List the waves by date, with their status and how many units of each kind they hold.

    Example:  vardskiftet waves list
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_waves import entry, kinds_in_words, when_in_words
    from vardskiftet.plan.calendar import calendar
    from vardskiftet.run.waves import statuses

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    dated = calendar(desk.programme).waves
    with desk.reading_store() as store:
        status = statuses(store, tuple(one.wave for one in dated))
    excluded = [{"unit": one.unit, "kind": one.kind.value, "because": one.excluded} for one in desk.programme.units if one.excluded]
    answer = console.Answer(
        "vardskiftet.waves.list/1",
        own={"waves": [entry(desk.programme, one, status[one.wave]) for one in dated], "excluded": excluded},
    )
    for one in dated:
        answer.say(f"{one.wave}  {when_in_words(one)}  {status[one.wave].replace('_', ' ')}")
        answer.say(f"    {one.title}")
        answer.say(f"    {kinds_in_words(desk.programme, one.wave)}")
    answer.next_steps = [f"vardskiftet waves show {dated[0].wave}", "vardskiftet waves timeline"] if dated else []
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("show")
def show_wave(
    ctx: typer.Context,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Show one wave: who, when, milestones, freezes, duties, systems, flows, and what was signed.

    Example:  vardskiftet waves show south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_waves import next_what_if, tell_wave, whole_entry
    from vardskiftet.plan.calendar import calendar
    from vardskiftet.run.waves import signed_turns, statuses

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    name = desk.wave(wave).wave
    dated = calendar(desk.programme)
    with desk.reading_store() as store:
        status, signed = statuses(store, (name,))[name], signed_turns(store, name)
    answer = console.Answer("vardskiftet.waves.show/1", own=whole_entry(desk.programme, dated, name, status, signed))
    tell_wave(answer, desk.programme, dated, name, desk.clock())
    answer.next_steps = [next_what_if(dated.wave(name)), f"vardskiftet status {name}"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))


app.command("timeline")(timeline.run)
app.command("what-if")(what_if.run)
for _verb in (turning.pause, turning.resume, turning.cancel, turning.close):
    app.command()(_verb)
