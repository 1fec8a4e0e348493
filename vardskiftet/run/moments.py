"""Do a wave's rows show each source at one moment? If not, only a closing delta makes the wave complete."""

from __future__ import annotations

from collections.abc import Iterable

from vardskiftet.engine.sources.protocol import Stillness
from vardskiftet.model.event import Event
from vardskiftet.run.memory import lived
from vardskiftet.store.runs import STARTED

HELD = "source.held"
LOST = "snapshot.lost"
COUNTED = "source.counted"
SCANNED = "keys.scanned"
CUT = "batches.cut"
OF_COUNTS = (STARTED, COUNTED)
"""Every kind of event that `counted_then` looks at."""
OF_MOMENTS = (STARTED, HELD, LOST)
"""Every kind of event that `owing` looks at."""


def owing(events: Iterable[Event], wave: str, plan: str) -> tuple[str, ...]:
    """Systems whose rows under this plan come from more than one moment, sorted: only a later plan, a delta, makes them one.

    A snapshot that a resumed run did not find again, or a source that cannot be held still for a run and is not declared frozen.
    """
    owed: dict[str, bool] = {}
    for event in lived(events, wave):
        if event.payload.get("plan") != plan or event.kind not in (HELD, LOST):
            continue
        system = str(event.payload["system"])
        moving = event.kind == LOST or not (event.payload.get("frozen") or event.payload["stillness"] == Stillness.RUN)
        owed[system] = owed.get(system, False) or moving
    return tuple(sorted(system for system, moving in owed.items() if moving))


def counted_then(events: Iterable[Event], wave: str, plan: str) -> dict[str, int]:
    """Mapping to the rows that its source counted when the plan's load drew its books: nobody can ask about that moment any more."""
    last: dict[str, int] = {}
    for event in lived(events, wave):
        if event.kind == COUNTED and event.payload.get("plan") == plan:
            last = {str(name): int(rows) for name, rows in event.payload["counted"].items()}
    return last
