"""What becomes of a failure? Foreseen ones are told in three lines; the rest is a bug, and its traceback goes to a file without values."""

from __future__ import annotations

import errno
import platform
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import typer
from typer.exceptions import TyperException

from vardskiftet import __version__
from vardskiftet.cli import signals
from vardskiftet.errors import Interrupted, NoRoom, Unreachable, Usage, VardskiftetError

NO_VERB = "failure"
"""What the document of a command line is called in which no verb was found."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def told(error: BaseException, clock: Callable[[], datetime]) -> VardskiftetError:
    """What a person is told of an exception."""
    if signals.asked() is not None or isinstance(error, KeyboardInterrupt | typer.Abort):
        stopped = Interrupted("Stopped. What was committed stands; the same command goes on from there.")
        stopped.exit_code = signals.asked() or 130
        return stopped
    match error:
        case VardskiftetError():
            return error
        case TyperException():
            return Usage(str(error), hint="vardskiftet --help")
        case _ if _no_memory(error):
            return NoRoom("There is not enough memory.", hint="What was committed stands; free memory and give the same command again.")
        case OSError():
            return _of_system(error)
        case _:
            return _bug(error, clock())


def _no_memory(error: BaseException) -> bool:
    """Whether an allocation failed, in Python or in DuckDB, which is not loaded for the sake of this question."""
    duckdb = sys.modules.get("duckdb")
    return isinstance(error, MemoryError if duckdb is None else (MemoryError, duckdb.OutOfMemoryException))


def _of_system(error: OSError) -> VardskiftetError:
    where = Path(str(error.filename)).name if error.filename else ""
    if error.errno in _FULL:
        return NoRoom("The disk is full; what was committed stands.", where=where, hint="Make room, and give the same command again.")
    return Unreachable(f"A file could not be read or written: {error.strerror}.", where=where, hint="Look at its place and its rights.")


def _bug(error: BaseException, moment: datetime) -> VardskiftetError:
    """An unforeseen failure as three lines; the traceback goes to a file: frames and names only, since a message may repeat a row."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        f"vardskiftet {__version__}, Python {platform.python_version()}, {platform.system()}",
        moment.isoformat(),
        type(error).__name__,
        *(f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames),
    ]
    path = Path(f"crash-{moment:%Y%m%dT%H%M%S}.txt")
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(0o600)
        kept = f"The traceback, without any value, lies in {path}."
    except OSError:
        kept = "No crash file could be written here."
    return VardskiftetError(f"This is a bug in vardskiftet ({type(error).__name__}).", hint=f"{kept} `--debug` shows it whole.")
