"""What might a mapping of this table look like? A first draft from the source: to be read, corrected and kept, never run as it is."""

from __future__ import annotations

import difflib

from vardskiftet.declare.project import Sketch
from vardskiftet.declare.words import nearest
from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.errors import Usage
from vardskiftet.model.record import Column, ColumnType, Table

_THROUGH = {
    ColumnType.INSTANT: ', through: {local_time: "%Y-%m-%d %H:%M:%S", repeated_hour: reject, missing_hour: reject}',
    ColumnType.DATE: ', through: {day: "%Y-%m-%d"}',
    ColumnType.DECIMAL: ', through: {decimal: "."}',
    ColumnType.BOOLEAN: ", through: {boolean: [J], false: [N]}",
}


ALIKE = 0.6
"""How alike names must be for a guess (difflib's ratio): below it the place is left for a person to fill."""


def draft(sketch: Sketch, system: str, table: str, into: str | None) -> str:
    """YAML of a mapping. Raises Usage for an unknown system, table or record table. The rest of the project may be faulty still."""
    if system not in sketch.systems:
        raise Usage(f"'{system}' is not a system that can be read here.", hint=nearest(system, sketch.systems))
    source = open_source(sketch.systems[system], sketch.root)
    try:
        schema = source.schema()
        if table not in schema:
            raise Usage(f"System '{system}' has no table '{table}'.", hint=nearest(table, schema))
        columns = [column.name for column in schema[table]]
        key = _key(source, table, columns)
    finally:
        source.close()
    target = _target(sketch, table, into)
    lines = [
        "# A first draft: every line is a guess from names. Read it against the source, and correct it.",
        f"mapping: {system}.{_slug(table)}",
        f"information: {_information(sketch, system)}",
        f"reads: {_word(table)}",
        f"into: {target.table}",
        f"key: {key}",
        "unit: {wherever: [TABLE.COLUMN]}    # the tables of care, and their column with this key"
        if target.identity
        else "unit: {from: COLUMN}    # or {is: UNIT}, or {via: TABLE, on: COLUMN, to: COLUMN, from: COLUMN}",
        *(["identities: [{from: COLUMN, through: personal_identity}]    # or []: no national number"] if target.identity else []),
        "fields:",
    ]
    left = list(columns)
    for column in target.columns:
        if column.column != target.key:
            lines.append(_field(column, left))
    lines.append(f"# columns of {table} that no field takes yet: {', '.join(left) or 'none'}")
    return "\n".join(lines)


def _key(source: Source, table: str, columns: list[str]) -> str:
    """The declared primary key; else the first column whose values are all there and all different; else the whole row."""
    declared = source.primary_key(table)
    if declared:
        return f"[{', '.join(map(_word, declared))}]    # the source's declared primary key"
    total = source.count(table)
    for column in columns:
        extract = Extract(table, (column,), (column,))
        ranges = source.cuts(extract, 1_000_000_000)
        filled = sum(source.count_range(extract, one) for one in ranges if not one.nulls)
        if filled == total and source.distinct(extract) == total:
            return f"[{_word(column)}]"
    return "whole_row    # no single column is a key; name several if they are: [A, B]"


def _target(sketch: Sketch, table: str, into: str | None) -> Table:
    names = [one.table for one in sketch.record.tables]
    if into is not None and into not in names:
        raise Usage(f"'{into}' is not a table of the record.", hint=nearest(into, names))
    near = names if len(names) == 1 else difflib.get_close_matches(table, names, n=1, cutoff=ALIKE)
    if not into and not near:
        raise Usage(f"No table of the record is called like '{table}'.", hint=f"Say which: --into TABLE. Known: {', '.join(names)}.")
    return sketch.record.table(into or near[0])


def _field(column: Column, left: list[str]) -> str:
    near = difflib.get_close_matches(column.column, left, n=1, cutoff=ALIKE)
    if column.references:
        # A wrong guess here would lead rows to somebody else's parent, and numbers would fit by chance: only what bears the name is taken.
        near = [one for one in left if one.lower() == column.column.lower() or column.references.lower() in one.lower()][:1]
    source = near[0] if near else "COLUMN"
    if near:
        left.remove(source)
    needed = "" if column.required else "    # optional"
    if column.references:
        return f"  {column.column}: {{find: {column.references}, by: {_word(source)}}}{needed}"
    through = ", through: {codebook: NAME}, unmapped: reject" if column.code_system else _THROUGH.get(column.type, "")
    return f"  {column.column}: {{from: {_word(source)}{through}}}{needed}"


def _information(sketch: Sketch, system: str) -> str:
    routes = [route.information for route in sketch.systems[system].routes if route.route == "auto"]
    return routes[0] if routes else "INFORMATION    # a route of system.yaml with route: auto"


def _slug(text: str) -> str:
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text.lower()).strip("_")
    return kept or "table"


def _word(text: str) -> str:
    plain = all(letter.isalnum() or letter == "_" for letter in text)
    return text if plain and text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
