"""Which unit and wave does a row belong to, by the verifier's own reading of other tables? Units, paths, care and codebooks."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.rederive.rows import Asked, Rows
from vardskiftet.engine.rederive.stage import fill
from vardskiftet.model.mapping import WHOLE_ROW, Mapping, UnitRule
from vardskiftet.model.programme import Programme


def place_units(stage: duckdb.DuckDBPyConnection, programme: Programme, wave: str) -> None:
    """Every unit under both of its names, with its place as the wave sees it; and every codebook."""
    lines: dict[str, tuple[str, str]] = {}
    for unit in programme.units:
        others = "in_wave" if programme.wave_of_unit.get(unit.unit) == wave else "other_wave"
        place = "excluded_unit" if unit.excluded else others
        lines |= dict.fromkeys((unit.unit, unit.hsa_id), (unit.unit, place))
    stage.execute("delete from unit_place")
    stage.execute("delete from book")
    values, units, places = list(lines), [one for one, _ in lines.values()], [one for _, one in lines.values()]
    fill(stage, "unit_place", pa.table({"value": values, "unit": units, "place": places}))
    entries = [(book.codebook, *entry) for book in programme.codebooks for entry in book.entries]
    if entries:
        columns = ("book", "source", "target")
        fill(stage, "book", pa.table({name: [entry[number] for entry in entries] for number, name in enumerate(columns)}))


def unit_joins(rule: UnitRule, row: str) -> tuple[str, str]:
    """SQL that leads a row to its line of `unit_place`: the text that names the unit, and the joins before it."""
    joins = ""
    if rule.unit:
        named = literal(rule.unit)
    elif rule.via:
        joins += f" left join path on path.key = {row}.{quoted(rule.on)}"
        named = "path.value"
    else:
        named = f"{row}.{quoted(rule.source)}"
    if rule.codebook:
        joins += f" left join book as unit_book on unit_book.book = {literal(rule.codebook)} and unit_book.source = {named}"
        named = "unit_book.target"
    return named, f"{joins} left join unit_place on unit_place.value = {named}"


def key_text(mapping: Mapping, columns: tuple[str, ...]) -> str:
    """SQL of a row's key as the books write it: its one column, its parts counted, or a digest of the whole row."""
    if mapping.key == (WHOLE_ROW,):
        parts = " || ".join(f"case when {quoted(one)} is null then 't-' else 't' || counted({quoted(one)}) end" for one in columns)
        return f"sha256({parts})"
    if len(mapping.key) == 1:
        return quoted(mapping.key[0])
    parts = ", ".join(f"counted({quoted(one)})" for one in mapping.key)
    filled = " and ".join(f"{quoted(one)} is not null" for one in mapping.key)
    return f"case when {filled} then concat({parts}) end"


def key_parts(texts: Sequence[str | None]) -> str | None:
    """The same of texts that are at hand: NULL if a part is."""
    if any(one is None for one in texts):
        return None
    return texts[0] if len(texts) == 1 else "".join(f"{len(one.encode())}:{one}" for one in texts if one is not None)


def look_beside(stage: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, rows: Rows) -> None:
    """Read what the mapping's unit rule needs of other tables of its system."""
    if mapping.unit.via:
        _fill_path(stage, mapping.unit, rows)
    if not mapping.unit.wherever:
        return
    stage.execute("create or replace temp table care_seen (key varchar, place varchar)")
    for named in mapping.unit.wherever:
        table, _, column = named.rpartition(".")
        _see_care(stage, carer(programme, mapping.system, table), column, rows)
    stage.execute("delete from of_care")
    stage.execute(
        # Whoever has care in several places stands where the most is done for them.
        "insert into of_care select key, ['in_wave', 'other_wave', 'excluded_unit', 'no_unit'][min(rank)] from"
        " (select key, list_position(['in_wave', 'other_wave', 'excluded_unit', 'no_unit'], place) as rank from care_seen) group by key"
    )


def carer(programme: Programme, system: str, table: str) -> Mapping:
    """The mapping by whose unit rule the rows of a table care for persons. Raises KeyError if there is none."""
    found = [one for one in programme.mappings if (one.system, one.reads) == (system, table) and not one.unit.wherever]
    if not found:
        raise KeyError(table)
    return found[0]


def _see_care(stage: duckdb.DuckDBPyConnection, caring: Mapping, column: str, rows: Rows) -> None:
    rule = caring.unit
    if rule.via:
        _fill_path(stage, rule, rows)
    wanted = tuple(dict.fromkeys(name for name in (column, rule.on if rule.via else rule.source) if name))
    stage.register("caring", rows.read(Asked(caring.reads, wanted, sql=caring.sql)))
    _, joins = unit_joins(rule, "caring")
    stage.execute(
        f"insert into care_seen select distinct caring.{quoted(column)}, coalesce(unit_place.place, 'no_unit') from caring{joins}"
        f" where caring.{quoted(column)} is not null"
    )
    stage.unregister("caring")


def _fill_path(stage: duckdb.DuckDBPyConnection, rule: UnitRule, rows: Rows) -> None:
    """A key of the other table leads to its unit's name, unless it has several."""
    stage.register("other", rows.read(Asked(rule.via, tuple(dict.fromkeys((rule.to, rule.source))))))
    stage.execute("delete from path")
    to, name = quoted(rule.to), quoted(rule.source)
    stage.execute(
        f"insert into path select {to}, min({name}) from other where {to} is not null group by {to} having min({name}) = max({name})"
    )
    stage.unregister("other")


def books_of(programme: Programme) -> Map[str, Map[str, str]]:
    """Codebooks as look-ups."""
    return {book.codebook: dict(book.entries) for book in programme.codebooks}
