"""How does a region begin a programme of its own? With a small one that validates and runs, and teaches its keys."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, given


def run(
    ctx: typer.Context,
    dir: Annotated[Path, typer.Argument(help="Where: a new folder, or an empty one.", metavar="DIR")],
    name: Annotated[str | None, typer.Option("--name", help="The programme's name.", show_default="the folder's")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a programme of one's own: two units in one wave, an invented journal with two mappings, and comments that teach every key.

    Example:  vardskiftet init mine --name "Region Öst"
    """
    from vardskiftet.declare import read
    from vardskiftet.declare.scalars import USER
    from vardskiftet.declare.schemas import KINDS, schema_of
    from vardskiftet.demo.starter import WAVE, start
    from vardskiftet.engine.vocabulary import vocabulary
    from vardskiftet.errors import Usage
    from vardskiftet.run.signing import system_user

    options = given(ctx, None, as_json, None)
    called = (dir.resolve().name if name is None else name).strip()
    if not called.isprintable() or not called:
        raise Usage("A programme has a name.", where="--name", hint='Name it: --name "Region Öst"')
    words, user = vocabulary(), system_user()
    person = user if USER.fullmatch(user) else "somebody"
    schemas = {kind: schema_of(kind, words) for kind in KINDS if kind != "codebook"}
    made = start(dir, called, person, options.clock(), schemas)
    read(made.folder, words)
    answer = console.Answer("vardskiftet.init/1", own={"project": str(made.folder), "wave": WAVE, "files": list(made.files)})
    answer.say(f"A programme of your own lies in {made.folder}: {len(made.files)} files, and an invented journal to try it on.")
    answer.say(f"Wave {WAVE} has two units; README.md says what is where, and every file explains its keys.")
    verbs = ("validate", "doctor", f"plan {WAVE}", f"rehearse {WAVE}", f"apply {WAVE}", f"report wave {WAVE}")
    answer.next_steps = [f"cd {shlex.quote(str(made.folder))}", *(f"vardskiftet {verb}" for verb in verbs)]
    raise typer.Exit(console.show(answer, as_json=options.as_json))
