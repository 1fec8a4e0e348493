"""Where does a command begin and end? Verbs by name, one boundary for failures, and the exit codes of the contract."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType
from typing import Annotated

import typer

from vardskiftet import __version__
from vardskiftet.cli import apply, audit, books, console, demo, lock, mappings, plan, rehearse, report, runs, status, undo, validate, waves
from vardskiftet.cli.boundary import Terminated, guarded
from vardskiftet.cli.options import AsJson, Now, Project, Quiet

app = typer.Typer(
    name="vardskiftet",
    help="Moves a region's health records wave by wave, with books that close.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

VERBS: dict[str, Callable[..., None]] = {
    "demo": demo.run,
    "validate": validate.run,
    "plan": plan.run,
    "rehearse": rehearse.run,
    "apply": apply.run,
    "status": status.run,
    "books": books.run,
    "undo": undo.run,
}
for name, verb in VERBS.items():
    app.command(name)(verb)
GROUPS = (report, mappings, runs, audit, lock, waves)
for group in GROUPS:
    app.add_typer(group.app)


def machine_clock() -> datetime:
    """The present by the machine, UTC. Handed down; nothing below asks for it."""
    return datetime.now(UTC)


def _version(wanted: bool) -> None:
    if wanted:
        console.answer(f"vardskiftet {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")] = False,
) -> None:
    """Moves a region's health records wave by wave, with books that close.

    Begin with:  vardskiftet demo --dir demo
    """
    ctx.obj = {"clock": machine_clock, "project": project, "as_json": as_json, "now": now, "quiet": quiet, "debug": debug}


def _on_term(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Terminated


def main() -> None:
    """Run the command line; the process ends with a code of the contract. What it writes, its owner alone may read."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _on_term)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """One command; returns its exit code."""
    return guarded(lambda given: app(given, prog_name="vardskiftet", standalone_mode=False), arguments, _verb(arguments), machine_clock)


def _verb(arguments: list[str]) -> str:
    """The verb that was meant, as its documents call it: `books`, `runs.list`."""
    words = [one for one in arguments if not one.startswith("-")]
    groups = {group.app.info.name for group in GROUPS}
    for place, word in enumerate(words):
        if word in VERBS:
            return word
        if word in groups:
            return ".".join(words[place : place + 2])
    return "help"
