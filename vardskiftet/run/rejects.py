"""Which rejected rows wait for somebody? Counted in the target's books, and read again from the sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.originals import RejectedItem, originals
from vardskiftet.engine.targets import open_target
from vardskiftet.errors import Usage
from vardskiftet.model.plan import Plan
from vardskiftet.model.progress import Progress
from vardskiftet.model.reject import Original, Waiting
from vardskiftet.run.balance import current_plan
from vardskiftet.run.desk import Desk
from vardskiftet.run.imported import corrections_in_force
from vardskiftet.run.workbench import Workbench

Wanted = Callable[[RejectedItem], bool]


def loaded_plan(desk: Desk, wave: str) -> Plan:
    """The plan whose rejects are worked on. Raises Usage if the wave is not wholly loaded: until then nobody knows them all."""
    plan = current_plan(desk, wave)
    entries = Ledger(open_target(desk.programme), desk.programme.record).batches(wave)
    done = sum(entry.plan == plan.fingerprint for entry in entries)
    if done < len(plan.batches):
        raise Usage(
            f"Wave '{wave}' is not wholly loaded ({done} of {len(plan.batches)} batches): its rejects are not known yet.",
            where=wave,
            hint=f"vardskiftet apply {wave}",
        )
    return plan


def rejected_items(desk: Desk, plan: Plan) -> tuple[RejectedItem, ...]:
    """Every rejected item of a plan."""
    return Ledger(open_target(desk.programme), desk.programme.record).rejected(plan.wave, plan.fingerprint)


def waiting(desk: Desk, plan: Plan) -> tuple[Waiting, ...]:
    """Rejects by mapping and reason, counted in the books; no source is read."""
    by: dict[tuple[str, str], list[RejectedItem]] = defaultdict(list)
    for one in rejected_items(desk, plan):
        by[one.mapping, one.reason].append(one)
    said = Counter[tuple[str, str | None]]((one.mapping, one.key) for one in corrections_in_force(desk))
    return tuple(
        Waiting(
            mapping=mapping,
            reason=reason,
            items=len(items),
            rows=_rows(items),
            corrected=sum(said[mapping, key] for key in {one.key for one in items}),
            columns=desk.programme.mapping(mapping).correct,
        )
        for (mapping, reason), items in sorted(by.items())
    )


def _rows(items: list[RejectedItem]) -> int:
    """Source rows of rejected items: the copies of a key are one each, the pieces of a row are one together."""
    alike = Counter((one.key, one.item) for one in items)
    most: dict[str | None, int] = {}
    for (key, _), times in alike.items():
        most[key] = max(times, most.get(key, 0))
    return sum(most.values())


def rejected_rows(bench: Workbench, wanted: Wanted = lambda _: True) -> tuple[Original, ...]:
    """The rejected rows of a plan as their sources have them, by mapping and batch."""
    told: dict[tuple[str, int], list[RejectedItem]] = defaultdict(list)
    every = rejected_items(bench.desk, bench.plan)
    keys = {(one.mapping, one.key) for one in every if wanted(one)}
    for one in every:
        if (one.mapping, one.key) in keys:
            told[one.mapping, one.number].append(one)
    found: list[Original] = []
    for done, ((mapping, number), items) in enumerate(sorted(told.items())):
        bench.desk.notify(Progress(f"rejects of {mapping}", done, len(told)))
        compiled = bench.compiled(mapping)
        found += originals(bench.duck, compiled, bench.rows(mapping, number), number, items)
    return tuple(found)


def only(mapping: str | None, reason: str | None) -> Wanted:
    """Rejects of one mapping, for one reason; of all where none is named."""
    return lambda one: mapping in (None, one.mapping) and reason in (None, one.reason)
