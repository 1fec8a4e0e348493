"""How is a plan carried out? Checked for staleness, under the lock, by live hands or in rehearsal; resumed by the same command."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.manifest import sweep
from vardskiftet.engine.sources import open_held, open_source
from vardskiftet.engine.sources.protocol import Source
from vardskiftet.engine.targets import open_scratch, open_target
from vardskiftet.engine.targets.protocol import BatchEntry, Target
from vardskiftet.engine.targets.seed import seed
from vardskiftet.errors import DeclarationsWrong, IntegrityBroken, Stale, Usage
from vardskiftet.judge.books import beyond, exit_code, outlived
from vardskiftet.judge.standing import OVER, TOLD_BY, standing
from vardskiftet.model.books import Books
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.plan import Plan
from vardskiftet.model.progress import Progress
from vardskiftet.plan.fingerprint import moved
from vardskiftet.run.desk import Desk
from vardskiftet.run.gaps import demand_no_gaps
from vardskiftet.run.hands import Working
from vardskiftet.run.last_books import DRAWN, OF_BOOKS, REHEARSED, closed, drawn
from vardskiftet.run.late import LATE, in_words, list_late, written_after
from vardskiftet.run.listing import list_left
from vardskiftet.run.lock import holding
from vardskiftet.run.memory import lived
from vardskiftet.run.noted import run_of
from vardskiftet.run.planning import schema_digest
from vardskiftet.run.rehearsals import clear_dead, discard_old
from vardskiftet.run.trust import demand_trust
from vardskiftet.run.walk import steps, walk
from vardskiftet.store.runs import STARTED, new_run_id
from vardskiftet.store.store import Store


@dataclass(frozen=True, slots=True)
class Applied:
    """What a run did: its books, the batches it committed, and what is found wrong beside the books."""

    run_id: str
    plan: Plan
    books: Books
    committed: int
    findings: tuple[str, ...]
    outlived: tuple[str, ...] = ()
    """Rows of the record that the source no longer bears out, by mapping, in words."""
    late: tuple[str, ...] = ()
    """After the final delta: what the sources' users wrote since, by mapping, in words."""
    late_list: str = ""
    """The file, in the project, that lists each of those rows; empty if there are none."""
    left_list: str = ""
    """The file, in the project, that lists every row that was left from earlier plans; empty if there are none."""

    @property
    def exit_code(self) -> int:
        """By the books and the findings."""
        return exit_code(self.books, findings=bool(self.findings or self.outlived or self.late))


def apply(desk: Desk, plan: Plan) -> Applied:
    """Carry out a plan on the programme's own target. Raises Stale, Locked, Unreachable, NoRoom, IntegrityBroken."""
    refuse_stopped(desk, plan.wave)
    demand_trust(desk, _mappings(desk, plan))
    refuse_stale(desk, plan)
    refuse_after_open_rehearsal(desk, plan)
    target = open_target(desk.programme)
    store = desk.writing_store()
    run_id = new_run_id(desk.clock)
    try:
        with run_of(desk, store, run_id, "apply", plan.wave, plan.fingerprint) as ended:
            target.prepare()
            with holding(target, store, plan.wave, run_id, "apply"):
                refuse_others(desk, plan, target)
                catch_up(desk, store, target, plan.wave, run_id)
                sweep(desk.manifests(plan.wave), _kept(desk, target, plan.wave))
                hands = Working(
                    desk, plan, store, run_id, target, desk.held(plan), desk.manifests(plan.wave), desk.work / "spill" / plan.wave
                )
                applied = _work(hands)
                if plan.final:
                    applied = _looked_after(desk, plan, store, target, applied)
            store.append(DRAWN, drawn(plan, applied.books, applied.committed), run_id)
            if applied.books.closes:
                discard_old(desk, plan.wave)
            ended["exit_code"] = applied.exit_code
        return applied
    finally:
        target.close()
        store.close()


def rehearse(desk: Desk, plan: Plan) -> Applied:
    """Carry out a plan on a scratch target that knows earlier waves' persons; the real target is only read."""
    demand_trust(desk, _mappings(desk, plan))
    refuse_stale(desk, plan)
    clear_dead(desk)
    discard_old(desk, plan.wave)
    store = desk.writing_store()
    run_id = new_run_id(desk.clock)
    folder = desk.work / "rehearsals" / f"{plan.wave}-{run_id}"
    target = open_scratch(desk.programme, folder)
    try:
        with run_of(desk, store, run_id, "rehearse", plan.wave, plan.fingerprint) as ended:
            target.prepare()
            seed(desk.programme, open_target(desk.programme), target, plan.wave)
            with holding(target, store, plan.wave, run_id, "rehearse"):
                hands = Working(desk, plan, store, run_id, target, folder / "held", folder / "manifests", folder / "spill")
                applied = _work(hands)
            store.append(REHEARSED, drawn(plan, applied.books, applied.committed), run_id)
            ended["exit_code"] = applied.exit_code
        return applied
    finally:
        target.close()
        store.close()
        # The copies of the sources are patients' data that nobody needs after the rehearsal; its record stays to be looked at.
        shutil.rmtree(folder / "held", ignore_errors=True)


def _looked_after(desk: Desk, plan: Plan, store: Store, target: Target, applied: Applied) -> Applied:
    """The same, with the log of what was written in the sources after the final delta held them; each time anew."""
    desk.notify(Progress("look for late writes", 0, 0))
    rows = written_after(desk, plan, target, desk.work / "spill" / plan.wave)
    listed = list_late(rows, plan, desk.manifests(plan.wave))
    store.append(LATE, {"wave": plan.wave, "plan": plan.fingerprint, "rows": len(rows)}, applied.run_id)
    shown = listed.relative_to(desk.programme.root).as_posix() if listed else ""
    return replace(applied, late=in_words(rows), late_list=shown)


def _mappings(desk: Desk, plan: Plan) -> tuple[Mapping, ...]:
    return tuple(one for one in desk.programme.mappings if one.mapping in plan.mappings)


def _work(hands: Working) -> Applied:
    try:
        walk(steps(hands.plan, hands.desk.programme), hands)
    finally:
        hands.close()
    if hands.books is None:
        raise RuntimeError("a walk ends with books")
    tolerance = hands.desk.programme.wave(hands.plan.wave).tolerance
    findings = (*hands.findings, *beyond(hands.plan, hands.books, tolerance))
    desk, books = hands.desk, hands.books
    listed = list_left(hands.target, desk.programme.record, hands.plan, hands.manifests)
    shown = listed.relative_to(desk.programme.root).as_posix() if listed else ""
    return Applied(hands.run_id, hands.plan, books, hands.committed, findings, outlived(desk.programme, books), left_list=shown)


def refuse_stopped(desk: Desk, wave: str) -> None:
    """Raise Usage if a person paused, cancelled or closed the wave: then nothing of it is loaded."""
    with desk.reading_store() as store:
        status = standing(((event.kind, str(event.payload.get("wave", ""))) for event in store.of_kinds(TOLD_BY)), wave)
    if status in ("paused", *OVER):
        hint = f"vardskiftet waves resume {wave} --reason TEXT" if status == "paused" else f"vardskiftet waves show {wave}"
        raise Usage(f"Wave '{wave}' is {status}: nothing of it is loaded.", where=wave, hint=hint)


def refuse_stale(desk: Desk, plan: Plan) -> None:
    """Raise Stale, with the list of what moved, if the world is no longer the one that was planned for."""
    programme = desk.programme
    with ExitStack() as closing:
        sources: dict[str, Source] = {}
        for name in sorted(plan.source_schemas):
            declared = programme.system(name)
            sources[name] = open_held(declared, desk.held(plan)) or open_source(declared, programme.root)
            closing.callback(sources[name].close)
        found = moved(
            plan,
            tool=desk.tool,
            declarations=dict(programme.files),
            source_schemas={name: schema_digest(source.schema()) for name, source in sources.items()},
            target_schema=open_target(programme).inspect(),
        )
        if found:
            try:
                demand_no_gaps(programme, sources)
            except DeclarationsWrong as wrong:
                found = (*found, *(fault.message for fault in wrong.faults))
    if found:
        raise Stale(
            f"The plan {plan.name} is stale: {'; '.join(one.rstrip('.') for one in found)}.",
            where=desk.plan_path(plan).name,
            hint=f"Look at what changed, then make a new plan: vardskiftet plan {plan.wave}",
        )


def refuse_others(desk: Desk, plan: Plan, target: Target) -> None:
    """Raise Stale if the target holds rows of this wave that the plan did not know of, or lost those that it stands on."""
    held = {entry.plan for entry in _batches(desk, target, plan.wave)}
    others, gone = held - set(plan.base) - {plan.fingerprint}, set(plan.base) - held
    if gone:
        raise Stale(
            f"The plan {plan.name} stands on rows of wave '{plan.wave}' that were taken back since.",
            where=plan.wave,
            hint=f"Make a new plan: vardskiftet plan {plan.wave}",
        )
    if others:
        names = ", ".join(sorted(one[:12] for one in others))
        raise Stale(
            f"The target holds rows of wave '{plan.wave}' from another plan ({names}).",
            where=plan.wave,
            hint=f"Make a new plan, which is then a delta: vardskiftet plan {plan.wave}",
        )


def refuse_after_open_rehearsal(desk: Desk, plan: Plan) -> None:
    """Raise IntegrityBroken if this very plan's last rehearsal ended with books that do not close."""
    with desk.reading_store() as store:
        rehearsed = closed(store.of_kinds(OF_BOOKS), plan.wave, plan.fingerprint, REHEARSED)
    if rehearsed is False:
        raise IntegrityBroken(
            f"The last rehearsal of plan {plan.name} ended with books that do not close: it is not carried out on the record.",
            where=plan.wave,
            hint=f"Find out why, mend it, and rehearse again until the books close: vardskiftet rehearse {plan.wave}",
        )


OF_BATCHES = ("batch.done", "batch.undone")
_NAMES_A_BATCH = ("wave", "plan", "mapping", "number", "manifest")


def catch_up(desk: Desk, store: Store, target: Target, wave: str, run_id: str) -> int:
    """Bring the memory up to the target: batches committed or taken back when a run died before it could say so. Returns how many."""
    known: set[tuple[Any, ...]] = set()
    for event in lived(store.of_kinds((STARTED, *OF_BATCHES)), wave):
        if event.kind in OF_BATCHES:
            batch = tuple(event.payload[name] for name in _NAMES_A_BATCH)
            (known.add if event.kind == "batch.done" else known.discard)(batch)
    there = {tuple(getattr(one, name) for name in _NAMES_A_BATCH): one for one in _batches(desk, target, wave)}
    gone, missing = sorted(known - set(there)), [batch for batch in there if batch not in known]
    for batch in gone:
        store.append("batch.undone", dict(zip(_NAMES_A_BATCH, batch, strict=True)) | {"recovered": True}, run_id)
    for batch in missing:
        rest = {"items": there[batch].items, "rows": there[batch].rows_read, "recovered": True}
        store.append("batch.done", dict(zip(_NAMES_A_BATCH, batch, strict=True)) | rest, run_id)
    return len(gone) + len(missing)


def _batches(desk: Desk, target: Target, wave: str) -> tuple[BatchEntry, ...]:
    return Ledger(target, desk.programme.record).batches(wave)


def _kept(desk: Desk, target: Target, wave: str) -> frozenset[str]:
    return frozenset(one.manifest for one in _batches(desk, target, wave))
