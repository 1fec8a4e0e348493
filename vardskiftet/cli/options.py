"""Which options does every verb take? They may stand before the verb or after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

Project = Annotated[
    Path | None, typer.Option("--project", help="The project folder: the one with waves/programme.yaml.", show_default="here")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, also on failure.")]
Now = Annotated[
    str | None, typer.Option("--now", help="A local moment to take for the present; only in a synthetic programme.", metavar="MOMENT")
]


def waves_here(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of the waves that begin so, for the shell: told from the names of files, so that nothing heavy is woken."""
    folder = ctx.params.get("project") or ctx.find_root().params.get("project") or Path()
    found = sorted(path.stem for path in Path(folder, "waves").glob("*.yaml"))
    return [name for name in found if name.startswith(incomplete) and name not in NO_WAVES]


NO_WAVES = ("programme", "units", "coexistence")
"""Files in waves/ that declare something else."""

WaveName = Annotated[str, typer.Argument(help="The wave.", metavar="WAVE", autocompletion=waves_here)]
WaveOrPlan = Annotated[str, typer.Argument(help="The wave, or a plan's name or file.", metavar="WAVE|PLAN", autocompletion=waves_here)]
TrustCode = Annotated[bool, typer.Option("--trust-code", help="Let the project's own code and commands run, though nobody signed them.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]


@dataclass(frozen=True, slots=True)
class Given:
    """The options that every verb takes, wherever they stood."""

    project: Path
    as_json: bool
    now: str | None
    quiet: bool
    clock: Callable[[], datetime]


def given(ctx: typer.Context, project: Path | None, as_json: bool, now: str | None, quiet: bool = False) -> Given:
    """Options after the verb, else those before it."""
    before = ctx.find_root().obj
    return Given(
        project or before.get("project") or Path(),
        as_json or bool(before.get("as_json")),
        now or before.get("now"),
        quiet or bool(before.get("quiet")),
        before["clock"],
    )
