"""Does the source have what the mappings name? Asked at `plan`, before anything is run; all gaps at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from vardskiftet.engine.probe import probe
from vardskiftet.engine.sources.protocol import Schema
from vardskiftet.errors import DeclarationsWrong, Fault
from vardskiftet.model.mapping import WHOLE_ROW, Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.system import System


def gaps(programme: Programme, system: System, schema: Schema) -> tuple[Fault, ...]:
    """Tables and columns that declarations of a system name and its source lacks, and tables that nothing speaks of."""
    path = f"mappings/{system.system}/system.yaml"
    faults: list[Fault] = []
    mine = [mapping for mapping in programme.mappings if mapping.system == system.system]
    for mapping in mine:
        faults += _mapping_gaps(mapping, schema)
    spoken = {mapping.reads for mapping in mine} | {one.table for one in system.ignored}
    spoken |= {table for route in system.routes for table in route.tables}
    spoken |= {mapping.unit.via for mapping in mine if mapping.unit.via}
    for table in sorted(spoken - set(schema) - {mapping.reads for mapping in mine}):
        faults.append(_fault(path, 1, system.system, table, schema))
    for table in sorted(set(schema) - spoken):
        message = f"Table '{table}' of the source is read by no mapping, covered by no route and not ignored."
        faults.append(Fault(path, 1, system.system, message, "Say which: a mapping, `tables:` of a route, or `ignored:` with a because."))
    return tuple(faults)


def _mapping_gaps(mapping: Mapping, schema: Schema) -> list[Fault]:
    if mapping.reads not in schema:
        return [_fault(mapping.path, 1, f"{mapping.mapping} › reads", mapping.reads, schema)]
    faults = []
    for trail, line, table, column in _named(mapping):
        have = [one.name for one in schema.get(table, ())]
        if table in schema and column not in have:
            message = f"'{column}' is not a column of the source's table '{table}'."
            faults.append(Fault(mapping.path, line, f"{mapping.mapping} › {trail}", message, _near(column, have)))
        elif table not in schema:
            faults.append(_fault(mapping.path, line, f"{mapping.mapping} › {trail}", table, schema))
    return faults


def _named(mapping: Mapping) -> Iterable[tuple[str, int, str, str]]:
    """(trail, line, table, column) of every source column that a mapping names."""
    reads, rule = mapping.reads, mapping.unit
    yield from (("key", 1, reads, column) for column in mapping.key if column != WHOLE_ROW)
    yield from (("identities", 1, reads, one.source) for one in mapping.identities)
    if mapping.changed:
        yield "changed", 1, reads, mapping.changed
    if rule.via:
        yield "unit › on", 1, reads, rule.on
        yield from (("unit › via", 1, rule.via, column) for column in (rule.to, rule.source))
    elif rule.source:
        yield "unit › from", 1, reads, rule.source
    for named in rule.wherever:
        table, _, column = named.partition(".")
        yield "unit › wherever", 1, table, column
    filled = {field.column for field in mapping.fields}
    for number, one in enumerate(mapping.exclude, 1):
        yield from ((f"exclude › {number} › when", one.line or 1, reads, column) for column in _columns(one.when))
    for number, one in enumerate(mapping.reject, 1):
        yield from ((f"reject › {number} › when", one.line or 1, reads, column) for column in _columns(one.when) if column not in filled)
    for field in mapping.fields:
        columns = [field.source] if field.source else [field.find.by] if field.find else _columns(field.sql) if field.sql else []
        yield from ((f"fields › {field.column}", field.line or 1, reads, column) for column in columns)


def _columns(sql: str) -> list[str]:
    return sorted(probe(sql).columns - {"extracted_at"})


def _fault(path: str, line: int, trail: str, table: str, schema: Schema) -> Fault:
    return Fault(path, line, trail, f"The source has no table '{table}'.", _near(table, list(schema)))


def _near(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(sorted(known))}."


def demand_no_gaps(programme: Programme, schemas: dict[str, Schema]) -> None:
    """Raise DeclarationsWrong with all gaps of all systems."""
    faults = [fault for name, schema in sorted(schemas.items()) for fault in gaps(programme, programme.system(name), schema)]
    if faults:
        raise DeclarationsWrong(faults)
