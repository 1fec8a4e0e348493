"""Where does a command begin and end? Verbs by name, one boundary for failures, and the exit codes of the contract."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated

import typer
from typer.exceptions import TyperException

from vardskiftet import __version__
from vardskiftet.cli import (
    apply,
    audit,
    books,
    check,
    coexistence,
    console,
    coverage,
    demo,
    diff,
    doctor,
    evidence,
    explain,
    gate,
    identities,
    init,
    lock,
    manual,
    mappings,
    plan,
    profile,
    ready,
    rehearse,
    rejects,
    report,
    runs,
    schema,
    signals,
    status,
    trace,
    undo,
    validate,
    verify,
    waves,
)
from vardskiftet.cli.boundary import NO_VERB, told
from vardskiftet.cli.options import AsJson, Now, Project, Quiet

app = typer.Typer(
    name="vardskiftet",
    help="Moves a region's health records wave by wave, with books that close.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "terminal_width": console.help_width()},
)

VERBS: dict[str, Callable[..., None]] = {
    "demo": demo.run,
    "init": init.run,
    "doctor": doctor.run,
    "schema": schema.run,
    "validate": validate.run,
    "profile": profile.run,
    "coverage": coverage.run,
    "coexistence": coexistence.run,
    "plan": plan.run,
    "rehearse": rehearse.run,
    "apply": apply.run,
    "status": status.run,
    "books": books.run,
    "verify": verify.run,
    "explain": explain.run,
    "trace": trace.run,
    "undo": undo.run,
    "ready": ready.run,
}
for name, verb in VERBS.items():
    app.command(name)(verb)
GROUPS = (evidence, check, gate, report, diff, mappings, manual, rejects, identities, runs, audit, lock, waves)
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


def main() -> None:
    """Run the command line; the process ends with a code of the contract. What it writes, its owner alone may read."""
    os.umask(0o077)
    signals.listen()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """One command; every way in which it can end has its exit code."""
    as_json, debug = "--json" in arguments, "--debug" in arguments
    try:
        given = [one for one in arguments if one != "--debug"]
        code = int(_command()(given, prog_name="vardskiftet", standalone_mode=False) or 0)
        if code == 130:
            # The parser has swallowed a KeyboardInterrupt.
            raise KeyboardInterrupt
        return code
    except (BrokenPipeError, console.ReaderGone):
        # Whoever read our answer has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (Exception, KeyboardInterrupt, signals.Stopped) as error:
        if debug:
            traceback.print_exc()
        if isinstance(error, TyperException) and hasattr(error, "show") and not as_json:
            error.show()
            return 2
        return console.show_error(told(error, machine_clock), schema=f"vardskiftet.{_verb(arguments)}/1", as_json=as_json)


@cache
def _command() -> Callable[..., int | None]:
    """All verbs; to look at every signature takes as long as a small verb's own work."""
    return typer.main.get_command(app)


def _verb(arguments: list[str]) -> str:
    """The verb that was meant, as its documents call it: `books`, `runs.list`."""
    words = [one for one in arguments if not one.startswith("-")]
    known = {*VERBS, *(f"{group.app.info.name}.{name}" for group in GROUPS for name in _names(group.app))}
    meant = (name for place, word in enumerate(words) for name in (".".join(words[place : place + 2]), word))
    return next((name for name in meant if name in known), NO_VERB)


def _names(group: typer.Typer) -> list[str]:
    return [str(command.name or getattr(command.callback, "__name__", "")) for command in group.registered_commands]
