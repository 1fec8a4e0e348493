"""What does the memory say of a wave's own load? Its events, without those of rehearsals, whose batches are in no target of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vardskiftet.model.event import Event
from vardskiftet.store.runs import STARTED


def lived(events: Iterable[Event], wave: str) -> Iterator[Event]:
    """The events of a wave, in their order, but those of runs that only rehearsed it."""
    rehearsals = set()
    for event in events:
        if event.kind == STARTED and event.payload.get("verb") == "rehearse":
            rehearsals.add(event.run_id)
        if event.payload.get("wave") == wave and event.run_id not in rehearsals:
            yield event
