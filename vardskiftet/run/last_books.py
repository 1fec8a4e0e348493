"""What did the books say when they were last drawn, in a load or in a rehearsal? From the programme's memory."""

from __future__ import annotations

from collections.abc import Iterable

from vardskiftet.model.books import Books
from vardskiftet.model.event import Event
from vardskiftet.model.plan import Plan

DRAWN = "books.drawn"
REHEARSED = "books.rehearsed"
UNDONE = "wave.undone"
OF_BOOKS = (DRAWN, REHEARSED, UNDONE)
"""Every kind of event that says how books stood."""


def closed(events: Iterable[Event], wave: str, plan: str, kind: str) -> bool | None:
    """Whether the plan's newest books of that kind closed; None if none were drawn, or the wave was taken back since."""
    last: bool | None = None
    for event in events:
        if event.payload.get("wave") != wave:
            continue
        if event.kind == kind and event.payload.get("plan") == plan:
            last = bool(event.payload["closes"])
        elif event.kind == UNDONE and kind == DRAWN:
            last = None
    return last


def drawn(plan: Plan, books: Books, committed: int) -> dict[str, object]:
    """What is remembered of books that were drawn: whether they close, their total, and the rejects by mapping and reason."""
    rejected: dict[str, dict[str, int]] = {}
    for mapping, reason, items in books.rejects_by:
        rejected.setdefault(mapping, {})[reason] = items
    return {
        "wave": books.wave,
        "plan": plan.fingerprint,
        "closes": books.closes,
        "within_budget": books.within_budget,
        "total": books.total.model_dump(mode="json"),
        "rejected": rejected,
        "committed": committed,
    }
