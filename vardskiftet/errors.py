"""Which failures are foreseen, and with which exit code does each end?

The codes are the contract of the command line: 0 done · 1 a finding · 2 usage or declarations · 3 conditional ·
4 not evaluable · 5 waiting for a person · 6 unreachable · 7 locked · 8 integrity · 9 disk or memory ·
10 stale or foreign · 70 a bug here · 130 and 143 interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# When several findings meet, the graver one speaks.
GRAVITY = (8, 6, 1, 4, 3, 0)


def gravest(codes: Sequence[int]) -> int:
    """The one exit code for several findings at once: 8 > 6 > 1 > 4 > 3 > 0."""
    return next((code for code in GRAVITY if code in codes), 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a declaration: its address, what is wrong, and the nearest right thing."""

    path: str
    line: int
    trail: str
    message: str
    hint: str = ""

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}"


class VardskiftetError(Exception):
    """A foreseen failure: what, where, why, and what to do. Never a row's content, never a connection string."""

    exit_code = 70
    id = "BUG"
    may_retry = False

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint


class Usage(VardskiftetError):
    """The command cannot be carried out as it was asked."""

    exit_code = 2
    id = "USAGE"


class DeclarationsWrong(VardskiftetError):
    """The declarations hold faults; nothing was run."""

    exit_code = 2
    id = "DECLARATIONS"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        files = len({fault.path for fault in faults})
        super().__init__(
            f"{len(faults)} problem{'s' if len(faults) != 1 else ''} in {files} file{'s' if files != 1 else ''}. Nothing was run."
        )


class WorklistRefused(DeclarationsWrong):
    """A worklist came back with something that may not be, or cannot be as it was meant; nothing of it was taken in."""

    id = "WORKLIST_REFUSED"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.message = f"{len(faults)} problem{'s' if len(faults) != 1 else ''} in what was brought back. Nothing was taken in."


class EvidenceWrong(DeclarationsWrong):
    """A file of evidence cannot be taken in as it is; nothing was stored."""

    id = "EVIDENCE"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.message = f"{len(faults)} problem{'s' if len(faults) != 1 else ''} in the file. Nothing was stored."


class Unreachable(VardskiftetError):
    """A database or a file could not be reached, or it refused."""

    exit_code = 6
    id = "UNREACHABLE"
    may_retry = True


class ConnectionLost(Unreachable):
    """A server was reached, or seemed to be, and does not answer any more: it may well the next moment."""


class TookTooLong(Unreachable):
    """A server ended a statement that took longer than is allowed. `parts` says in how many the same range is asked for the next time."""

    def __init__(self, message: str, *, where: str = "", hint: str = "", parts: int = 0) -> None:
        super().__init__(message, where=where, hint=hint)
        self.parts = parts
        """0 where it is not cut any finer."""


class Locked(VardskiftetError):
    """Another run holds the wave."""

    exit_code = 7
    id = "LOCKED"
    may_retry = True


class IntegrityBroken(VardskiftetError):
    """Books do not close, a chain is broken, or a digest differs."""

    exit_code = 8
    id = "INTEGRITY"


class NoRoom(VardskiftetError):
    """The disk or the memory is full; what was committed stands, and the same command goes on from there."""

    exit_code = 9
    id = "NO_ROOM"
    may_retry = True


class Stale(VardskiftetError):
    """The world moved since the plan was made: declarations, tool, schema, or what the target holds."""

    exit_code = 10
    id = "STALE"


class Interrupted(VardskiftetError):
    """Somebody stopped the run; the same command goes on from there."""

    exit_code = 130
    id = "INTERRUPTED"
    may_retry = True
