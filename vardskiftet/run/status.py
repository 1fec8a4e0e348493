"""What is the state of a wave? Read from the target, the lock and the memory; asking never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import BatchEntry, Lock
from vardskiftet.judge.standing import TOLD_BY, standing
from vardskiftet.model.event import Event
from vardskiftet.model.plan import Plan
from vardskiftet.run.desk import Desk, plans_of
from vardskiftet.run.last_books import DRAWN, OF_BOOKS, REHEARSED, closed
from vardskiftet.run.lock import proved_dead
from vardskiftet.run.moments import OF_MOMENTS, owing


@dataclass(frozen=True, slots=True)
class Standing:
    """One wave as it stands."""

    wave: str
    status: str
    """The wave's status, folded from events."""
    load: str
    """not_planned, planned, partial, running, dead, loaded; books_open where all is loaded and the books did not close."""
    rehearsed: bool | None
    """Whether the books of the plan's last rehearsal closed; None if it was never rehearsed."""
    plan: str
    batches_done: int
    batches_planned: int
    rows_done: int
    rows_planned: int
    rows_per_second: float | None
    seconds_left: float | None
    owes_delta: tuple[str, ...]
    """Systems whose rows come from more than one moment: the wave is complete only after a closing delta."""
    lock: Lock | None
    last_commit: str
    next_steps: tuple[str, ...]


def standings(desk: Desk, waves: tuple[str, ...]) -> tuple[Standing, ...]:
    """The state of each named wave."""
    ledger = Ledger(open_target(desk.programme), desk.programme.record)
    locks = {lock.wave: lock for lock in ledger.locks()}
    with desk.reading_store() as store:
        events = tuple(store.of_kinds((*TOLD_BY, *OF_BOOKS, *OF_MOMENTS)))
    return tuple(_standing(wave, plans_of(desk, wave), ledger.batches(wave), locks.get(wave), events) for wave in waves)


def _standing(
    wave: str, plans: tuple[Plan, ...], entries: tuple[BatchEntry, ...], lock: Lock | None, events: tuple[Event, ...]
) -> Standing:
    begun = {entry.plan for entry in entries}
    plan = next((one for one in reversed(plans) if one.fingerprint in begun), plans[-1] if plans else None)
    mine = [entry for entry in entries if plan is not None and entry.plan == plan.fingerprint]
    planned = len(plan.batches) if plan else 0
    rows_planned = sum(one.rows for one in plan.expectations) if plan else 0
    rows = sum(entry.rows_read for entry in mine)
    if lock is not None:
        load = "dead" if proved_dead(lock) else "running"
    elif plan is None:
        load = "not_planned"
    else:
        load = "loaded" if planned and len(mine) == planned else "partial" if mine else "planned"
        if load == "loaded" and closed(events, wave, plan.fingerprint, DRAWN) is False:
            load = "books_open"
    rehearsed = closed(events, wave, plan.fingerprint, REHEARSED) if plan else None
    owed = owing(events, wave, plan.fingerprint) if plan else ()
    rate = _rate(mine, lock.run_id) if lock is not None and load == "running" else None
    return Standing(
        wave=wave,
        status=standing(((event.kind, str(event.payload.get("wave", ""))) for event in events), wave),
        load=load,
        rehearsed=rehearsed,
        plan=plan.name if plan else "",
        batches_done=len(mine),
        batches_planned=planned,
        rows_done=rows,
        rows_planned=rows_planned,
        rows_per_second=rate,
        seconds_left=max(0.0, (rows_planned - rows) / rate) if rate else None,
        owes_delta=owed,
        lock=lock,
        last_commit=max((entry.committed_at for entry in mine), default=""),
        next_steps=_next(wave, load, lock.verb if lock else "", rehearsed, owed),
    )


def _rate(entries: list[BatchEntry], run_id: str) -> float | None:
    """Rows a second of the run at work, from the commit times in the books; None until there are two."""
    mine = sorted((datetime.fromisoformat(one.committed_at), one.rows_read) for one in entries if one.run_id == run_id)
    if len(mine) < 2:
        return None
    seconds = (mine[-1][0] - mine[0][0]).total_seconds()
    return sum(rows for _, rows in mine[1:]) / seconds if seconds > 0 else None


def _next(wave: str, load: str, verb: str, rehearsed: bool | None, owed: tuple[str, ...]) -> tuple[str, ...]:
    match load:
        case "not_planned":
            return (f"vardskiftet plan {wave}",)
        case "planned" if rehearsed:
            return (f"vardskiftet apply {wave}",)
        case "planned":
            return (f"vardskiftet rehearse {wave}", f"vardskiftet apply {wave}")
        case "dead" if verb == "undo":
            return (f"vardskiftet undo {wave} --confirm {wave}",)
        case "dead" if verb == "rejects replay":
            return (f"vardskiftet rejects replay {wave}",)
        case "partial" | "dead":
            return (f"vardskiftet apply {wave}",)
        case "running":
            return (f"vardskiftet status {wave}", f"vardskiftet lock status {wave}")
        case "loaded" if owed:
            return (f"vardskiftet plan {wave}", f"vardskiftet books {wave}")
        case _:
            return (f"vardskiftet books {wave}", f"vardskiftet report wave {wave}")
