"""Does the source have what the mappings name? Asked at `plan`, before anything is run; all gaps at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from vardskiftet.engine.probe import probe
from vardskiftet.engine.sources.protocol import Schema, Source
from vardskiftet.engine.transforms import columns_of_step
from vardskiftet.errors import DeclarationsWrong, Fault, Usage
from vardskiftet.model.mapping import WHOLE_ROW, Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.system import System


def gaps(programme: Programme, system: System, source: Source) -> tuple[Fault, ...]:
    """Tables and columns that declarations of a system name and its source lacks, and tables that nothing speaks of."""
    path = f"mappings/{system.system}/system.yaml"
    schema = source.schema()
    faults: list[Fault] = []
    mine = [mapping for mapping in programme.mappings if mapping.system == system.system]
    for mapping in mine:
        faults += _mapping_gaps(programme, mapping, source)
    spoken = {mapping.reads for mapping in mine} | {one.table for one in system.ignored}
    spoken |= {table for route in system.routes for table in route.tables}
    spoken |= {mapping.unit.via for mapping in mine if mapping.unit.via}
    for table in sorted(spoken - set(schema) - {mapping.reads for mapping in mine}):
        faults.append(_fault(path, 1, system.system, table, schema))
    for one in (one for route in system.routes for one in route.patients if one.table in schema):
        columns = [column.name for column in schema[one.table]]
        if one.by not in columns:
            message = f"'{one.by}' is not a column of the source's table '{one.table}'."
            faults.append(Fault(path, 1, f"{system.system} › routes › patients", message, _near(one.by, columns)))
    queries = " ".join(mapping.sql for mapping in mine)
    for table in sorted(set(schema) - spoken):
        if not re.search(rf"(?<!\w){re.escape(table)}(?!\w)", queries):
            message = f"Table '{table}' of the source is read by no mapping, covered by no route and not ignored."
            faults.append(
                Fault(path, 1, system.system, message, "Say which: a mapping, `tables:` of a route, or `ignored:` with a because.")
            )
    return tuple(faults)


def _mapping_gaps(programme: Programme, mapping: Mapping, source: Source) -> list[Fault]:
    schema = source.schema()
    if mapping.reads not in schema:
        return [_fault(mapping.path, 1, f"{mapping.mapping} › {'counts' if mapping.sql else 'reads'}", mapping.reads, schema)]
    have = {table: [one.name for one in columns] for table, columns in schema.items()}
    rows = have[mapping.reads]
    if mapping.sql:
        try:
            rows = list(source.columns(mapping.sql))
        except Usage as error:
            return [Fault(mapping.path, 1, f"{mapping.mapping} › sql", error.message, error.hint)]
    own = set(mapping.split.columns) if mapping.split else set()
    faults = []
    for trail, line, column in _named(mapping):
        if column not in rows and column not in own:
            where = "the query's rows" if mapping.sql else f"the source's table '{mapping.reads}'"
            faults.append(
                Fault(mapping.path, line, f"{mapping.mapping} › {trail}", f"'{column}' is not a column of {where}.", _near(column, rows))
            )
    for trail, table, column in _elsewhere(programme, mapping):
        if table not in have:
            faults.append(_fault(mapping.path, 1, f"{mapping.mapping} › {trail}", table, schema))
        elif column not in have[table]:
            message = f"'{column}' is not a column of the source's table '{table}'."
            faults.append(Fault(mapping.path, 1, f"{mapping.mapping} › {trail}", message, _near(column, have[table])))
    return faults


def _named(mapping: Mapping) -> Iterable[tuple[str, int, str]]:
    """(trail, line, column) of every column of its own rows that a mapping names."""
    rule = mapping.unit
    yield from (("key", 1, column) for column in mapping.key if column != WHOLE_ROW)
    yield from (("identities", 1, one.source) for one in mapping.identities)
    single = (
        ("changed", mapping.changed),
        ("conflict", mapping.conflict_by),
        ("unit › on", rule.on),
        ("unit › from", "" if rule.via else rule.source),
    )
    yield from ((trail, 1, column) for trail, column in single if column)
    yield from (("correct", 1, column) for column in mapping.correct)
    filled = {field.column for field in mapping.fields}
    for kind, conditions in (("exclude", mapping.exclude), ("reject", mapping.reject), ("flag", mapping.flag)):
        for number, one in enumerate(conditions, 1):
            known = set() if kind == "exclude" else filled
            yield from ((f"{kind} › {number} › when", one.line or 1, column) for column in _columns(one.when) if column not in known)
    if mapping.split is not None:
        texts = [text for piece in mapping.split.pieces for text in (piece.when, *(sql for _, sql in piece.columns))]
        columns = [mapping.split.each] if mapping.split.each else [column for text in texts for column in _columns(text)]
        yield from (("split", 1, column) for column in columns)
    for field in mapping.fields:
        columns = [field.source] if field.source else [field.find.by] if field.find else _columns(field.sql) if field.sql else []
        columns += [column for step in field.steps for column in columns_of_step(step)]
        yield from ((f"fields › {field.column}", field.line or 1, column) for column in columns)


def named_columns(mapping: Mapping) -> tuple[str, ...]:
    """The columns of its own rows that a mapping names, each once."""
    own = set(mapping.split.columns) if mapping.split else set()
    return tuple(dict.fromkeys(column for _, _, column in _named(mapping) if column not in own))


def _elsewhere(programme: Programme, mapping: Mapping) -> Iterable[tuple[str, str, str]]:
    """(trail, table, column) of every column of other tables that a mapping names; those of queries are seen with the query."""
    rule = mapping.unit
    if rule.via:
        yield from (("unit › via", rule.via, column) for column in (rule.to, rule.source))
    for named in rule.wherever:
        table, _, column = named.rpartition(".")
        queried = any(other.sql for other in programme.mappings if other.system == mapping.system and other.reads == table)
        if not queried:
            yield "unit › wherever", table, column


def _columns(sql: str) -> list[str]:
    return sorted(probe(sql).columns - {"extracted_at"})


def _fault(path: str, line: int, trail: str, table: str, schema: Schema) -> Fault:
    return Fault(path, line, trail, f"The source has no table '{table}'.", _near(table, list(schema)))


def _near(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(sorted(known))}."


def demand_no_gaps(programme: Programme, sources: dict[str, Source]) -> None:
    """Raise DeclarationsWrong with all gaps of all systems."""
    faults = [fault for name, source in sorted(sources.items()) for fault in gaps(programme, programme.system(name), source)]
    if faults:
        raise DeclarationsWrong(faults)
