"""How is a wave taken back? Batch by batch, children first; what the new system's users changed or refer to is left, and listed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace

import duckdb

from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import BatchEntry, Target
from vardskiftet.engine.undoing import taking_back
from vardskiftet.errors import IntegrityBroken, Usage
from vardskiftet.model.event import Event
from vardskiftet.model.plan import Plan
from vardskiftet.model.progress import Progress
from vardskiftet.plan.order import ordered
from vardskiftet.run.apply import catch_up
from vardskiftet.run.balance import current_plan
from vardskiftet.run.desk import Desk, plans_of
from vardskiftet.run.lock import holding
from vardskiftet.run.memory import lived
from vardskiftet.run.noted import run_of
from vardskiftet.run.rehearsals import discard_old
from vardskiftet.run.undone import LEFT, Stayed, export, stayed
from vardskiftet.store.runs import new_run_id
from vardskiftet.store.store import Store


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and every row that was not deleted, with the file that lists them (empty if there are none)."""

    run_id: str
    batches: int
    rows: int
    stayed: tuple[Stayed, ...]
    file: str
    standing: dict[str, int]
    """Table to rows that stayed as the new system's own, of this undo and of earlier ones."""

    def rows_by_mapping(self, *what: str) -> dict[str, int]:
        """Mapping to rows of this undo that stayed for one of these reasons."""
        found: dict[str, int] = {}
        for one in self.stayed:
            if one.what in what:
                found[one.mapping] = found.get(one.mapping, 0) + 1
        return found

    @property
    def left(self) -> dict[str, int]:
        """Mapping to rows that could not be taken back: changed in the new system, or referred to there."""
        return self.rows_by_mapping(*LEFT)


@dataclass(frozen=True, slots=True)
class _Job:
    """An undo at work: of a wave, or of one round of it, under the name that its list is kept by."""

    desk: Desk
    store: Store
    target: Target
    wave: str
    run_id: str
    undo: str


def undo(desk: Desk, wave: str, round_: str = "") -> Undone:
    """Remove a wave's rows from the record, or those of its newest plan; identities stay, so that loading again gives the same ids.

    Resumable; repeating is harmless. `round_` names the plan. Raises Usage if the target never held anything of the wave, if the plan
    is not its newest, or while another wave stands on it; Locked if another run has it.
    """
    desk.wave(wave)
    target = open_target(desk.programme)
    with desk.reading_store() as past:
        before = _before(lived(past.events(), wave))
    begun = before.begun
    if not (begun or before.whole or before.rounds) and not _newest_first(desk, target, wave):
        raise Usage(f"The target holds nothing of wave '{wave}': there is nothing to undo.", hint=f"vardskiftet status {wave}")
    plan = _round(desk, target, wave, round_) if round_ else current_plan(desk, wave)
    _refuse_leaned_on(desk, target, wave, plan.fingerprint if round_ else "")
    run_id = new_run_id(desk.clock)
    spill = desk.work / "spill" / f"undo-{wave}"
    with ExitStack() as closing:
        store = desk.writing_store()
        closing.callback(store.close)
        closing.callback(target.close)
        outcome = closing.enter_context(run_of(desk, store, run_id, "undo", plan.wave, plan.fingerprint))
        target.prepare()
        closing.enter_context(holding(target, store, wave, run_id, "undo"))
        catch_up(desk, store, target, wave, run_id)
        closing.callback(shutil.rmtree, spill, ignore_errors=True)
        duck = open_duck(spill)
        closing.callback(duck.close)
        # A load that was broken off may have left indexes out. References that do not hold are no reason to leave its rows where they are.
        with suppress(IntegrityBroken):
            target.make_whole()
        job = _Job(desk, store, target, wave, run_id, begun or run_id)
        entries = [one for one in _newest_first(desk, target, wave) if not round_ or one.plan == plan.fingerprint]
        batches, rows = _take_back(job, duck, entries)
        found = stayed(target, desk.programme.record, job.undo)
        done = Undone(run_id, batches, rows, found, export(desk, wave, job.undo, found), {})
        if batches or begun or not (plan.fingerprint in before.rounds if round_ else before.whole):
            kind, own = ("round.undone", {"plan": plan.fingerprint}) if round_ else ("wave.undone", {})
            store.append(kind, {"wave": wave, "batches": batches, "rows": rows, "left": done.left, **own}, run_id)
        discard_old(desk, wave)
        outcome["exit_code"] = 1 if done.left else 0
    standing = Ledger(target, desk.programme.record).left_standing(desk.programme.record)
    return Undone(done.run_id, batches, rows, found, done.file, standing)


def _round(desk: Desk, target: Target, wave: str, named: str) -> Plan:
    """The plan of that name, the newest that the target holds or one that it holds no more. Raises Usage for an older one."""
    plans = plans_of(desk, wave)
    found = next((plan for plan in plans if named in (plan.name, plan.fingerprint)), None)
    if found is None:
        raise Usage(f"'{named}' is not a plan of wave '{wave}'.", hint=f"Known: {', '.join(plan.name for plan in plans)}.")
    held = {entry.plan for entry in _newest_first(desk, target, wave)}
    later = [plan.name for plan in plans if plan.fingerprint in held and found.fingerprint in plan.base]
    if found.fingerprint in held and later:
        raise Usage(
            f"Plan {found.name} is not the newest of wave '{wave}': {', '.join(later)} stands on it.",
            where=wave,
            hint=f"Take the newest back first: vardskiftet undo {wave} --round {later[-1]} --confirm {wave}",
        )
    return found


def _refuse_leaned_on(desk: Desk, target: Target, wave: str, plan: str) -> None:
    """Raise Usage while rows of another wave refer to rows that would go: the later wave goes first."""
    leaning = Ledger(target, desk.programme.record).leaning(desk.programme.record, wave, plan)
    if leaning:
        told = ", ".join(f"wave '{other}' refers to {rows:,} rows of {table}" for (other, table), rows in sorted(leaning.items()))
        first = min(other for other, _ in leaning)
        raise Usage(f"Wave '{wave}' cannot be taken back yet: {told}.", where=wave, hint=_way_out(desk, target, wave, first))


def _way_out(desk: Desk, target: Target, wave: str, other: str) -> str:
    """What to take back first. Where a later round of each leads to the other, neither can go whole: the newest round goes first."""
    newest = current_plan(desk, other)
    back = any(leans == wave for leans, _ in Ledger(target, desk.programme.record).leaning(desk.programme.record, other, ""))
    if back and newest.base:
        return (
            "The two refer to each other, since the other one was caught up: "
            f"take back its newest round first: vardskiftet undo {other} --round {newest.name} --confirm {other}"
        )
    return f"Take the other one back first: vardskiftet undo {other} --confirm {other}"


def _take_back(job: _Job, duck: duckdb.DuckDBPyConnection, entries: list[BatchEntry]) -> tuple[int, int]:
    """Take these batches back, one transaction each; returns batches and rows removed."""
    record, rows = job.desk.programme.record, 0
    for done, entry in enumerate(entries, 1):
        table = record.table(job.desk.programme.mapping(entry.mapping).into)
        taken = job.target.take_back(taking_back(duck, record, table, job.target, entry, job.undo))
        payload = {"wave": job.wave, "plan": entry.plan, "mapping": entry.mapping, "number": entry.number, "manifest": entry.manifest}
        counts = {"rows": taken.removed, "restored": taken.restored, "shared": taken.shared, "left": taken.left}
        job.store.append("batch.undone", payload | counts, job.run_id)
        rows += taken.removed
        job.desk.notify(Progress(f"undo {entry.mapping}", done, len(entries), done, len(entries)))
    return len(entries), rows


def _newest_first(desk: Desk, target: Target, wave: str) -> list[BatchEntry]:
    """The wave's batches: children before parents, and of one mapping the newest plan's first, since it stands on the older."""
    order = {mapping.mapping: place for place, mapping in enumerate(reversed(ordered(desk.programme)))}
    age = {plan.fingerprint: -len(plan.base) for plan in plans_of(desk, wave)}
    entries = Ledger(target, desk.programme.record).batches(wave)
    return sorted(entries, key=lambda one: (order.get(one.mapping, len(order)), age.get(one.plan, 0), one.plan, -one.number))


@dataclass(frozen=True, slots=True)
class _Before:
    """What of a wave was taken back already."""

    begun: str = ""
    """The run that began an undo which was broken off; empty if none was."""
    whole: bool = False
    """Whether the wave was, since its last batch came."""
    rounds: frozenset[str] = frozenset()
    """Plans that were, each by itself, since then."""


def _before(events: Iterable[Event]) -> _Before:
    """Told by a wave's events."""
    found = _Before()
    for event in events:
        match event.kind:
            case "batch.done":
                found = _Before()
            case "run.started" if event.payload["verb"] == "undo" and not found.begun and not found.whole:
                found = replace(found, begun=event.run_id)
            case "batch.undone":
                found = replace(found, begun=found.begun or event.run_id)
            case "wave.undone":
                found = _Before(whole=True)
            case "round.undone":
                found = replace(found, begun="", rounds=found.rounds | {str(event.payload["plan"])})
    return found
