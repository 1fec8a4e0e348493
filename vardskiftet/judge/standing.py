"""What is a wave's status, and what may a person do to it? Folded from events, never typed; an empty memory means `planned`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# The events that carry a wave on, and what it then is (design §2). Others leave it where it is.
STATUS_AFTER = {
    "criteria.frozen": "preparing",
    "decision.go": "go_decided",
    "cutover.started": "cutover",
    "cutover.completed": "live",
    "hypercare.passed": "stabilised",
    "wave.closed": "closed",
    "wave.cancelled": "cancelled",
    "wave.undone": "rolled_back",
}

PAUSED, RESUMED = "wave.paused", "wave.resumed"
_ENDS_A_PAUSE = {RESUMED, "wave.closed", "wave.cancelled", "wave.undone"}

OVER = ("cancelled", "closed")
LOADED = "books.drawn"

TOLD_BY = (*STATUS_AFTER, PAUSED, RESUMED, LOADED)
"""Every kind of event that a status is folded from."""

# A resumed wave goes on from where it was paused. A decided go does not outlive the pause, and a wave that was taken back begins anew.
_RESUMES_AS = {"go_decided": "preparing", "rolled_back": "planned"}


@dataclass(frozen=True, slots=True)
class Turn:
    """What a person may do to a wave: the event that says it, and the statuses in which it may be done."""

    verb: str
    kind: str
    allowed: tuple[str, ...]
    why_not: str
    """Why it is refused elsewhere."""


TURNS = {
    turn.verb: turn
    for turn in (
        Turn(
            "pause",
            PAUSED,
            ("planned", "preparing", "go_decided", "live"),
            "A cutover is stopped by its runbook; what is stabilised or over is not paused.",
        ),
        Turn("resume", RESUMED, ("paused", "rolled_back"), "Only what is paused or taken back is resumed."),
        Turn(
            "cancel",
            "wave.cancelled",
            ("planned", "preparing", "go_decided", "paused", "rolled_back"),
            "What is live is taken back first; what is over stays as it is.",
        ),
        Turn("close", "wave.closed", ("stabilised",), "A wave is closed when it is stabilised."),
    )
}


def standing(events: Iterable[tuple[str, str]], wave: str) -> str:
    """The status of a wave after these (kind, wave) events, in their order.

    A pause lies over the status until it is resumed, closed, cancelled or taken back; what happens meanwhile counts afterwards.
    """
    status, paused = "planned", False
    for kind, of in events:
        if of != wave:
            continue
        if kind == RESUMED:
            status = _RESUMES_AS.get(status, status)
        if kind == "wave.undone" and status in OVER:
            continue  # what was cancelled or closed stays so, though its rows are taken out
        if kind == LOADED and status == "rolled_back":
            status = "planned"  # a wave that was taken back and loaded again begins anew
        paused = kind == PAUSED or (paused and kind not in _ENDS_A_PAUSE)
        status = STATUS_AFTER.get(kind, status)
    return "paused" if paused else status


def turns_from(status: str) -> tuple[str, ...]:
    """What a person may do to a wave of this status, sorted."""
    return tuple(sorted(turn.verb for turn in TURNS.values() if status in turn.allowed))
