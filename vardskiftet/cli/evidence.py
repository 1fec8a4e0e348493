"""How is evidence handed in and looked at?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, given
from vardskiftet.cli.turning import Reason, Said

app = typer.Typer(name="evidence", help="Evidence: what checks are measured on.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="What it is evidence of, as checks/sources.yaml calls it.", metavar="NAME")]


@app.command("add")
def add_evidence(
    ctx: typer.Context,
    name: Name,
    file: Annotated[Path, typer.Argument(help="A CSV, Excel, JSON or JUnit file.", metavar="FILE")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="When it was true, a local moment; only where the rows do not say.", metavar="MOMENT")
    ] = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Take in a file of evidence: whole, or refused with every fault and its line. Nothing is ever replaced.

    Example:  vardskiftet evidence add training evidence/training.csv
    """
    from vardskiftet.cli.moments import moment_of
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_evidence import entry, tell_taken
    from vardskiftet.run.evidence import add

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    taken = add(desk, name, file, moment_of(as_of, desk.programme))
    answer = console.Answer("vardskiftet.evidence.add/1")
    answer.own = {"evidence": entry(taken.evidence), "new": taken.new, "in_force": taken.newer is None}
    tell_taken(answer, taken, desk.programme.timezone)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("list")
def list_evidence(ctx: typer.Context, project: Project = None, as_json: AsJson = False, now: Now = None) -> None:
    """List every kind of evidence with what is in force, how old it is, and what was never handed in.

    Example:  vardskiftet evidence list
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_evidence import source_entry, tell_sources
    from vardskiftet.run.evidence import ADDED, added, in_force

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    with desk.reading_store() as store:
        held = in_force(added(store.events(ADDED)))
    sources = desk.programme.criteria.sources
    answer = console.Answer("vardskiftet.evidence.list/1")
    answer.own = {"sources": [source_entry(one, held.get(one.evidence), desk.clock()) for one in sources]}
    tell_sources(answer, sources, held, desk.clock(), desk.programme.timezone)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("show")
def show_evidence(ctx: typer.Context, name: Name, project: Project = None, as_json: AsJson = False, now: Now = None) -> None:
    """Show one kind of evidence: its columns, what was handed in and when, and which checks stand on it. No row is shown.

    Example:  vardskiftet evidence show training
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_evidence import entry, source_entry, tell_source
    from vardskiftet.run.evidence import ADDED, added, of_source, source_of
    from vardskiftet.run.trust import is_trusted

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    source = source_of(desk.programme, name)
    with desk.reading_store() as store:
        every = of_source(added(store.events(ADDED)), name)
    asking = [one.check for one in desk.programme.criteria.checks if one.measure.evidence == name]
    answer = console.Answer("vardskiftet.evidence.show/1")
    answer.own = {
        **source_entry(source, every[-1] if every else None, desk.clock()),
        "columns": [one.model_dump(mode="json") for one in source.columns],
        "handed_in": [entry(one) for one in every],
        "checks": asking,
    }
    trusted = source.command is not None and is_trusted(desk, source.command.sha256)
    tell_source(answer, source, every, asking, desk.programme.timezone, trusted=trusted)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("trust")
def trust_command_of(
    ctx: typer.Context,
    name: Name,
    reason: Reason,
    said: Said = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Sign the command that tells evidence as you have read it: from then on check run may ask it, until a word or a file of it changes.

    Example:  vardskiftet evidence trust interface_answers --reason "Read line by line" --as anna
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.telling_evidence import tell_trusted
    from vardskiftet.run.evidence import source_of
    from vardskiftet.run.trust import trust_command

    options = given(ctx, project, as_json, now)
    desk = open_desk(options)
    source = source_of(desk.programme, name)
    done = trust_command(desk, source, reason, said)
    answer = console.Answer("vardskiftet.evidence.trust/1")
    answer.own = {"evidence": name, "sha256": done.sha256, "reason": done.reason, "signature": done.signature.payload()}
    tell_trusted(answer, source, done)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
