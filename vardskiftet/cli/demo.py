"""See it work: a whole synthetic programme, planned, rehearsed, loaded and balanced in one command."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Quiet, given


class Target(StrEnum):
    """Kinds of record that a demo can have."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    FILE_DROP = "file_drop"


def run(
    ctx: typer.Context,
    dir: Annotated[Path, typer.Option("--dir", help="Where to make the demo: a new or empty folder, or an earlier demo.")] = Path(
        "vardskiftet-demo"
    ),
    size: Annotated[str, typer.Option("--size", help="small (5,000 patients), medium (50,000), large (500,000), or a number.")] = "small",
    stage: Annotated[
        str, typer.Option("--stage", help="no-go: a week before the start, as it stands. green: the same wave, mended.", metavar="STAGE")
    ] = "no-go",
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same patients.")] = 7,
    target: Annotated[
        Target, typer.Option("--target", help="Where the record lies: a file, a PostgreSQL server, or a folder of files.")
    ] = Target.SQLITE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a synthetic region; plan, rehearse, load and balance wave south-1, hand in evidence, ask gate G7, and write the reports.

    With --target postgresql the record lies on the server of $VARDSKIFTET_DEMO_RECORD, or on one that is started for it in the folder.

    Example:  vardskiftet demo --dir demo
    """
    from vardskiftet.cli.showing import show_demo, stage_of

    options = given(ctx, dir, as_json, None, quiet)
    raise typer.Exit(console.show(show_demo(options, size, seed, target.value, stage_of(stage)), as_json=options.as_json))
