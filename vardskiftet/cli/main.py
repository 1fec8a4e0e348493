"""Where does a command begin and end? Verbs by name, one boundary for failures, and the exit codes of the contract."""

from __future__ import annotations

import os
import platform
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import click
import typer

from vardskiftet import __version__
from vardskiftet.cli import apply, audit, books, console, demo, lock, plan, rehearse, report, runs, status, undo, validate
from vardskiftet.cli.options import AsJson, Now, Project, Quiet
from vardskiftet.errors import Interrupted, NoRoom, VardskiftetError

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
for group in (report, runs, audit, lock):
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


class Terminated(KeyboardInterrupt):
    """SIGTERM: the unit of work in hand is finished or rolled back, then the run ends."""


def _on_term(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Terminated


def main() -> None:
    """Run the command line; the process ends with a code of the contract."""
    signal.signal(signal.SIGTERM, _on_term)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """One command; returns its exit code."""
    as_json, debug = "--json" in arguments, "--debug" in arguments
    arguments = [one for one in arguments if one != "--debug"]
    schema = _schema(arguments)
    try:
        code = app(arguments, prog_name="vardskiftet", standalone_mode=False)
        return int(code or 0)
    except VardskiftetError as error:
        if debug:
            traceback.print_exc()
        return console.show_error(error, schema=schema, as_json=as_json)
    except click.ClickException as error:
        if as_json:
            usage = VardskiftetError(error.format_message())
            usage.exit_code, usage.id = 2, "USAGE"
            return console.show_error(usage, schema=schema, as_json=True)
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort) as error:
        stopped = Interrupted("Stopped. What was committed stands; the same command goes on from there.")
        stopped.exit_code = 143 if isinstance(error, Terminated) else 130
        return console.show_error(stopped, schema=schema, as_json=as_json)
    except MemoryError:
        full = NoRoom("There is not enough memory.", hint="What was committed stands; free memory and give the same command again.")
        return console.show_error(full, schema=schema, as_json=as_json)
    except BrokenPipeError:
        # Whoever read our answer has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:  # the one place that catches what nobody foresaw
        if debug:
            traceback.print_exc()
        return console.show_error(_bug(error), schema=schema, as_json=as_json)


def _schema(arguments: list[str]) -> str:
    words = [one for one in arguments if not one.startswith("-")]
    return f"vardskiftet.{words[0] if words else 'help'}/1"


def _bug(error: Exception) -> VardskiftetError:
    """An unforeseen failure as three lines; the traceback goes to a file, without values of rows: frames and names only."""
    frames = traceback.extract_tb(error.__traceback__)
    moment = machine_clock()
    lines = [
        f"vardskiftet {__version__}, Python {platform.python_version()}, {platform.system()}",
        moment.isoformat(),
        type(error).__name__,
    ]
    lines += [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    path = Path(f"crash-{moment:%Y%m%dT%H%M%S}.txt")
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(0o600)
        told = f"The traceback, without any value, lies in {path}."
    except OSError:
        told = "No crash file could be written here."
    return VardskiftetError(f"This is a bug in vardskiftet ({type(error).__name__}).", hint=f"{told} `--debug` shows it whole.")
