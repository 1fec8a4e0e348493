"""How do corrected rows come into the record? Batch by batch, parents first, each in one transaction; the books follow and close."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from vardskiftet.engine.amend import Amendment, amendment, named_rows
from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.corrections import corrected, guard, read_corrections
from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.lookups import prepare_references
from vardskiftet.engine.manifest import sweep
from vardskiftet.engine.move import remember
from vardskiftet.engine.originals import RejectedItem
from vardskiftet.engine.standing import prepare_standing
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import BatchEntry, Target
from vardskiftet.judge.books import exit_code
from vardskiftet.model.books import Books
from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.model.progress import Progress
from vardskiftet.model.reject import Correction
from vardskiftet.plan.order import parents_of
from vardskiftet.run.apply import catch_up, refuse_others, refuse_stale, refuse_stopped
from vardskiftet.run.balance import present_books
from vardskiftet.run.desk import Desk
from vardskiftet.run.imported import REPLAYED, corrections_folder, files_in_force
from vardskiftet.run.last_books import DRAWN, drawn
from vardskiftet.run.lock import holding
from vardskiftet.run.noted import run_of
from vardskiftet.run.rejects import loaded_plan, rejected_items
from vardskiftet.run.trust import demand_trust
from vardskiftet.run.turns import persons_turn
from vardskiftet.run.workbench import Workbench, workbench
from vardskiftet.store.runs import new_run_id
from vardskiftet.store.store import Store

WAITS = "PARENT_REJECTED"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to: items released by mapping, rows left alone, and the books afterwards."""

    run_id: str
    plan: Plan
    corrections: int
    """Corrections in force for rows that were rejected."""
    batches: int
    released: dict[str, int]
    held_back: dict[str, int]
    """Mapping to rows whose correction would have taken an item out of the record: they stand as they were."""
    still: dict[str, int]
    """Reason to corrected rows' items that are rejected all the same."""
    books: Books

    @property
    def exit_code(self) -> int:
        """By the books; what was held back is a finding."""
        return exit_code(self.books, findings=bool(self.held_back))


@dataclass
class _Tally:
    batches: int = 0
    released: Counter[str] = field(default_factory=Counter)
    held_back: Counter[str] = field(default_factory=Counter)
    held: set[str] = field(default_factory=set)
    """Ids of rejects that were held back."""


def replay(desk: Desk, wave: str) -> Replayed:
    """Carry corrected rows, and rows that wait for them, through the whole chain. Killed at any moment, the same command goes on.

    Raises Usage if the wave is not wholly loaded, Stale if its plan is, Locked if another run has it.
    """
    refuse_stopped(desk, wave)
    plan = loaded_plan(desk, wave)
    demand_trust(desk, [desk.programme.mapping(name) for name in plan.mappings])
    refuse_stale(desk, plan)
    files = files_in_force(desk)
    corrections = read_corrections(corrections_folder(desk), files)
    target, store, run_id, tally = open_target(desk.programme), desk.writing_store(), new_run_id(desk.clock), _Tally()
    try:
        with run_of(desk, store, run_id, "rejects replay", plan.wave, plan.fingerprint) as ended:
            target.prepare()
            with holding(target, store, wave, run_id, "rejects replay"), workbench(desk, plan, "replay") as bench:
                refuse_others(desk, plan, target)
                catch_up(desk, store, target, wave, run_id)
                target.make_whole()
                waits = rejected_items(desk, plan)
                mine = _of_rejects(corrections, waits)
                _mend(bench, target, store, run_id, corrections, tally)
                _, books = present_books(desk, wave)
                sweep(desk.manifests(wave), frozenset(one.manifest for one in _entries(desk, target, plan.wave)))
            said = {"wave": wave, "plan": plan.fingerprint, "released": dict(tally.released), "held_back": dict(tally.held_back)}
            figures = {"corrections": len(mine), "batches": tally.batches, "files": list(files), "held": sorted(tally.held)}
            store.append(REPLAYED, said | figures, run_id)
            store.append(DRAWN, drawn(plan, books, tally.batches), run_id)
            still = _still(desk, plan, mine)
            done = Replayed(
                run_id, plan, len(mine), tally.batches, dict(sorted(tally.released.items())), dict(tally.held_back), still, books
            )
            ended["exit_code"] = done.exit_code
        return done
    finally:
        target.close()
        store.close()


def _of_rejects(corrections: tuple[Correction, ...], items: tuple[RejectedItem, ...]) -> tuple[Correction, ...]:
    waits = {(one.mapping, one.key) for one in items}
    return tuple(one for one in corrections if (one.mapping, one.key) in waits)


def _still(desk: Desk, plan: Plan, mine: tuple[Correction, ...]) -> dict[str, int]:
    keys = {(one.mapping, one.key) for one in mine}
    left = Counter(one.reason for one in rejected_items(desk, plan) if (one.mapping, one.key) in keys)
    return dict(sorted(left.items()))


def _mend(bench: Workbench, target: Target, store: Store, run_id: str, corrections: tuple[Correction, ...], tally: _Tally) -> None:
    """Every mapping that has corrections, or stands below one that has, in the order in which they are loaded."""
    programme, plan = bench.desk.programme, bench.plan
    said: dict[str, list[Correction]] = defaultdict(list)
    for one in corrections:
        said[one.mapping].append(one)
    below = _below(programme, set(said))
    for name in (one for one in plan.mappings if one in below):
        keys = _keys(bench.desk, plan, name, {one.key for one in said[name]})
        if not keys:
            continue
        compiled = bench.compiled(name)
        with persons_turn(bench.desk, target, compiled.table):
            _mend_mapping(bench, target, store, run_id, compiled, keys, said[name], tally)


def _mend_mapping(
    bench: Workbench,
    target: Target,
    store: Store,
    run_id: str,
    compiled: Compiled,
    keys: dict[int, set[str]],
    said: list[Correction],
    tally: _Tally,
) -> None:
    """Batch by batch, the source keys of one mapping, on what the target holds now."""
    programme, plan, name = bench.desk.programme, bench.plan, compiled.mapping.mapping
    prepare_references(bench.duck, programme, compiled.mapping, target)
    prepare_standing(bench.duck, programme.record, compiled.mapping, target, plan.wave)
    guard(bench.duck, compiled.mapping, said)
    mine = (plan.fingerprint, name)
    entries = {one.number: one for one in _entries(bench.desk, target, plan.wave) if (one.plan, one.mapping) == mine}
    for number in sorted(keys):
        bench.desk.notify(Progress(f"replay {name}", tally.batches, 0))
        rows = corrected(bench.duck, compiled.mapping, compiled.columns, bench.rows(name, number), said)
        rows = named_rows(bench.duck, compiled, rows, frozenset(keys[number]))
        entry = entries[number]
        figures = Ledger(target, programme.record).tallies_of(entry.batch)
        done = amendment(bench.duck, compiled, rows, entry, figures, target, bench.desk.manifests(plan.wave))
        if done.outcome is not None:
            target.amend(done.outcome, done.keys)
            _remember(store, run_id, entry, done)
            remember(bench.duck, compiled)
            tally.batches += 1
            tally.released[name] += done.released
        if done.held_back:
            tally.held_back[name] += len(done.held_back)
            tally.held |= {one.reject for one in said if one.key in done.held_back}


def _below(programme: Programme, names: set[str]) -> set[str]:
    """These mappings, and all that find rows of theirs, however far down."""
    found = set(names)
    while more := {one.mapping for one in programme.mappings if set(parents_of(programme, one)) & found} - found:
        found |= more
    return found


def _keys(desk: Desk, plan: Plan, mapping: str, corrected_keys: set[str]) -> dict[int, set[str]]:
    """Batch to keys of its rejects that have a correction, or that wait for a parent."""
    found: dict[int, set[str]] = defaultdict(set)
    for one in rejected_items(desk, plan):
        if one.mapping == mapping and one.key is not None and (one.key in corrected_keys or one.reason == WAITS):
            found[one.number].add(one.key)
    return found


def _entries(desk: Desk, target: Target, wave: str) -> tuple[BatchEntry, ...]:
    return Ledger(target, desk.programme.record).batches(wave)


def _remember(store: Store, run_id: str, before: BatchEntry, done: Amendment) -> None:
    """The batch as it was is gone, and stands anew: the memory follows the target as it always does."""
    if done.outcome is None:
        return
    now = done.outcome.entry
    named = {"wave": now.wave, "plan": now.plan, "mapping": now.mapping, "number": now.number}
    store.append("batch.undone", named | {"manifest": before.manifest, "amended": True}, run_id)
    store.append("batch.done", named | {"items": now.items, "rows": now.rows_read, "manifest": now.manifest, "amended": True}, run_id)
