"""Which units name a system that holds no row of theirs? A delivery may lack a whole clinic, and nothing else would say so."""

from __future__ import annotations

from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme


def silent_units(programme: Programme, plan: Plan) -> tuple[tuple[str, str], ...]:
    """(system, unit) for units of the plan's wave that name a system under `systems:`, where no mapping of it found a row of theirs."""
    heard: dict[str, set[str]] = {}
    for one in plan.expectations:
        heard.setdefault(one.system, set()).update(unit for unit, rows in one.units.items() if rows)
    members = [programme.unit(member.unit) for member in programme.wave(plan.wave).units]
    return tuple(
        (system, unit.unit)
        for system in sorted(heard)
        for unit in members
        if system in unit.systems and unit.unit not in heard[system] and heard[system] != {"*"}
    )
