"""Is what stands in the record what the sources and the frozen mapping say? Levels asked, differences kept, a verdict for each."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.reconcile.clinical import waiting
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.errors import Locked, Usage, gravest
from vardskiftet.model.difference import Level, Verdict
from vardskiftet.model.plan import Plan
from vardskiftet.model.verification import LevelVerdict, TableVerdict, Verification
from vardskiftet.run.balance import current_plan
from vardskiftet.run.desk import Desk
from vardskiftet.run.lock import in_words, proved_dead
from vardskiftet.run.noted import run_of
from vardskiftet.run.trust import demand_trust
from vardskiftet.run.verifying.again import still_there
from vardskiftet.run.verifying.bench import Bench, cleared, folder_of, laid
from vardskiftet.run.verifying.books import books_level
from vardskiftet.run.verifying.derived import bring, needed_later
from vardskiftet.run.verifying.found import Count, Found, keep_result, last_result
from vardskiftet.run.verifying.levels import DEEP, TAKERS, Judging, explained_by_rows
from vardskiftet.run.verifying.quick import NOT_INDEPENDENT, quick_level
from vardskiftet.run.verifying.selftest import Tried, selftest, summed
from vardskiftet.run.verifying.stale import stale
from vardskiftet.store.runs import new_run_id

VERIFIED, LOOKED, RECHECKED, EXAMINED = "verify.done", "verify.looked", "verify.rechecked", "verify.examined"
EVERY = (Level.BOOKS, Level.TOTALS, Level.ROWS, Level.CLINICAL)

SHARED = (
    "DuckDB runs the mapping's own SQL for the load and for the verification alike, and the SQL itself is the same.",
    "The driver that reads the record is the one that the load compares with.",
    "Rows are held equal by two 64-bit hashes; what differs is compared cell by cell.",
    "What earlier plans and other waves brought is taken as given: each is verified in its own turn.",
)


_APART = {EXAMINED: "selftest", LOOKED: "quick"}
"""Folders of what must not stand in the place of a whole verification."""

Work = Callable[[Bench, Path, str], Verification]


def verify(desk: Desk, wave: str, levels: Iterable[Level] = EVERY) -> Verification:
    """Verify a wave as it stands. Raises Usage where nothing is loaded, Locked while a load is at work, Unreachable, IntegrityBroken."""
    wanted = tuple(levels)
    return _done(desk, wave, " ".join(wanted), VERIFIED, lambda bench, folder, run_id: verified(bench, folder, wanted, run_id))


def look_quickly(desk: Desk, wave: str) -> Verification:
    """Hold the rows against the digests that the load kept of them. Raises what `verify` does."""

    def work(bench: Bench, folder: Path, run_id: str) -> Verification:
        found = Found(folder)
        level = quick_level(bench, found)
        return _told(bench, found, (level,), run_id).model_copy(update={"quick": True, "cannot_see": (NOT_INDEPENDENT,)})

    return _done(desk, wave, "quick", LOOKED, work)


def recheck(desk: Desk, wave: str) -> Verification:
    """Look again at the differences of the last verification, and at nothing else. Raises Usage if there was none."""

    def work(bench: Bench, folder: Path, run_id: str) -> Verification:
        last = last_result(folder)
        if last is None or last.plan != bench.plan.name:
            raise Usage(f"Wave '{wave}' was not verified yet as it is loaded now.", hint=f"vardskiftet verify {wave}")
        found, looked_at = Found(folder), Counter[str]()
        found.take(still_there(folder, bench.frozen, bench.target, looked_at))
        left = found.tally((Level.ROWS,))
        tables = tuple(_again(bench, found, name, number) for name, number in looked_at.items())
        verdict = Verdict.DIFFERENT if left.all > left.explained else Verdict.EQUAL
        stand = f"{left.all:,} of {last.total:,} differences still stand"
        level = LevelVerdict(level=Level.ROWS, verdict=verdict, tables=tables, problems=(stand,))
        only = f"Only the {last.total:,} differences of run {last.run_id} were looked at again, with the values that were derived then."
        return _told(bench, found, (level,), run_id).model_copy(update={"recheck": True, "cannot_see": (only,)})

    return _done(desk, wave, "recheck", RECHECKED, work)


def _again(bench: Bench, found: Found, mapping: str, looked_at: int) -> TableVerdict:
    """What became of a mapping's differences, of which so many were looked at again."""
    count = found.per_mapping.get((Level.ROWS, mapping), Count())
    return TableVerdict(
        mapping=mapping,
        table=bench.frozen.mapping(mapping).into,
        verdict=Verdict.DIFFERENT if count.all > count.explained else Verdict.EQUAL,
        expected=looked_at,
        stored=looked_at,
        differences=count.all,
        unexplained=count.all - count.explained,
    )


def examine(desk: Desk, wave: str) -> tuple[Verification, tuple[Tried, ...]]:
    """Measure the verifier itself: controls, then known corruptions in copies of the record. Raises what `verify` does."""
    tried: list[Tried] = []

    def work(bench: Bench, folder: Path, run_id: str) -> Verification:
        tried.extend(selftest(bench, folder / "copies"))
        return _told(bench, Found(folder), (), run_id).model_copy(update={"selftest": summed(tried)})

    found = _done(desk, wave, "selftest", EXAMINED, work)
    return found, tuple(tried)


def _done(desk: Desk, wave: str, asked: str, kind: str, work: Work) -> Verification:
    """A verification as a run of its own, with its event; what it found is kept unless it measured itself."""
    target = open_target(desk.programme)
    plan = loaded_plan(desk, wave, target)
    demand_trust(desk, tuple(one for one in desk.programme.mappings if one.mapping in plan.mappings))
    folder = folder_of(desk, wave) / _APART.get(kind, "")
    store, run_id = desk.writing_store(), new_run_id(desk.clock)
    try:
        with run_of(desk, store, run_id, "verify", plan.wave, plan.fingerprint) as ended:
            with laid(desk, plan, target, folder, asked) as bench:
                found = work(bench, folder, run_id)
            cleared(folder)
            if kind == EXAMINED:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                keep_result(folder, found.model_dump(mode="json"))
            store.append(kind, _event(found), run_id)
            ended["exit_code"] = exit_code(found)
        return found
    finally:
        target.close()
        store.close()


def verified(bench: Bench, folder: Path, levels: tuple[Level, ...], run_id: str) -> Verification:
    """The levels that were asked, on a bench."""
    found = Found(folder)
    makers = [TAKERS[one] for one in levels if one in TAKERS]
    seen = {name: bring(bench, name, makers, needed_later) for name in bench.plan.mappings} if makers else {}
    judging = Judging(bench, found, seen)
    deep = {one: judging.level(one) for one in DEEP if one in levels}
    results = list(deep.values())
    if Level.BOOKS in levels:
        results.append(explained_by_rows(books_level(bench), deep.get(Level.ROWS)))
    return _told(bench, found, tuple(sorted(results, key=lambda one: EVERY.index(one.level))), run_id)


def _told(bench: Bench, found: Found, levels: tuple[LevelVerdict, ...], run_id: str) -> Verification:
    kept = found.close()
    asked = tuple(one.level for one in levels)
    tally = found.tally(asked)
    return Verification(
        wave=bench.plan.wave,
        plan=bench.plan.name,
        run_id=run_id,
        levels=levels,
        total=tally.all,
        explained=tally.explained,
        by_kind=found.kinds(asked),
        zero_tolerance=found.zero_tolerance(asked),
        waiting=tuple(waiting(bench.stage)) if Level.CLINICAL in asked else (),
        stale=stale(bench.desk, bench.plan, bench.batches),
        cannot_see=_cannot_see(bench),
        file="" if kept is None else str(kept.relative_to(bench.desk.work)),
    )


def loaded_plan(desk: Desk, wave: str, target: Target) -> Plan:
    """The plan whose rows stand in the record. Raises Usage if nothing of the wave does, Locked while somebody is at work on it."""
    plan = current_plan(desk, wave)
    ledger = Ledger(target, desk.programme.record)
    if not ledger.batches(wave):
        raise Usage(f"Nothing of wave '{wave}' is loaded: there is nothing to verify.", hint=f"vardskiftet apply {wave}")
    for lock in ledger.locks():
        if lock.wave == wave and not proved_dead(lock):
            raise Locked(f"Wave '{wave}' is held by {in_words(lock)}: its rows still move.", where=wave, hint="Verify when it is done.")
    return plan


def exit_code(found: Verification) -> int:
    """8 for open books, 1 for what is unexplained or in a zero-tolerance class, 4 for what was not verified, else 0."""
    if found.selftest is not None:
        return 1 if found.selftest.missed else 0
    verdicts = {one.verdict for one in found.levels}
    codes = [8 if Verdict.OPEN in verdicts else 0, 1 if found.equal is False and verdicts != {Verdict.OPEN} else 0]
    return gravest([*codes, 4 if Verdict.NOT_VERIFIED in verdicts or not verdicts else 0])


def _event(found: Verification) -> dict[str, object]:
    return {
        "wave": found.wave,
        "plan": found.plan,
        "equal": found.equal,
        "quick": found.quick,
        "selftest": None if found.selftest is None else found.selftest.model_dump(mode="json"),
        "levels": {one.level.value: one.verdict.value for one in found.levels},
        "differences": {"total": found.total, "explained": found.explained, "by_class": found.by_kind},
        "zero_tolerance": found.zero_tolerance,
        "stale": [one.path for one in found.stale],
        "result": hashlib.sha256(found.model_dump_json().encode()).hexdigest(),
    }


def _cannot_see(bench: Bench) -> tuple[str, ...]:
    borrowed = [f"System '{name}' is read by the loader's own reader: what that misreads, both misread." for name in sorted(bench.borrowed)]
    code = [f"{one.path} is run for both." for one in bench.frozen.codes]
    return (*SHARED, *borrowed, *code)
