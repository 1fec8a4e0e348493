"""Is what a rehearsal did kept out of a wave's own story?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vardskiftet.model.event import Event
from vardskiftet.run.memory import lived


def event(seq: int, run: str, kind: str, **payload: Any) -> Event:
    now = datetime(2024, 11, 5, tzinfo=UTC)
    return Event(seq=seq, run_id=run, kind=kind, at=now, recorded_at=now, payload=payload, prev="", hash="")


EVENTS = (
    event(1, "a", "run.started", verb="rehearse", wave="south-1"),
    event(2, "a", "batch.done", wave="south-1", number=1),
    event(3, "b", "run.started", verb="apply", wave="south-1"),
    event(4, "c", "run.started", verb="apply", wave="west"),
    event(5, "b", "batch.done", wave="south-1", number=1),
    event(6, "a", "run.finished", exit_code=0),
    event(7, "c", "batch.done", wave="west", number=1),
    event(8, "b", "run.finished", exit_code=0),
)


def test_only_the_waves_own_events_and_none_of_a_rehearsal() -> None:
    assert [one.seq for one in lived(EVENTS, "south-1")] == [3, 5]
    assert [one.seq for one in lived(EVENTS, "west")] == [4, 7]
    assert list(lived(EVENTS, "north")) == []
