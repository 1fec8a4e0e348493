"""Is what stands in the record what the sources and the frozen mapping say? Levels asked, differences kept, a verdict for each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.reconcile.staged import sides
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.errors import Locked, Usage, gravest
from vardskiftet.model.difference import Level, Verdict
from vardskiftet.model.plan import Plan
from vardskiftet.model.verification import LevelVerdict, TableVerdict, Verification
from vardskiftet.run.apply import run_of
from vardskiftet.run.balance import current_plan
from vardskiftet.run.desk import Desk
from vardskiftet.run.lock import in_words, proved_dead
from vardskiftet.run.trust import demand_trust
from vardskiftet.run.verifying.bench import Bench, cleared, folder_of, laid
from vardskiftet.run.verifying.books import books_level
from vardskiftet.run.verifying.causes import causes_of
from vardskiftet.run.verifying.derived import Seen, Taker, bring
from vardskiftet.run.verifying.found import Count, Found, keep_result
from vardskiftet.run.verifying.rows import RowTaker, row_differences
from vardskiftet.store.runs import new_run_id

VERIFIED = "verify.done"
EVERY = (Level.BOOKS, Level.TOTALS, Level.ROWS, Level.CLINICAL)

SHARED = (
    "DuckDB runs the mapping's own SQL for the load and for the verification alike, and the SQL itself is the same.",
    "The driver that reads the record is the one that the load compares with.",
    "Rows are held equal by two 64-bit hashes; what differs is compared cell by cell.",
    "What earlier plans and other waves brought is taken as given: each is verified in its own turn.",
)


def verify(desk: Desk, wave: str, levels: Iterable[Level] = EVERY) -> Verification:
    """Verify a wave as it stands. Raises Usage where nothing is loaded, Locked while a load is at work, Unreachable, IntegrityBroken."""
    target = open_target(desk.programme)
    plan = loaded_plan(desk, wave, target)
    demand_trust(desk, tuple(one for one in desk.programme.mappings if one.mapping in plan.mappings))
    folder = folder_of(desk, wave)
    store, run_id = desk.writing_store(), new_run_id(desk.clock)
    try:
        with run_of(desk, store, run_id, "verify", plan) as ended:
            with laid(desk, plan, target, folder) as bench:
                found = verified(bench, folder, tuple(levels), run_id)
            cleared(folder)
            told = found.model_dump(mode="json") | {"equal": found.equal}
            keep_result(folder, told)
            store.append(VERIFIED, _event(found), run_id)
            ended["exit_code"] = exit_code(found)
        return found
    finally:
        target.close()
        store.close()


def verified(bench: Bench, folder: Path, levels: tuple[Level, ...], run_id: str) -> Verification:
    """The levels that were asked, on a bench."""
    found = Found(folder)
    results: list[LevelVerdict] = []
    if Level.BOOKS in levels:
        results.append(books_level(bench))
    takers: dict[Level, Taker] = {}
    if Level.ROWS in levels:
        takers[Level.ROWS] = RowTaker(bench)
    seen = {name: bring(bench, name, tuple(takers.values())) for name in bench.plan.mappings} if takers else {}
    if Level.ROWS in levels:
        results.append(_rows_level(bench, found, seen))
    kept = found.close()
    return Verification(
        wave=bench.plan.wave,
        plan=bench.plan.name,
        run_id=run_id,
        quick=False,
        levels=tuple(sorted(results, key=lambda one: EVERY.index(one.level))),
        total=found.total,
        explained=found.explained,
        by_kind=found.by_kind,
        zero_tolerance=dict(sorted(found.zero_tolerance.items())),
        stale=stale(bench.desk, bench.plan),
        cannot_see=_cannot_see(bench),
        file="" if kept is None else str(kept.relative_to(bench.desk.work)),
    )


def _rows_level(bench: Bench, found: Found, seen: dict[str, Seen]) -> LevelVerdict:
    causes = causes_of(bench)
    tables = []
    for name in bench.plan.mappings:
        found.take(row_differences(bench, name, causes))
        tables.append(_table(bench, name, seen[name], found.per_mapping.get((Level.ROWS, name), Count())))
    verdicts = {one.verdict for one in tables}
    verdict = next((one for one in (Verdict.DIFFERENT, Verdict.NOT_VERIFIED) if one in verdicts), Verdict.EQUAL)
    return LevelVerdict(level=Level.ROWS, verdict=verdict, tables=tuple(tables), problems=tuple(one.why for one in tables if one.why))


def _table(bench: Bench, name: str, seen: Seen, count: Count) -> TableVerdict:
    derived, stood = sides(bench.stage, name)
    left = count.all - count.explained
    why = ""
    if seen.read != seen.counted:
        why = f"{name}: {seen.read:,} rows lie in the plan's ranges, and the source counts {seen.counted:,}: not all were looked at"
    verdict = Verdict.DIFFERENT if left else Verdict.NOT_VERIFIED if why else Verdict.EQUAL
    return TableVerdict(
        mapping=name,
        table=bench.frozen.mapping(name).into,
        verdict=verdict,
        expected=derived,
        stored=stood,
        differences=count.all,
        unexplained=left,
        why=why,
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


def stale(desk: Desk, plan: Plan) -> tuple[str, ...]:
    """Declarations that are not what they were when the wave was loaded."""
    now = dict(desk.programme.files)
    gone = (name for name in plan.declarations if name not in now)
    changed = (name for name, digest in now.items() if plan.declarations.get(name, digest) != digest)
    return tuple(sorted((*gone, *changed)))


def exit_code(found: Verification) -> int:
    """8 for open books, 1 for what is unexplained or in a zero-tolerance class, 4 for what was not verified, else 0."""
    verdicts = {one.verdict for one in found.levels}
    codes = [8 if Verdict.OPEN in verdicts else 0, 1 if found.equal is False and verdicts != {Verdict.OPEN} else 0]
    return gravest([*codes, 4 if Verdict.NOT_VERIFIED in verdicts or not verdicts else 0])


def _event(found: Verification) -> dict[str, object]:
    return {
        "wave": found.wave,
        "plan": found.plan,
        "equal": found.equal,
        "quick": found.quick,
        "levels": {one.level.value: one.verdict.value for one in found.levels},
        "differences": {"total": found.total, "explained": found.explained, "by_class": found.by_kind},
        "zero_tolerance": found.zero_tolerance,
        "stale": list(found.stale),
        "result": hashlib.sha256(found.model_dump_json().encode()).hexdigest(),
    }


def _cannot_see(bench: Bench) -> tuple[str, ...]:
    borrowed = [f"System '{name}' is read by the loader's own reader: what that misreads, both misread." for name in sorted(bench.borrowed)]
    code = [f"{one.path} is run for both." for one in bench.frozen.codes]
    return (*SHARED, *borrowed, *code)
