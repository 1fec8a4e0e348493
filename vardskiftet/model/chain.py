"""How long is the programme's memory, and does its chain hold?"""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen

GENESIS = "0" * 64
"""What stands before the first event."""


class Head(Frozen):
    """The end of the chain: the last event's number and its hash. Every report prints it."""

    length: int = 0
    hash: str = GENESIS


class ChainCheck(Frozen):
    """What recomputing the chain found; `broken_at` is the first event number that is not as it was written."""

    length: int
    head: str
    broken_at: int | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        """Every event is as it was written and follows the one before."""
        return self.broken_at is None
