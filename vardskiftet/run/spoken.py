"""What speaks of a table of a source: a mapping that reads it, joins it or takes units from it, a route, `ignored:`, or nothing?"""

from __future__ import annotations

import re

from vardskiftet.engine.sources.protocol import Schema
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.system import System


def speakers(programme: Programme, system: System, table: str) -> tuple[str, ...]:
    """Who speaks of a table, in words; none if nothing does. Its readers alone, where there are any."""
    mine = [one for one in programme.mappings if one.system == system.system]
    readers = [one.mapping for one in mine if one.reads == table]
    if readers:
        return tuple(readers)
    routes = [f"{one.information} ({one.route.value})" for one in system.routes if table in one.tables]
    ignored = ["ignored"] if any(one.covers(table) for one in system.ignored) else []
    return (*(f"{one.mapping} ({how})" for one in mine if (how := _beside(one, table))), *routes, *ignored)


def idle_patterns(system: System, schema: Schema) -> tuple[str, ...]:
    """Patterns under `ignored:` that are like no table of the source: nothing is lost by them, but somebody meant something."""
    return tuple(one.table for one in system.ignored if one.is_pattern and not any(one.covers(table) for table in schema))


def _beside(mapping: Mapping, table: str) -> str:
    """How a mapping that accounts for another table needs this one; empty if it does not."""
    if mapping.unit.via == table:
        return "units"
    return "joined" if re.search(rf"(?<!\w){re.escape(table)}(?!\w)", mapping.sql) else ""
