"""Does every mapping fill its record table wholly, with columns and codes that exist?"""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.check_correct import check_correct
from vardskiftet.declare.check_finds import check_finds
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.mapping import FATES, FLAGGED
from vardskiftet.declare.node import found
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.through import CODEBOOK, UNMAPPED
from vardskiftet.declare.words import nearest, nearest_of, quoted
from vardskiftet.model.codebook import Codebook
from vardskiftet.model.mapping import WHOLE_ROW, Field, Mapping, WithoutNumber
from vardskiftet.model.record import Column, ColumnType, Record, Table

UNIT = "unit"
"""The code system of codebooks that give units: their targets are slugs or HSA-ids of the programme."""

CONSTANTS = {
    ColumnType.INTEGER: scalars.integer,
    ColumnType.DECIMAL: scalars.decimal,
    ColumnType.BOOLEAN: scalars.boolean,
    ColumnType.DATE: scalars.day,
}


def check_mappings(declared: Declarations, faults: Faults) -> None:
    """Each mapping against the record, the units, the codebooks and its system's other mappings."""
    for _, mapping in sorted(declared.mappings.items()):
        _check_unit(mapping, declared, faults)
        check_correct(mapping, faults)
        if declared.record is None:
            continue
        record = declared.record.value
        tables = {table.table: table for table in record.tables}
        if mapping.value.into in tables:
            _check_columns(mapping, tables[mapping.value.into], faults)
            _check_identity(mapping, tables[mapping.value.into], faults)
        elif mapping.value.into and "" not in tables:
            message = f"{quoted(mapping.value.into)} is not a table of the record."
            faults.at(found(mapping.node, "into"), message, nearest(mapping.value.into, tables))
        _check_codes(mapping, tables.get(mapping.value.into), declared, faults)
    if declared.record is not None:
        check_finds(declared, declared.record.value, faults)
        _check_code_systems(declared, declared.record.value, faults)


def _check_unit(mapping: Declared[Mapping], declared: Declarations, faults: Faults) -> None:
    rule = mapping.value.unit
    if rule.unit and rule.unit not in declared.units and declared.all_units_read:
        message = f"{quoted(rule.unit)} is not a unit of this programme."
        faults.at(found(mapping.node, "unit", "is"), message, nearest(rule.unit, declared.units))
    if rule.codebook and rule.codebook not in declared.codebook_names:
        message = f"{quoted(rule.codebook)} is not a codebook here."
        faults.at(found(mapping.node, "unit", "codebook"), message, nearest(rule.codebook, declared.codebook_names))
    elif rule.codebook in declared.codebooks:
        _check_unit_codes(mapping, declared.codebooks[rule.codebook].value, declared, faults)
    if rule.wherever and (len(mapping.value.key) > 1 or mapping.value.key == (WHOLE_ROW,)):
        faults.at(found(mapping.node, "key"), "`wherever` looks for a key of one column.", "Write key: [COLUMN].")
    cared = {
        other.value.reads
        for other in declared.mappings.values()
        if other.value.system == mapping.value.system and not other.value.unit.wherever
    }
    whole = set(declared.mappings) == declared.mapping_names and "" not in cared
    for place, path in enumerate(rule.wherever):
        table = path.rpartition(".")[0]
        if table and whole and table not in cared:
            message = f"no mapping of {quoted(mapping.value.system)} reads {quoted(table)}, so its rows have no unit."
            faults.at(found(mapping.node, "unit", "wherever", place), message, nearest(table, cared))


def _check_unit_codes(mapping: Declared[Mapping], book: Codebook, declared: Declarations, faults: Faults) -> None:
    at = found(mapping.node, "unit", "codebook")
    if book.code_system and book.code_system != UNIT:
        message = f"{quoted(book.codebook)} gives codes of {quoted(book.code_system)}, not units."
        faults.at(at, message, f"Its first line must be `# code_system: {UNIT}`.")
        return
    known = {*declared.units, *(unit.value.hsa_id for unit in declared.units.values())}
    for source, target in book.entries:
        if target not in known and declared.all_units_read:
            message = f"{quoted(book.codebook)} gives {quoted(target)} for {quoted(source)}, which is not a unit of this programme."
            faults.at(at, message, nearest(target, declared.units))


def _check_columns(mapping: Declared[Mapping], table: Table, faults: Faults) -> None:
    columns = {column.column: column for column in table.columns}
    filled = {field.column for field in mapping.value.fields}
    fields = found(mapping.node, "fields")
    meant = set()
    for field in mapping.value.fields:
        node = found(fields, field.column)
        if field.column == table.key:
            faults.at(node, f"{quoted(field.column)} is the key; the tool fills it.", "Remove it.")
        elif field.column in columns:
            _check_constant(mapping, field, columns[field.column], faults)
        elif "" not in columns:
            faults.at(node, f"{quoted(field.column)} is not a column of {quoted(table.table)}.", nearest(field.column, columns))
            meant.add(nearest_of(field.column, [name for name in columns if name not in filled]))
    for column in table.columns if table.key in columns else ():
        if column.required and column.column and column.column not in filled | meant | {table.key}:
            faults.at(fields, f"do not fill {quoted(column.column)}, which the record requires.", "Add it.")
    for place, example in enumerate(mapping.value.examples):
        for name in example.gives:
            if name not in columns and name not in (*FATES, FLAGGED) and "" not in columns:
                node = found(mapping.node, "examples", place, "gives", name)
                faults.at(node, f"{quoted(name)} is not a column of {quoted(table.table)}.", nearest(name, (*columns, *FATES, FLAGGED)))


def _check_constant(mapping: Declared[Mapping], field: Field, column: Column, faults: Faults) -> None:
    if field.constant is None:
        return
    node = found(mapping.node, "fields", field.column, "is")
    try:
        CONSTANTS.get(column.type, str)(field.constant)
    except scalars.Unreadable as wrong:
        faults.at(node, str(wrong), wrong.hint or f"The column is of the type {column.type.value}.")
    if column.max_length is not None and len(field.constant) > column.max_length:
        faults.at(node, f"is longer than the {column.max_length} characters of {quoted(column.column)}.", "Shorten it.")


def _check_identity(mapping: Declared[Mapping], table: Table, faults: Faults) -> None:
    """Persons carry identities and belong wherever they have care; nothing else does either."""
    written = {"identities": found(mapping.node, "identities") is not mapping.node, "wherever": bool(mapping.value.unit.wherever)}
    if table.identity and not written["identities"]:
        hint = "Write identities: [{from: COLUMN, through: personal_identity}]."
        faults.at(mapping.node, f"fills {quoted(table.table)}, whose rows are persons, but lacks the key 'identities'.", hint)
    if mapping.value.without_number is WithoutNumber.OWN_KEY and not mapping.value.identities:
        message = "speaks of persons whose columns under `identities:` are empty, and there is no such column."
        faults.at(found(mapping.node, "without_number"), message, "Remove it: without `identities:` the system's own key is the person.")
    unit = mapping.value.unit
    if table.identity and (unit.source or unit.unit):
        hint = "Write unit: {wherever: [TABLE.COLUMN]} with the tables of care."
        faults.at(found(mapping.node, "unit"), "a person belongs to every wave in which it has care.", hint)
    if not table.identity and written["identities"]:
        message = f"{quoted(table.table)} holds no persons (`identity: true`)."
        faults.at(found(mapping.node, "identities"), message, "Remove the identities.")
    if not table.identity and written["wherever"]:
        faults.at(found(mapping.node, "unit"), "`wherever` is only for persons.", "Write unit: {from: COLUMN}, {via: …} or {is: UNIT}.")


def _check_codes(mapping: Declared[Mapping], table: Table | None, declared: Declarations, faults: Faults) -> None:
    """Codebooks that exist, and, where the table is known, fit its columns."""
    systems = {one.column: one.code_system or (UNIT if one.recipient else "") for one in table.columns} if table else {}
    for field in mapping.value.fields:
        at = found(mapping.node, "fields", field.column)
        for step in field.steps:
            if step.transform != CODEBOOK:
                continue
            name = str(step.options.get(CODEBOOK, ""))
            if name not in declared.codebook_names:
                faults.at(found(at, "through", CODEBOOK), f"{quoted(name)} is not a codebook here.", nearest(name, declared.codebook_names))
            elif name in declared.codebooks:
                _check_codebook(field, name, systems, str(step.options.get(UNMAPPED, "")), mapping, declared, faults)


def _check_codebook(
    field: Field, name: str, systems: dict[str, str], unmapped: str, mapping: Declared[Mapping], declared: Declarations, faults: Faults
) -> None:
    at, book = found(mapping.node, "fields", field.column), declared.codebooks[name].value
    known = [UNIT, *(system.code_system for system in declared.record.value.code_systems)] if declared.record else []
    wanted = systems.get(field.column, book.code_system)
    if book.code_system and wanted in ("", *known) and wanted != book.code_system:
        of = f"holds codes of {quoted(wanted)}" if wanted else "has no code system"
        message = f"{quoted(name)} gives codes of {quoted(book.code_system)}, but {quoted(field.column)} {of}."
        fitting = [other for other, entry in declared.codebooks.items() if wanted and entry.value.code_system == wanted]
        hint = f"Fitting: {', '.join(sorted(fitting))}." if fitting else "Change the record's column or the codebook."
        faults.at(found(at, "through", CODEBOOK), message, hint)
    targets = {target for _, target in book.entries}
    if unmapped and unmapped not in ("reject", "keep_local", *targets):
        message = f"{quoted(unmapped)} is neither reject, keep_local nor a code that {quoted(name)} gives."
        faults.at(found(at, UNMAPPED), message, nearest(unmapped, ("reject", "keep_local", *targets)))


def _check_code_systems(declared: Declarations, record: Record, faults: Faults) -> None:
    known = [*(system.code_system for system in record.code_systems), UNIT]
    for _, book in sorted(declared.codebooks.items()):
        if book.value.code_system and book.value.code_system not in known and "" not in known:
            message = f"{quoted(book.value.code_system)} is not a code system of the record."
            faults.at(book.node, message, nearest(book.value.code_system, known))
