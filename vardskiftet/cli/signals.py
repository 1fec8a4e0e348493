"""Did somebody ask the run to stop? A signal is raised, and remembered too, since libraries turn what it raises into errors of their own.

Seen: DuckDB makes it a RuntimeError without a cause, ADBC a NotSupportedError, and the parser of the command line swallows a
KeyboardInterrupt together with its message.
"""

from __future__ import annotations

import signal
from types import FrameType

_asked: list[int] = []


class Stopped(BaseException):
    """A signal came: the unit of work in hand is finished or rolled back, then the run ends with this code."""

    def __init__(self, exit_code: int) -> None:
        super().__init__()
        self.exit_code = exit_code


def listen() -> None:
    """Let SIGINT and SIGTERM stop the run in order; a second one ends the process at once, and what was committed stands then too."""
    for one in (signal.SIGINT, signal.SIGTERM):
        # Whoever started us in the background may have turned SIGINT off.
        if signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, _on_signal)


def asked() -> int | None:
    """The exit code of the stop that was asked for; None if there was none."""
    return _asked[0] if _asked else None


def _on_signal(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
    _asked.append(128 + number)
    raise Stopped(128 + number)
