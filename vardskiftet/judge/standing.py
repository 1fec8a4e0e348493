"""What is a wave's status? Folded from events, never typed; an empty memory means `planned`."""

from __future__ import annotations

from collections.abc import Iterable

# The events that carry a wave on, and what it then is (design §2). Others leave it where it is.
STATUS_AFTER = {
    "criteria.frozen": "preparing",
    "decision.go": "go_decided",
    "cutover.started": "cutover",
    "cutover.completed": "live",
    "hypercare.passed": "stabilised",
    "wave.closed": "closed",
    "wave.paused": "paused",
    "wave.cancelled": "cancelled",
    "wave.undone": "rolled_back",
}


def standing(events: Iterable[tuple[str, str]], wave: str) -> str:
    """The status of a wave after these (kind, wave) events, in their order."""
    status = "planned"
    for kind, of in events:
        if of == wave:
            status = STATUS_AFTER.get(kind, status)
    return status
