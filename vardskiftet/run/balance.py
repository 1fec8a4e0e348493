"""How are the books of a wave drawn up? Tallies from the target, rows counted in the record, and each source counted anew."""

from __future__ import annotations

from collections.abc import Mapping as Map

from vardskiftet.engine.ledger import Accounts, Ledger
from vardskiftet.engine.sources import open_held
from vardskiftet.engine.sources.protocol import Source
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.errors import Usage, VardskiftetError
from vardskiftet.judge.books import balance
from vardskiftet.model.books import Books
from vardskiftet.model.plan import Plan
from vardskiftet.run.desk import Desk, load_plan, plans_of, whole
from vardskiftet.run.moments import OF_COUNTS, counted_then


def counts_of(desk: Desk, plan: Plan, sources: Map[str, Source]) -> dict[str, int | None]:
    """Mapping to the rows that its source counts now; None where it cannot be asked."""
    return {name: _counted(desk, name, sources) for name in plan.mappings}


def books_of(desk: Desk, plan: Plan, target: Target, counted: dict[str, int | None]) -> Books:
    """The books of a plan in a target; a source that could not be counted leaves `counted` empty, and the books open."""
    ledger = Ledger(target, desk.programme.record)
    accounts = ledger.accounts(desk.programme, plan.wave, plan.fingerprint) if target.exists() else None
    return _balanced(desk, plan, accounts, counted)


def _balanced(desk: Desk, plan: Plan, accounts: Accounts | None, counted: dict[str, int | None]) -> Books:
    found = accounts or Accounts()
    return balance(
        desk.programme,
        plan.wave,
        plan,
        batches_done=len(found.batches),
        tallies=found.tallies,
        places=found.places,
        in_target=found.in_target if accounts else None,
        counted=counted,
        rejected=found.rejected,
        excluded=found.excluded,
        instances=found.instances,
        flagged=found.flagged,
        left=found.left,
        taken_over=found.taken_over,
    )


def _counted(desk: Desk, mapping: str, sources: Map[str, Source]) -> int | None:
    declared = desk.programme.mapping(mapping)
    source = sources.get(declared.system)
    if source is None:
        return None
    try:
        return source.count(declared.reads)
    except VardskiftetError:
        # Could not look is never equal: the line stays open, and says so.
        return None


def missing_parents(desk: Desk, plan: Plan) -> tuple[tuple[str, str, int], ...]:
    """(mapping, key of a parent that is not there, items that look for it), as the target holds them now."""
    return Ledger(open_target(desk.programme), desk.programme.record).missing_parents(plan.wave, plan.fingerprint)


def current_plan(desk: Desk, wave: str) -> Plan:
    """The plan whose rows the target holds, the newest of them; else the newest plan of the wave. Raises Usage if there is none."""
    desk.wave(wave)
    plans = plans_of(desk, wave)
    if not plans:
        raise Usage(f"There is no plan for wave '{wave}' yet.", hint=f"Make one: vardskiftet plan {wave}")
    begun = {entry.plan for entry in Ledger(open_target(desk.programme), desk.programme.record).batches(wave)}
    return next((plan for plan in reversed(plans) if plan.fingerprint in begun), plans[-1])


def plan_to_carry_out(desk: Desk, named: str) -> Plan:
    """The plan of that name; of a wave the newest whose ground is there still: not a delta on rows that were taken back. As `load_plan`."""
    plan = load_plan(desk, named)
    if named != plan.wave or not plan.base:
        return plan
    held = {entry.plan for entry in Ledger(open_target(desk.programme), desk.programme.record).batches(plan.wave)}
    grounded = [one for one in plans_of(desk, plan.wave) if set(one.base) <= held]
    return whole(grounded[-1]) if grounded else plan


def present_books(desk: Desk, wave: str) -> tuple[Plan, Books]:
    """The books of a wave as they stand now, for anybody who asks.

    Held copies of the sources are counted again; of what was held still by a snapshot, the count that the load took is remembered.
    """
    plan = current_plan(desk, wave)
    systems = {desk.programme.mapping(name).system for name in plan.mappings}
    sources: dict[str, Source] = {}
    for name in sorted(systems):
        held = open_held(desk.programme.system(name), desk.held(plan))
        if held is not None:
            sources[name] = held
    with desk.reading_store() as store:
        then = counted_then(store.of_kinds(OF_COUNTS), wave, plan.fingerprint)
    counted = {name: then.get(name) if rows is None else rows for name, rows in counts_of(desk, plan, sources).items()}
    return plan, books_of(desk, plan, open_target(desk.programme), counted)
