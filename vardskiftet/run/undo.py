"""How is a wave taken back? Batch by batch, children first; what the new system's users changed or refer to is left, and listed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from vardskiftet.engine.compare import edited
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import BatchEntry, Target
from vardskiftet.errors import Usage
from vardskiftet.model.event import Event
from vardskiftet.model.progress import Progress
from vardskiftet.plan.order import ordered
from vardskiftet.run.apply import catch_up, run_of
from vardskiftet.run.balance import current_plan
from vardskiftet.run.desk import Desk, plans_of
from vardskiftet.run.lock import holding
from vardskiftet.run.memory import lived
from vardskiftet.store.runs import new_run_id
from vardskiftet.store.store import Store


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and how many rows were left standing, by mapping."""

    run_id: str
    batches: int
    rows: int
    left: dict[str, int]
    standing: dict[str, int]
    """Table to rows that stayed, of this undo and of earlier ones."""


@dataclass
class _Tally:
    """What an undo has come to so far; rows that it left before it was broken off count too."""

    batches: int = 0
    rows: int = 0
    left: dict[str, int] = field(default_factory=dict)

    def leave(self, mapping: str, rows: int) -> None:
        if rows:
            self.left[mapping] = self.left.get(mapping, 0) + rows


def undo(desk: Desk, wave: str) -> Undone:
    """Remove a wave's rows from the record; identities stay, so that loading again gives the same ids. Resumable; repeating is harmless.

    Raises Usage if the target never held anything of the wave, Locked if another run has it.
    """
    desk.wave(wave)
    target = open_target(desk.programme)
    with desk.reading_store() as past:
        begun, ended = _begun_and_ended(lived(past.events(), wave))
    if begun is None and not ended and not _newest_first(desk, target, wave):
        raise Usage(f"The target holds nothing of wave '{wave}': there is nothing to undo.", hint=f"vardskiftet status {wave}")
    _refuse_leaned_on(desk, target, wave)
    plan = current_plan(desk, wave)
    run_id = new_run_id(desk.clock)
    tally = _Tally(left=dict(begun or {}))
    spill = desk.work / "spill" / f"undo-{wave}"
    with ExitStack() as closing:
        store = desk.writing_store()
        closing.callback(store.close)
        closing.callback(target.close)
        outcome = closing.enter_context(run_of(desk, store, run_id, "undo", plan))
        target.prepare()
        closing.enter_context(holding(target, store, wave, run_id, "undo"))
        catch_up(desk, store, target, wave, run_id)
        closing.callback(shutil.rmtree, spill, ignore_errors=True)
        duck = open_duck(spill)
        closing.callback(duck.close)
        _take_back(desk, store, target, duck, wave, run_id, tally)
        if tally.batches or not ended:
            store.append("wave.undone", {"wave": wave, "batches": tally.batches, "rows": tally.rows, "left": tally.left}, run_id)
        outcome["exit_code"] = 1 if tally.left else 0
    standing = Ledger(target, desk.programme.record).left_standing(desk.programme.record)
    return Undone(run_id, tally.batches, tally.rows, tally.left, standing)


def _refuse_leaned_on(desk: Desk, target: Target, wave: str) -> None:
    """Raise Usage while rows of another wave refer to rows that this one brought: the later wave goes first."""
    leaning = Ledger(target, desk.programme.record).leaning(desk.programme.record, wave)
    if leaning:
        told = ", ".join(f"wave '{other}' refers to {rows:,} rows of {table}" for (other, table), rows in sorted(leaning.items()))
        first = min(other for other, _ in leaning)
        raise Usage(
            f"Wave '{wave}' cannot be taken back yet: {told}.",
            where=wave,
            hint=f"Take the other one back first: vardskiftet undo {first} --confirm {first}",
        )


def _take_back(desk: Desk, store: Store, target: Target, duck: duckdb.DuckDBPyConnection, wave: str, run_id: str, tally: _Tally) -> None:
    entries = _newest_first(desk, target, wave)
    for entry in entries:
        mapping = desk.programme.mapping(entry.mapping)
        table = desk.programme.record.table(mapping.into)
        keep = edited(duck, mapping, table, target, entry.batch)
        gone, stays = target.take_back(entry.batch, mapping, table, pa.table({"id": pa.array(keep, pa.string())}))
        payload = {"wave": wave, "plan": entry.plan, "mapping": entry.mapping, "number": entry.number, "manifest": entry.manifest}
        store.append("batch.undone", payload | {"rows": gone, "left": stays}, run_id)
        tally.batches += 1
        tally.rows += gone
        tally.leave(entry.mapping, stays)
        desk.notify(Progress(f"undo {entry.mapping}", tally.batches, len(entries), tally.batches, len(entries)))


def _newest_first(desk: Desk, target: Target, wave: str) -> list[BatchEntry]:
    """The wave's batches: children before parents, and of one mapping the newest plan's first, since it stands on the older."""
    order = {mapping.mapping: place for place, mapping in enumerate(reversed(ordered(desk.programme)))}
    age = {plan.fingerprint: -len(plan.base) for plan in plans_of(desk, wave)}
    entries = Ledger(target, desk.programme.record).batches(wave)
    return sorted(entries, key=lambda one: (order.get(one.mapping, len(order)), age.get(one.plan, 0), one.plan, -one.number))


def _begun_and_ended(events: Iterable[Event]) -> tuple[dict[str, int] | None, bool]:
    """Of a wave's events: the rows by mapping that a broken-off undo left (None if none was), and whether the last undo ended."""
    begun: _Tally | None = None
    ended = False
    for event in events:
        match event.kind:
            case "batch.done":
                begun, ended = None, False
            case "run.started" if event.payload["verb"] == "undo" and begun is None and not ended:
                begun = _Tally()
            case "batch.undone":
                begun = begun or _Tally()
                begun.leave(event.payload["mapping"], int(event.payload.get("left", 0)))
            case "wave.undone":
                begun, ended = None, True
    return (None if begun is None else begun.left), ended
