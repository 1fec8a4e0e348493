"""What might a mapping of this table look like? A first draft from the source: to be read, corrected and kept, never run as it is."""

from __future__ import annotations

import difflib

from vardskiftet.declare.project import Sketch
from vardskiftet.declare.words import nearest
from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.errors import Usage
from vardskiftet.model.record import Column, ColumnType, Table

ALIKE = 0.6
"""How alike the names of tables must be for a guess (difflib's ratio): below it a person says which."""
ALIKE_COLUMNS = 0.72
"""The same of columns, where a wrong guess is easily overlooked: `dead` is not `voided`, and `urgency` is not `frequency`."""


def draft(sketch: Sketch, system: str, table: str, into: str | None) -> str:
    """YAML of a mapping. Raises Usage for an unknown system, table or record table. The rest of the project may be faulty still."""
    if system not in sketch.systems:
        raise Usage(f"'{system}' is not a system that can be read here.", hint=nearest(system, sketch.systems))
    source = open_source(sketch.systems[system], sketch.root)
    try:
        schema = source.schema()
        if table not in schema:
            raise Usage(f"System '{system}' has no table '{table}'.", hint=nearest(table, schema))
        types = {column.name: column.type.lower() for column in schema[table]}
        columns = list(types)
        key = _key(source, table, columns)
    finally:
        source.close()
    target = _target(sketch, table, into)
    lines = [
        "# A first draft: every line is a guess from names. Read it against the source, and correct it.",
        f"mapping: {system}.{_slug(table)}",
        f"information: {_information(sketch, system, table)}",
        f"reads: {_word(table)}",
        f"into: {target.table}",
        f"key: {key}",
        "unit: {wherever: [TABLE.COLUMN]}    # the tables of care, and their column with this key"
        if target.identity
        else "unit: {from: COLUMN}    # or {is: UNIT}, or {via: TABLE, on: COLUMN, to: COLUMN, from: COLUMN}",
        *(["identities: [{from: COLUMN, through: personal_identity}]    # or []: no national number"] if target.identity else []),
        "fields:",
    ]
    left, kind = dict(types), sketch.systems[system].source.kind
    for column in target.columns:
        if column.column != target.key:
            lines.append(_field(column, left, kind))
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


def _field(column: Column, left: dict[str, str], kind: str) -> str:
    """A field's line; `left` are the source's columns that no field took yet, with their types."""
    near = difflib.get_close_matches(column.column, left, n=1, cutoff=ALIKE_COLUMNS)
    if column.references:
        # A wrong guess here would lead rows to somebody else's parent, and numbers would fit by chance: only what bears the name is taken.
        near = [one for one in left if one.lower() == column.column.lower() or column.references.lower() in one.lower()][:1]
    source = near[0] if near else "COLUMN"
    declared = left.pop(source, "")
    needed = "" if column.required else "    # optional"
    if column.references:
        return f"  {column.column}: {{find: {column.references}, by: {_word(source)}}}{needed}"
    through = "{codebook: NAME}, unmapped: reject" if column.code_system else _through(column.type, declared, kind)
    return f"  {column.column}: {{from: {_word(source)}{f', through: {through}' if through else ''}}}{needed}"


def _through(wanted: ColumnType, declared: str, kind: str) -> str:
    """The transform that reads what a source's column of this type sends; empty where none is needed."""
    match wanted:
        case ColumnType.INSTANT:
            zoned = "with time zone" in declared or declared.startswith(("timestamptz", "datetimeoffset"))
            if zoned or (kind == "mysql" and declared.startswith("timestamp")):
                return ""  # it says its zone, and is an instant already
            return f'{{local_time: "{_form(declared, "%Y-%m-%d %H:%M:%S")}", repeated_hour: reject, missing_hour: reject}}'
        case ColumnType.DATE:
            return f'{{day: "{_form(declared, "%Y-%m-%d")}"}}'
        case ColumnType.DECIMAL:
            return '{decimal: "."}'
        case ColumnType.BOOLEAN:
            if declared == "boolean" and kind == "postgresql":
                return '{boolean: ["true"], false: ["false"]}'
            numbered = declared.startswith(("tinyint", "bit", "int", "smallint", "bool", "number"))
            return '{boolean: ["1"], false: ["0"]}' if numbered else "{boolean: [J], false: [N]}"
    return ""


def _form(declared: str, otherwise: str) -> str:
    """How a source's column of days or times is written."""
    if declared.startswith("date") and not declared.startswith("datetime"):
        return "%Y-%m-%d"
    return "%Y-%m-%d %H:%M:%S%.f" if declared.startswith(("timestamp", "datetime")) else otherwise


def _information(sketch: Sketch, system: str, table: str) -> str:
    routes = [route.information for route in sketch.systems[system].routes if route.route == "auto"]
    near = routes if len(routes) == 1 else difflib.get_close_matches(table, routes, n=1, cutoff=ALIKE)
    if near:
        return near[0]
    return f"INFORMATION    # a route of system.yaml with route: auto{': ' if routes else ''}{', '.join(routes)}"


def _slug(text: str) -> str:
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text.lower()).strip("_")
    return kept or "table"


def _word(text: str) -> str:
    plain = all(letter.isalnum() or letter == "_" for letter in text)
    return text if plain and text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
