"""What may stand in a file, and what is in a document? JSON Schemas, for editors and for scripts."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, given


def run(
    ctx: typer.Context,
    kind: Annotated[
        str | None, typer.Argument(help="A kind of file (wave, mapping …) or a verb's document (books, runs.list …).", metavar="KIND")
    ] = None,
    extends: Annotated[bool, typer.Option("--extends", help="Of a file of that kind that extends a base.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the JSON Schema of a kind of file, or of a verb's --json document; without KIND, list the kinds.

    Example:  vardskiftet schema mapping > mapping.schema.json
    """
    from vardskiftet.cli import documents
    from vardskiftet.declare import schemas
    from vardskiftet.declare.words import nearest
    from vardskiftet.engine.vocabulary import vocabulary
    from vardskiftet.errors import Usage

    options = given(ctx, None, as_json, None)
    files = {name: where for name, (_, where) in schemas.KINDS.items()}
    verbs = {name: f"vardskiftet {name.replace('.', ' ')} --json" for name in documents.DOCUMENTS}
    known = [{"kind": name, "of": "file", "says": says} for name, says in files.items()]
    known += [{"kind": name, "of": "document", "says": verbs.get(name, "a command line without a verb")} for name in documents.names()]
    if kind is not None and kind not in {one["kind"] for one in known}:
        raise Usage(f"'{kind}' is not a kind of file or of document.", hint=nearest(kind, [one["kind"] for one in known]))
    if extends and kind not in schemas.EXTENDABLE:
        raise Usage(f"'{kind or ''}' is not a kind of file that extends a base.", hint=f"Known: {', '.join(schemas.EXTENDABLE)}.")
    words = vocabulary() if kind in files else None
    of_file = schemas.overlay_of if extends else schemas.schema_of
    made = None if kind is None else of_file(kind, words) if words is not None else documents.schema_of(kind)
    answer = console.Answer("vardskiftet.schema/1", own={"kind": kind, "json_schema": made, "kinds": known if kind is None else []})
    if made is not None:
        answer.verbatim(json.dumps(made, ensure_ascii=False, indent=2))
    else:
        answer.table("kinds of file", ("kind", "files"), [(one["kind"], one["says"]) for one in known if one["of"] == "file"])
        answer.table("documents", ("kind", "printed by"), [(one["kind"], one["says"]) for one in known if one["of"] == "document"])
        answer.next_steps = ["vardskiftet schema mapping"]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
