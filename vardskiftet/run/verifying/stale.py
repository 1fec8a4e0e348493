"""Is what was verified still what is declared? Declarations that changed since the load, and the rows that they made."""

from __future__ import annotations

from vardskiftet.engine.targets.protocol import BatchEntry
from vardskiftet.model.plan import Plan
from vardskiftet.model.verification import Changed
from vardskiftet.run.desk import Desk


def stale(desk: Desk, plan: Plan, batches: tuple[BatchEntry, ...]) -> tuple[Changed, ...]:
    """Declarations that are not what they were when the wave was loaded: a mapping's own with the items that it made."""
    now = dict(desk.programme.files)
    changed = sorted(name for name in {*plan.declarations, *now} if plan.declarations.get(name) != now.get(name))
    of = {mapping.path: mapping.mapping for mapping in desk.programme.mappings}
    items: dict[str, int] = {}
    for entry in batches:
        if entry.plan == plan.fingerprint:
            items[entry.mapping] = items.get(entry.mapping, 0) + entry.items
    return tuple(Changed(path=name, mapping=of.get(name, ""), items=items.get(of.get(name, ""), sum(items.values()))) for name in changed)
