"""Does every reference lead to rows that some mapping has loaded before?"""

from __future__ import annotations

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import Node, found
from vardskiftet.declare.order import circles
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.words import listed, nearest, quoted
from vardskiftet.model.mapping import WHOLE_ROW, Field, Find, Mapping
from vardskiftet.model.record import Record


def parents(mapping: Mapping, find: Find, declared: Declarations) -> list[str]:
    """The mappings whose rows a find may lead to, sorted.

    By national identifier: all that fill the table. By key: the one that is named, otherwise those of the same system.
    """
    if find.mapping:
        return [find.mapping] if find.mapping in declared.mappings else []
    filling = (other.value for other in declared.mappings.values() if other.value.into == find.table)
    return sorted(other.mapping for other in filling if find.step or other.system == mapping.system)


def waits_for(declared: Declarations) -> dict[str, frozenset[str]]:
    """Mapping to the mappings that its finds need loaded before. One that finds rows of its own waits for itself within its only batch."""
    graph = {}
    for name, entry in declared.mappings.items():
        finds = [field.find for field in entry.value.fields if field.find]
        graph[name] = frozenset(parent for find in finds for parent in parents(entry.value, find, declared)) - {name}
    return graph


def check_finds(declared: Declarations, record: Record, faults: Faults) -> None:
    """Finds and references agree with the record, and mappings can be put in an order."""
    tables = [table.table for table in record.tables if table.table]
    for _, mapping in sorted(declared.mappings.items()):
        references = {
            column.column: column.references for table in record.tables if table.table == mapping.value.into for column in table.columns
        }
        for field in mapping.value.fields:
            at = found(mapping.node, "fields", field.column)
            wanted = references.get(field.column)
            if field.find:
                _check_table(field, field.find, wanted, record, at, faults)
                _check_parent(mapping, field.find, declared, record, at, faults)
            elif wanted in tables and (field.source or field.sql or field.constant is not None):
                message = f"{quoted(field.column)} references {quoted(wanted)}, so it is filled by a find."
                faults.at(at, message, f"Write {{find: {wanted}, by: COLUMN}}.")
    graph = waits_for(declared)
    for way in circles({name: before - {name} for name, before in graph.items()}):
        at = found(declared.mappings[way[0]].node, "fields")
        faults.at(at, f"the mappings wait for each other: {' → '.join(way)}.", "Break the circle.")


def _check_table(field: Field, find: Find, wanted: str | None, record: Record, at: Node, faults: Faults) -> None:
    tables = {table.table: table for table in record.tables}
    if find.table and find.table not in tables:
        if "" not in tables:
            faults.at(found(at, "find"), f"{quoted(find.table)} is not a table of the record.", nearest(find.table, tables))
    elif find.table and wanted in ("", *tables) and wanted != find.table:
        message = f"{quoted(field.column)} references {quoted(wanted)}, not {quoted(find.table)}." if wanted else ""
        hint = f"Write find: {wanted}." if wanted else f"Add references: {find.table} to the record's column."
        faults.at(found(at, "find"), message or f"{quoted(field.column)} references no table.", hint)
    elif find.table and find.step and not tables[find.table].identity:
        message = f"{quoted(find.table)} holds no persons, so no identifier leads to its rows."
        faults.at(found(at, "through"), message, "Remove `through`, and name the key column in `by`.")


def _check_parent(mapping: Declared[Mapping], find: Find, declared: Declarations, record: Record, at: Node, faults: Faults) -> None:
    if find.table not in [table.table for table in record.tables]:
        return
    if find.mapping and find.mapping not in declared.mappings:
        if find.mapping not in declared.mapping_names:
            faults.at(found(at, "in"), f"{quoted(find.mapping)} is not a mapping.", nearest(find.mapping, declared.mapping_names))
        return
    candidates = parents(mapping.value, find, declared)
    if find.step and find.mapping:
        faults.at(found(at, "in"), "an identifier leads to a person, whichever mapping loaded it.", "Remove `in`, or `through`.")
    elif find.mapping and declared.mappings[find.mapping].value.into != find.table:
        message = f"{quoted(find.mapping)} fills {quoted(declared.mappings[find.mapping].value.into)}, not {quoted(find.table)}."
        faults.at(found(at, "in"), message, f"Name a mapping into {find.table}.")
    elif mapping.value.mapping in candidates and find.step:
        faults.at(found(at, "find"), "leads to persons of the same mapping; that is not possible.", "Leave the column out.")
    elif candidates == [mapping.value.mapping] and (mapping.value.split or mapping.value.identities):
        message = "leads to rows of the same mapping, which " + ("splits them." if mapping.value.split else "are persons.")
        faults.at(found(at, "find"), message, "Load them by another mapping, or leave the column out.")
    elif not candidates and set(declared.mappings) == declared.mapping_names:
        of = "" if find.step else f" of {quoted(mapping.value.system)}"
        faults.at(found(at, "find"), f"no mapping{of} fills {quoted(find.table)}.", "Write one, or name another system's with `in:`.")
    elif not find.step and len(candidates) > 1:
        faults.at(found(at, "find"), f"several mappings fill {quoted(find.table)}: {listed(candidates)}.", "Say which with `in:`.")
    elif not find.step and candidates:
        _check_parent_key(declared.mappings[candidates[0]].value, at, faults)


def _check_parent_key(parent: Mapping, at: Node, faults: Faults) -> None:
    if parent.key == (WHOLE_ROW,) or len(parent.key) > 1:
        what = "no key column" if parent.key == (WHOLE_ROW,) else f"a key of {len(parent.key)} columns"
        faults.at(
            found(at, "find"), f"{quoted(parent.mapping)} has {what}; one column cannot lead to its rows.", "Give it a key of one column."
        )
