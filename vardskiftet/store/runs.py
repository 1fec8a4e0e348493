"""Which runs were there, and how did each end? Runs are read off the events that share an id."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vardskiftet.model.event import Event
from vardskiftet.model.run import Run
from vardskiftet.store.reader import StoreReader

STARTED = "run.started"
FINISHED = "run.finished"
OPEN = "open"


def new_run_id(clock: Callable[[], datetime]) -> str:
    """A new run's id: the programme's local time and eight random hexadecimal digits, for instance `20241105T080000-1f2e3d4c`."""
    return f"{clock():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def runs(store: StoreReader) -> tuple[Run, ...]:
    """Every run of the store, in the order in which they began."""
    return fold(store.events())


def fold(events: Iterable[Event]) -> tuple[Run, ...]:
    """Runs from events in order; of each run only its first and last event are kept, and what they said."""
    notes: dict[str, _Notes] = {}
    for event in events:
        note = notes.setdefault(event.run_id, _Notes(event, event))
        note.last = event
        note.events += 1
        note.said |= _said(event)
    return tuple(_run(note) for note in notes.values())


@dataclass(slots=True)
class _Notes:
    """What is noted of a run while its events go by."""

    first: Event
    last: Event
    events: int = 0
    said: dict[str, Any] = field(default_factory=dict)


def _run(note: _Notes) -> Run:
    # Where a run did not say how long it took: the machine's clock may have been set back meanwhile.
    so_far = max(0.0, (note.last.recorded_at - note.first.recorded_at).total_seconds())
    told = {"verb": "", "wave": "", "plan": "", "owner": "", "host": "", "outcome": OPEN, "seconds": so_far} | note.said
    return Run(run_id=note.first.run_id, started_at=note.first.at, recorded_at=note.first.recorded_at, events=note.events, **told)


def _said(event: Event) -> dict[str, Any]:
    """What an event says about its run."""
    payload = event.payload
    if event.kind == STARTED:
        words = {name: str(payload.get(name) or "") for name in ("verb", "wave", "plan", "command", "owner", "host", "pid_started")}
        return words | {"pid": payload.get("pid")}
    if event.kind == FINISHED:
        code = payload.get("exit_code")
        took = {"seconds": float(payload["seconds"])} if "seconds" in payload else {}
        return took | {"finished_at": event.at, "exit_code": code, "outcome": str(payload.get("outcome") or outcome_of(code))}
    return {}


def outcome_of(exit_code: int | None) -> str:
    """The word for an exit code: done, finding, interrupted, or failed."""
    if exit_code == 0:
        return "done"
    if exit_code in (1, 3, 4):
        return "finding"
    return "interrupted" if exit_code in (130, 143) else "failed"
