"""Do rejects become fewer? What stands in the books now, against the budgets and against the runs before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from vardskiftet.model.event import Event
from vardskiftet.run.desk import Desk
from vardskiftet.run.last_books import DRAWN, REHEARSED
from vardskiftet.run.rejects import loaded_plan, rejected_items


@dataclass(frozen=True, slots=True)
class Trend:
    """One reason: items now, its budget, and items in the run before (None if there was none, or it did not say)."""

    reason: str
    items: int
    budget: int
    before: int | None


@dataclass(frozen=True, slots=True)
class PastRun:
    """What a run's books said of rejects: `kind` is books.drawn or books.rehearsed."""

    run_id: str
    kind: str
    at: str
    rejected: int


@dataclass(frozen=True, slots=True)
class Trends:
    """A wave's rejects over its runs."""

    reasons: tuple[Trend, ...]
    runs: tuple[PastRun, ...]


def trends(desk: Desk, wave: str) -> Trends:
    """Every reason of a wave with its trend. Raises Usage if the wave is not wholly loaded."""
    plan = loaded_plan(desk, wave)
    now = Counter(one.reason for one in rejected_items(desk, plan))
    with desk.reading_store() as store:
        told = [event for event in store.of_kinds((DRAWN, REHEARSED)) if event.payload.get("wave") == wave]
    loads = [event for event in told if event.kind == DRAWN]
    earlier = loads[:-1] or [event for event in told if event.kind == REHEARSED]
    before = _by_reason(earlier[-1]) if earlier else None
    budgets = desk.programme.wave(wave).budgets.rejected
    reasons = sorted(set(now) | set(budgets) | set(before or ()))
    return Trends(
        tuple(Trend(one, now[one], budgets.get(one, 0), None if before is None else before[one]) for one in reasons),
        tuple(PastRun(event.run_id, event.kind, event.at.isoformat(), int(event.payload["total"]["rejected"])) for event in told),
    )


def _by_reason(event: Event) -> Counter[str] | None:
    """Reason to items; None for a run of an older version, which did not say."""
    if "rejected" not in event.payload:
        return None
    found: Counter[str] = Counter()
    for reasons in event.payload["rejected"].values():
        found.update({reason: int(items) for reason, items in reasons.items()})
    return found
