"""What do mappings do? Listed, shown as SQL, tried on their examples and on first rows, and drafted from a source."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Given, Now, Project, TrustCode, given
from vardskiftet.cli.turning import Reason, Said

app = typer.Typer(name="mappings", help="Mappings: listed, shown, tried, drafted.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="The mapping, SYSTEM.NAME.", metavar="MAPPING")]


@app.command("list")
def list_mappings(ctx: typer.Context, project: Project = None, as_json: AsJson = False) -> None:
    """List all mappings in the order in which they are loaded.

    Example:  vardskiftet mappings list
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.plan.order import ordered

    options = given(ctx, project, as_json, None)
    found = ordered(open_desk(options).programme)
    own = [
        {"mapping": one.mapping, "reads": one.reads, "into": one.into, "fields": len(one.fields), "examples": len(one.examples)}
        for one in found
    ]
    answer = console.Answer("vardskiftet.mappings.list/1", own={"mappings": own})
    answer.table("", ("mapping", "reads", "into", "fields", "examples"), [tuple(one.values()) for one in own])
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("show")
def show_mapping(
    ctx: typer.Context,
    mapping: Name,
    origin: Annotated[bool, typer.Option("--origin", help="Show instead which file and line each word comes from.")] = False,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Show a mapping as the SQL that is run: two statements a batch, to be read and signed. With --origin, where each word stands.

    Example:  vardskiftet mappings show elvis.booking
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.mappings import compiled_text

    options = given(ctx, project, as_json, None)
    if origin:
        raise typer.Exit(_show_origin(options, mapping))
    text = compiled_text(open_desk(options), mapping)
    answer = console.Answer("vardskiftet.mappings.show/1", own={"mapping": mapping, "sql": text})
    answer.say(text)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


def _show_origin(options: Given, mapping: str) -> int:
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.declare.origins import origins
    from vardskiftet.engine.vocabulary import vocabulary
    from vardskiftet.run.mappings import mapping_of

    mapping_of(open_desk(options), mapping)
    found = origins(options.project, vocabulary(), mapping)
    answer = console.Answer("vardskiftet.mappings.show/1", own={"mapping": mapping, "origin": [asdict(one) for one in found]})
    answer.table(mapping, ("word", "stands in", "instead of"), [(one.word, one.where, one.instead) for one in found])
    return console.show(answer, as_json=options.as_json)


@app.command("test")
def test_mappings(
    ctx: typer.Context,
    mapping: Annotated[str | None, typer.Argument(help="One mapping; all if none is named.", metavar="MAPPING")] = None,
    project: Project = None,
    as_json: AsJson = False,
    trust_code: TrustCode = False,
) -> None:
    """Run the examples that mappings carry. Exits 1 if one comes out otherwise. Needs neither source nor target.

    Example:  vardskiftet mappings test
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.mappings import run_examples

    options = given(ctx, project, as_json, None)
    desk = replace(open_desk(options), trust_code=trust_code)
    names = (mapping,) if mapping else tuple(one.mapping for one in desk.programme.mappings)
    done = run_examples(desk, names)
    failed = [one for one in done if one.shortfalls]
    answer = console.Answer("vardskiftet.mappings.test/1", exit_code=1 if failed else 0)
    answer.own = {
        "examples": [
            {"mapping": one.mapping, "where": one.where, "holds": not one.shortfalls, "shortfalls": list(one.shortfalls)} for one in done
        ]
    }
    answer.say(f"{len(done) - len(failed)} of {len(done)} examples hold.")
    for one in failed:
        answer.because("EXAMPLE_FAILS", f"{one.mapping}: " + "; ".join(one.shortfalls), where=one.where)
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("preview")
def preview_mapping(
    ctx: typer.Context,
    mapping: Name,
    project: Project = None,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option("--limit", help="How many source rows.", min=1, max=10_000)] = 20,
    wave: Annotated[str | None, typer.Option("--wave", help="The wave to see them from.", show_default="the first")] = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show the rows themselves; needs --reason, and is remembered.")
    ] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why the values must be seen.")] = None,
    trust_code: TrustCode = False,
) -> None:
    """Try a mapping on the first rows of its source: fates and reasons by number. Nothing is written; no value is shown unless asked.

    Example:  vardskiftet mappings preview elvis.booking --limit 20
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.values import remembered
    from vardskiftet.run.mappings import preview

    options = given(ctx, project, as_json, None)
    desk = replace(open_desk(options), trust_code=trust_code)
    if show_values:
        remembered(desk, f"mappings preview {mapping}", reason)
    chosen = desk.wave(wave).wave if wave else desk.programme.waves[0].wave
    found = preview(desk, mapping, chosen, limit)
    answer = console.Answer("vardskiftet.mappings.preview/1")
    answer.own = {
        "mapping": mapping,
        "wave": chosen,
        "rows": found.rows,
        "places": found.places,
        "fates": found.fates,
        "reasons": found.reasons,
        "assumed": list(found.assumed),
    }
    answer.say(f"{mapping}: the first {found.rows:,} rows, seen from wave {chosen}.")
    if found.assumed:
        answer.say(f"Nothing of {', '.join(found.assumed)} is loaded yet: what is found there is taken as if it were.")
    for title, figures in (("where rows belong", found.places), ("fates of items", found.fates), ("reasons", found.reasons)):
        if figures:
            answer.table(title, ("", "number"), list(figures.items()))
    if show_values:
        shown = [{name: str(value) for name, value in row.items() if value is not None} for row in found.items.to_pylist()]
        answer.own["items"] = shown
        for row in shown:
            answer.say("  ".join(f"{name}={value}" for name, value in row.items() if name not in ("vs_digest", "vs_copy")))
    answer.next_steps = [f"vardskiftet mappings show {mapping}", "vardskiftet mappings test"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("trust")
def trust_code_of(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help="A file of mappings/python: its name without .py.", metavar="CODE")],
    reason: Reason,
    said: Said = None,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Sign a file of Python as you have read it: from then on mappings may run it, until it changes.

    Example:  vardskiftet mappings trust streets --reason "Read line by line" --as anna
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.trust import trust

    options = given(ctx, project, as_json, now)
    done = trust(open_desk(options), code, reason, said)
    answer = console.Answer("vardskiftet.mappings.trust/1", own=asdict(done) | {"signature": done.signature.payload()})
    answer.say(f"{done.path} may run as it stands ({done.sha256[:12]}), signed by {done.signature.name}, {done.signature.role}.")
    answer.next_steps = ["vardskiftet mappings test"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))


@app.command("new")
def new_mapping(
    ctx: typer.Context,
    system: Annotated[str, typer.Argument(help="The system.")],
    table: Annotated[str, typer.Argument(help="A table of its source.")],
    project: Project = None,
    as_json: AsJson = False,
    into: Annotated[str | None, typer.Option("--into", help="The record table; the most alike if none is named.")] = None,
) -> None:
    """Draft a mapping from a source table: its key, its columns, and what of the record they may fill. Printed, never written.

    Only system.yaml and record.yaml must be right for it.

    Example:  vardskiftet mappings new elvis bokning --into appointment > draft.yaml
    """
    from vardskiftet.declare.project import read_sketch
    from vardskiftet.engine.vocabulary import vocabulary
    from vardskiftet.run.drafting import draft

    options = given(ctx, project, as_json, None)
    text = draft(read_sketch(options.project, vocabulary()), system, table, into)
    answer = console.Answer("vardskiftet.mappings.new/1", own={"system": system, "table": table, "yaml": text})
    answer.say(text)
    raise typer.Exit(console.show(answer, as_json=options.as_json))
