"""Does the source have what the mappings name? Asked at `plan`, before anything is run; all gaps at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from vardskiftet.engine.compile.named import naming
from vardskiftet.engine.sources.protocol import Schema, Source
from vardskiftet.errors import DeclarationsWrong, Fault, Usage
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.system import System
from vardskiftet.run.spoken import speakers


def gaps(programme: Programme, system: System, source: Source) -> tuple[Fault, ...]:
    """Tables and columns that declarations of a system name and its source lacks, and tables that nothing speaks of."""
    path = f"mappings/{system.system}/system.yaml"
    schema = source.schema()
    faults: list[Fault] = []
    mine = [mapping for mapping in programme.mappings if mapping.system == system.system]
    for mapping in mine:
        faults += mapping_gaps(programme, mapping, source)
    named = {one.table for one in system.ignored if not one.is_pattern}
    named |= {table for route in system.routes for table in route.tables}
    named |= {mapping.unit.via for mapping in mine if mapping.unit.via}
    for table in sorted(named - set(schema) - {mapping.reads for mapping in mine}):
        faults.append(_fault(path, 1, system.system, table, schema))
    for one in (one for route in system.routes for one in route.patients if one.table in schema):
        columns = [column.name for column in schema[one.table]]
        if one.by not in columns:
            message = f"'{one.by}' is not a column of the source's table '{one.table}'."
            faults.append(Fault(path, 1, f"{system.system} › routes › patients", message, _near(one.by, columns)))
    unspoken = [table for table in sorted(schema) if not speakers(programme, system, table)]
    return (*faults, *([_unspoken(path, system.system, unspoken)] if unspoken else []))


def _unspoken(path: str, system: str, tables: list[str]) -> Fault:
    """One fault for all of them: a new system has dozens."""
    named = ", ".join(f"'{table}'" for table in tables)
    what = f"Table {named} of the source is" if len(tables) == 1 else f"{len(tables)} tables of the source are"
    told = "." if len(tables) == 1 else f": {named}."
    hint = f"Say of each: a mapping (vardskiftet mappings new {system} TABLE), `tables:` of a route, or `ignored:` with a because."
    return Fault(path, 1, system, f"{what} read by no mapping, covered by no route and not ignored{told}", hint)


def demand_no_gaps_of(programme: Programme, mapping: Mapping, source: Source) -> None:
    """Raise DeclarationsWrong with all that one mapping names and its source lacks."""
    if faults := mapping_gaps(programme, mapping, source):
        raise DeclarationsWrong(faults)


def mapping_gaps(programme: Programme, mapping: Mapping, source: Source) -> list[Fault]:
    """Tables and columns that a mapping names and its source lacks."""
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
    faults = _names_of_ours(mapping, rows)
    for trail, line, column in naming(mapping):
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


def _names_of_ours(mapping: Mapping, rows: list[str]) -> list[Fault]:
    """Columns that cannot be told apart, or that bear the names that the engine's own columns have."""
    trail, hint = f"{mapping.mapping} › {'sql' if mapping.sql else 'reads'}", "Give it another name in `sql:`, with `counts:` beside it."
    lowered = [name.lower() for name in rows]
    twice = sorted({name for name in rows if lowered.count(name.lower()) > 1})
    told = [f"Several columns are called {' and '.join(repr(name) for name in twice)}; capitals make no difference."] if twice else []
    told += [
        f"The column '{name}' bears a name of the engine's own: they begin with vs_." for name in rows if name.lower().startswith("vs_")
    ]
    return [Fault(mapping.path, 1, trail, message, hint) for message in told]


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
