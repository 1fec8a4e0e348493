"""What must stand beside a mapping's rows? Units, care, paths, persons and parents, brought into DuckDB before its first batch."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from vardskiftet.engine.compile.fields import parent_mapping
from vardskiftet.engine.compile.kin import kin
from vardskiftet.engine.held import Held
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.whole import read_whole
from vardskiftet.model.mapping import Mapping, UnitRule
from vardskiftet.model.programme import Programme

_EMPTY = {
    "unit_place": "value varchar, unit varchar, place varchar",
    "unit_path": "key varchar, value varchar",
    "care": "key varchar, in_wave boolean, in_any boolean, in_excluded boolean",
    "person": "record_table varchar, domain varchar, identifier varchar, id varchar",
    "origin": "record_table varchar, id varchar, mapping varchar, key varchar",
    "brought": "key varchar",
    "guarded": "mapping varchar, key varchar",
    "decided": "mapping varchar, key varchar, numbers varchar, id varchar, apart boolean",
    "parent": "mapping varchar, key varchar, id varchar, fate varchar",
}


def place_units(duck: duckdb.DuckDBPyConnection, programme: Programme, wave: str) -> None:
    """Every unit under its HSA-id and its slug, with its place as seen from this wave. Creates all look-up tables, empty."""
    for name, columns in _EMPTY.items():
        duck.execute(f"create or replace table {name} ({columns})")
    waves = programme.wave_of_unit
    rows: dict[str, tuple[str, str]] = {}
    for unit in programme.units:
        place = "excluded_unit" if unit.excluded else "in_wave" if waves.get(unit.unit) == wave else "other_wave"
        rows[unit.unit] = rows[unit.hsa_id] = (unit.unit, place)
    table = pa.table({"value": list(rows), "unit": [unit for unit, _ in rows.values()], "place": [place for _, place in rows.values()]})
    fill(duck, "unit_place", table)


def prepare_places(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, source: Source) -> None:
    """What the mapping's unit rule needs from other tables of its system."""
    if mapping.unit.via:
        _unit_path(duck, mapping.unit, source)
    if mapping.for_persons:
        _care(duck, programme, mapping, source)


def _unit_path(duck: duckdb.DuckDBPyConnection, rule: UnitRule, source: Source) -> None:
    """Key of the other table to its unit; a key with several units has none, and `told` names two of them."""
    duck.execute("create or replace temp table pairs (key varchar, value varchar)")
    for batch in read_whole(source, Extract(rule.via, (rule.to, rule.source))):
        fill(duck, "pairs", pa.Table.from_batches([batch]).select([1, 2]).rename_columns(["key", "value"]))
    duck.execute(
        "create or replace table unit_path as select key, case when count(distinct value) = 1 then min(value) end as value,"
        " case when count(distinct value) > 1 then '(several: ' || min(value) || ', ' || max(value) || ')' else min(value) end as told"
        " from pairs where key is not null group by key"
    )
    duck.execute("drop table pairs")


def _care(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, source: Source) -> None:
    """Person to whether any row of the named tables, struck out or not, lies in this wave, in any, or in an excluded unit."""
    duck.execute("create or replace temp table seen (key varchar, place varchar)")
    for named in mapping.unit.wherever:
        table, _, column = named.rpartition(".")
        caring = cared_by(programme, mapping.system, table)
        rule = caring.unit
        if rule.via:
            _unit_path(duck, rule, source)
        telling = (column, rule.on if rule.via else rule.source)
        wanted = tuple(dict.fromkeys(name for name in telling if name))
        for batch in read_whole(source, Extract(table, wanted, sql=caring.sql)):
            duck.register("rows_seen", pa.Table.from_batches([batch]))
            duck.execute(_seen(rule, column))
            duck.unregister("rows_seen")
    duck.execute(
        "create or replace table care as select key, bool_or(place = 'in_wave') as in_wave,"
        " bool_or(place in ('in_wave', 'other_wave')) as in_any, bool_or(place = 'excluded_unit') as in_excluded from seen group by key"
    )
    duck.execute("drop table seen")


def _seen(rule: UnitRule, column: str) -> str:
    """Persons and the places of their rows, by the unit rule of the table that cares for them."""
    path = f" left join unit_path on unit_path.key = rows_seen.{quoted(rule.on)}" if rule.via else ""
    value = literal(rule.unit) if rule.unit else "unit_path.value" if rule.via else f"rows_seen.{quoted(rule.source)}"
    if rule.codebook:
        path += f" left join codebook as unit_code on unit_code.codebook = {literal(rule.codebook)} and unit_code.source = {value}"
        value = "unit_code.target"
    return (
        f"insert into seen select distinct rows_seen.{quoted(column)}, coalesce(unit_place.place, 'no_unit') from rows_seen{path}"
        f" left join unit_place on unit_place.value = {value} where rows_seen.{quoted(column)} is not null"
    )


def cared_by(programme: Programme, system: str, table: str) -> Mapping:
    """The first mapping of the system that reads a table and has a unit of its own. Raises KeyError if none does."""
    for mapping in programme.mappings:
        if mapping.system == system and mapping.reads == table and not mapping.for_persons:
            return mapping
    raise KeyError(table)


def prepare_references(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, target: Target) -> None:
    """Persons by identifier, and parents by key, as the target holds them now.

    Parents that a mapping before had too are not read again: they were all loaded before either.
    """
    for name in ("person", "origin", "brought"):
        duck.execute(f"create or replace table {name} ({_EMPTY[name]})")
    books = Held(programme.record)
    if programme.record.table(mapping.into).identity:
        fill(duck, "person", target.arrow(books.known_persons(mapping.into)))
        fill(duck, "origin", target.arrow(books.origins(mapping.into)))
        fill(duck, "brought", target.arrow(books.keys_brought(mapping)))
    finds = [field.find for field in mapping.fields if field.find is not None]
    for find in (one for one in finds if one.step is not None):
        duck.execute("delete from person where record_table = ?", [find.table])
        fill(duck, "person", target.arrow(books.known_persons(find.table, standing=True)))
    wanted = {parent_mapping(programme, mapping, one) for one in finds if one.step is None}
    there = {str(name) for (name,) in duck.execute("select distinct mapping from parent").fetchall()}
    # A mapping whose rows find each other has them here before they are loaded: those are not its last word.
    kept = {name for name in there & wanted if name != mapping.mapping and not kin(programme.mapping(name))}
    for name in there - kept:
        duck.execute("delete from parent where mapping = ?", [name])
    for name in sorted(wanted - kept):
        _parents(duck, programme, name, target)


def _parents(duck: duckdb.DuckDBPyConnection, programme: Programme, name: str, target: Target) -> None:
    """Source key of the parent mapping to its id, or to what became of it; a loaded copy speaks before a merged one, a later load first."""
    found = target.arrow(Held(programme.record).fates_of(programme.mapping(name)))
    duck.register("candidate", found)
    duck.execute("delete from parent where mapping = ?", [name])
    duck.execute(
        "insert into parent select ?, key, id, fate from candidate where key is not null qualify row_number() over"
        " (partition by key order by case fate when 'loaded' then 1 when 'merged' then 2 when 'excluded' then 3 else 4 end, came desc,"
        " exists (select 1 from decided where decided.mapping = ? and decided.key = candidate.key and decided.id = candidate.id) desc) = 1",
        [name, name],
    )
    duck.unregister("candidate")


def fill(duck: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Put rows into a look-up table, by the names of their columns."""
    duck.register("filling", rows)
    duck.execute(f"insert into {table} by name select * from filling")
    duck.unregister("filling")
