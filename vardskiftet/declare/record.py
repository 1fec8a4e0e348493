"""Which tables, columns and code systems does the new system's record have?"""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Items, Node, found
from vardskiftet.declare.open_care import read_open_care
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.record import NEGATIONS, CodeSystem, Column, ColumnType, Record, Table, Waiting

COLUMN_MAY = ("required", "references", "code_system", "max_length", "protected", "safety_critical", "recipient")


def read_record(file: File, reading: Reading) -> Declared[Record] | None:
    """The record, held against itself; None if the file cannot be read."""
    root = reading.whole_sheet(file, file.stem)
    if root is None:
        return None
    form = Form(root, reading.faults, needs=("record", "title", "version", "tables"), may=("code_systems", "negations", "partners"))
    systems = form.forms("code_systems", needs=("code_system", "title", "version"), may=("source",))
    tables = form.forms("tables", needs=("table", "title", "key", "columns"), may=("identity", "waiting", "open_care"))
    if isinstance(form.at("tables"), Items) and not tables:
        reading.faults.at(form.at("tables"), "names no table.")
    record = Record(
        record=form.text("record", scalars.slug),
        title=form.text("title"),
        version=form.text("version"),
        code_systems=tuple(_code_system(entry) for entry in systems),
        negations=form.texts("negations") or NEGATIONS,
        partners=form.texts("partners", scalars.hsa_id),
        tables=tuple(_table(entry, reading) for entry in tables),
    )
    _check(record, root, reading)
    return Declared(record, root)


def _code_system(form: Form) -> CodeSystem:
    name, title, version = form.text("code_system", scalars.slug), form.text("title"), form.text("version")
    return CodeSystem(code_system=name, title=title, version=version, source=form.text("source"))


def _table(form: Form, reading: Reading) -> Table:
    columns = form.forms("columns", needs=("column", "type"), may=COLUMN_MAY)
    return Table(
        table=form.text("table", scalars.record_name),
        title=form.text("title"),
        key=form.text("key", scalars.record_name),
        identity=form.boolean("identity"),
        waiting=_waiting(form),
        columns=tuple(_column(entry) for entry in columns),
        open_care=read_open_care(form, {entry.text("column") for entry in columns}, reading),
    )


def _column(form: Form) -> Column:
    return Column(
        column=form.text("column", scalars.record_name),
        type=form.scalar("type", scalars.choice(ColumnType), ColumnType.TEXT),
        required=form.boolean("required"),
        references=form.text("references", scalars.record_name),
        code_system=form.text("code_system", scalars.slug),
        max_length=form.scalar("max_length", scalars.count, None),
        protected=form.boolean("protected"),
        safety_critical=form.boolean("safety_critical"),
        recipient=form.boolean("recipient"),
    )


def _waiting(form: Form) -> Waiting | None:
    if "waiting" not in form:
        return None
    one = Form(form.at("waiting"), form.faults, needs=("column", "states", "title"))
    return Waiting(column=one.text("column", scalars.record_name), states=one.texts("states"), title=one.text("title"))


def _check(record: Record, root: Node, reading: Reading) -> None:
    _once([system.code_system for system in record.code_systems], "code_system", found(root, "code_systems"), reading)
    _once([table.table for table in record.tables], "table", found(root, "tables"), reading)
    for place, table in enumerate(record.tables):
        node = found(root, "tables", place)
        _once([column.column for column in table.columns], "column", found(node, "columns"), reading)
        _check_key(table, node, reading)
        _check_waiting(table, node, reading)
        for number, column in enumerate(table.columns):
            _check_column(column, record, found(node, "columns", number), reading)


def _once(names: list[str], key: str, node: Node, reading: Reading) -> None:
    for place, name in enumerate(names):
        if name and name in names[:place]:
            reading.faults.at(found(node, place, key), f"{quoted(name)} is declared twice.", "Keep one of them.")


def _check_key(table: Table, node: Node, reading: Reading) -> None:
    columns = {column.column: column for column in table.columns}
    if not table.key or not table.columns or "" in columns:
        return
    if table.key not in columns:
        hint = nearest(table.key, columns)
        reading.faults.at(found(node, "key"), f"{quoted(table.key)} is not a column of {quoted(table.table)}.", hint)
    elif columns[table.key].type is not ColumnType.UUID:
        reading.faults.at(found(node, "key"), f"the key {quoted(table.key)} is not of the type uuid.", "Ids are UUIDs; write `type: uuid`.")


def _check_waiting(table: Table, node: Node, reading: Reading) -> None:
    names = [column.column for column in table.columns]
    if table.waiting is not None and table.waiting.column and table.waiting.column not in names:
        message = f"{quoted(table.waiting.column)} is not a column of {quoted(table.table)}."
        reading.faults.at(found(node, "waiting", "column"), message, nearest(table.waiting.column, names))


def _check_column(column: Column, record: Record, node: Node, reading: Reading) -> None:
    tables = [table.table for table in record.tables]
    systems = [system.code_system for system in record.code_systems]
    if column.references and column.references not in tables:
        message = f"{quoted(column.references)} is not a table of the record."
        reading.faults.at(found(node, "references"), message, nearest(column.references, tables))
    elif column.references and column.type is not ColumnType.UUID:
        reading.faults.at(found(node, "type"), "a column that references a table is of the type uuid.", "Write `type: uuid`.")
    if column.code_system and column.code_system not in systems:
        message = f"{quoted(column.code_system)} is not a code system of the record."
        reading.faults.at(found(node, "code_system"), message, nearest(column.code_system, systems))
    for key, value in (("code_system", column.code_system), ("max_length", column.max_length)):
        if value and column.type is not ColumnType.TEXT:
            reading.faults.at(found(node, key), f"{key} is only for columns of the type text.", "Remove it, or write `type: text`.")
    if column.recipient and column.type is not ColumnType.TEXT:
        reading.faults.at(
            found(node, "recipient"), "a recipient is named in a column of the type text.", "Remove it, or write `type: text`."
        )
    if column.max_length == 0:
        reading.faults.at(found(node, "max_length"), "0 would hold nothing.", "Write 1 or more.")
