"""How do rows of one source table become rows of one record table? A mapping's file."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from vardskiftet.declare import scalars
from vardskiftet.declare.fields import read_fields, read_identities, read_sql
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Broken, Items, Keys, Node, Text
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.split import read_split
from vardskiftet.declare.words import quoted
from vardskiftet.model.mapping import (
    WHOLE_ROW,
    Condition,
    Conflict,
    Example,
    Field,
    FollowParent,
    Mapping,
    OnVanish,
    UnitRule,
    WithoutNumber,
)

Told = TypeVar("Told", Field, Condition, Example)
NEEDS = ("mapping", "information", "into", "key", "unit", "fields")
MAY = (
    *("reads", "sql", "counts", "changed", "split", "exclude", "identities", "without_number", "reject", "flag"),
    *("conflict", "follow_parent", "on_vanish", "correct", "examples"),
)
OVERLAP = 60
"""Minutes, or steps of the number."""
UNIT_KEYS = ("from", "via", "is", "wherever", "codebook")
FATES = ("rejected", "excluded")
FLAGGED = "flagged"


def mapping_name(file: File) -> str:
    """The full name of the mapping that a file declares: SYSTEM.NAME."""
    return f"{file.folder}.{file.stem}"


def read_mapping(file: File, reading: Reading) -> Declared[Mapping] | None:
    """The mapping of a file; None if the file cannot be read."""
    name = mapping_name(file)
    root = reading.whole_sheet(file, name)
    if root is None:
        return None
    form = Form(root, reading.faults, NEEDS, MAY)
    form.same("mapping", name, f"the file {file.folder}/{file.stem}.yaml")
    reads, sql = _rows(form)
    conflict, conflict_by = _conflict(form)
    changed, overlap = _changed(form)
    mapping = Mapping(
        mapping=name,
        system=file.folder,
        information=form.text("information"),
        reads=reads,
        sql=sql,
        into=form.text("into"),
        key=_key(form),
        unit=_unit(form),
        changed=changed,
        overlap=overlap,
        split=read_split(form, reading),
        exclude=_elsewhere(_conditions(form, "exclude", "because", reading), file),
        identities=read_identities(form, reading),
        without_number=form.scalar("without_number", scalars.choice(WithoutNumber), WithoutNumber.REJECT),
        fields=_elsewhere(read_fields(form, reading), file),
        reject=_elsewhere(_conditions(form, "reject", "reason", reading), file),
        flag=_elsewhere(_conditions(form, "flag", "reason", reading), file),
        conflict=conflict,
        conflict_by=conflict_by,
        follow_parent=form.scalar("follow_parent", scalars.choice(FollowParent), FollowParent.REJECT),
        on_vanish=form.scalar("on_vanish", scalars.choice(OnVanish), OnVanish.FLAG),
        correct=form.texts("correct"),
        examples=_elsewhere(tuple(_example(entry) for entry in form.forms("examples", needs=("row", "gives"))), file),
        path=file.path,
    )
    return Declared(mapping, root)


def _elsewhere(told: tuple[Told, ...], file: File) -> tuple[Told, ...]:
    """The same; what stands in this very file names no file."""
    return tuple(one.model_copy(update={"file": ""}) if one.file == file.path else one for one in told)


def _rows(form: Form) -> tuple[str, str]:
    """The table whose rows are accounted for, and the query that gives the rows, if it is not the table itself."""
    if "sql" in form or "counts" in form:
        if "reads" in form:
            form.faults.at(form.at("reads"), "stands beside `sql:`.", "Keep `reads: TABLE`, or `sql:` with `counts: TABLE`.")
        for key, hint in (("sql", "Add the query."), ("counts", "Name the table whose rows are accounted for.")):
            if key not in form:
                form.faults.at(form.node, f"lacks the key '{key}'.", hint)
        return form.text("counts"), form.text("sql", one_query)
    if "reads" not in form:
        form.faults.at(form.node, "lacks the key 'reads'.", "Add it, or `sql:` with `counts:`.")
    return form.text("reads"), ""


def one_query(value: str) -> str:
    """A query in the source's own SQL: one, and nothing but a query."""
    bare = re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", " ", value, flags=re.DOTALL)
    if not re.match(r"\s*(select|with)\b", bare, re.IGNORECASE) or ";" in bare:
        raise scalars.Unreadable("is not one query.", "Write `select … from …`, without a semicolon.")
    return value


def _changed(form: Form) -> tuple[str, int]:
    """The column that says when a row was changed, and how far before the last mark a delta reads again."""
    node = form.at("changed")
    if "changed" in form and isinstance(node, Keys):
        own = Form(node, form.faults, ("from",), ("overlap",))
        return own.text("from"), own.scalar("overlap", scalars.count, OVERLAP)
    return form.text("changed"), OVERLAP


def _conflict(form: Form) -> tuple[Conflict, str]:
    """What happens when two rows claim one key: a word, or the column that says which is the latest or the earliest."""
    node = form.at("conflict")
    if "conflict" in form and isinstance(node, Keys):
        by = Form(node, form.faults, (), ("latest", "earliest"))
        if len(node.keys) != 1:
            form.faults.at(node, "does not say which copy stands.", "Write {latest: COLUMN}, {earliest: COLUMN}, first or review.")
        word = next(iter(node.keys), "")
        return (Conflict(word), by.text(word)) if word in ("latest", "earliest") else (Conflict.REVIEW, "")
    plain = form.scalar("conflict", _copy, Conflict.REVIEW)
    if plain in (Conflict.LATEST, Conflict.EARLIEST):
        form.faults.at(node, f"{quoted(plain.value)} by which column?", f"Write {{{plain.value}: COLUMN}}.")
    return plain, ""


def _copy(value: str) -> Conflict:
    try:
        return scalars.choice(Conflict)(value)
    except scalars.Unreadable as error:
        hint = error.hint
        for word in (Conflict.LATEST, Conflict.EARLIEST):
            hint = hint.replace(f"'{word.value}'", f"{{{word.value}: COLUMN}}")
        raise scalars.Unreadable(str(error), hint) from None


def _key(form: Form) -> tuple[str, ...]:
    node = form.at("key")
    if "key" in form and isinstance(node, Text):
        if node.text != WHOLE_ROW:
            form.faults.at(node, f"{quoted(node.text)} is not a list of columns.", f"Write [{node.text}], or {WHOLE_ROW}.")
        return (WHOLE_ROW,)
    key = form.texts("key")
    if isinstance(node, Items) and not key:
        form.faults.at(node, "names no column.", f"Write [COLUMN], or {WHOLE_ROW} where there is no key.")
    return key


def _unit(form: Form) -> UnitRule:
    """The unit rule; which key is there tells which of the four it is."""
    if "unit" not in form:
        return UnitRule()
    node, faults = form.at("unit"), form.faults
    keys = node.keys if isinstance(node, Keys) else {}
    if "wherever" in keys:
        return UnitRule(wherever=_care(Form(node, faults, ("wherever",))))
    if "is" in keys:
        return UnitRule(unit=Form(node, faults, ("is",)).text("is", scalars.slug))
    if "via" in keys:
        path = Form(node, faults, ("via", "on", "from"), ("to", "codebook"))
        on = path.text("on")
        return UnitRule(source=path.text("from"), via=path.text("via"), on=on, to=path.text("to") or on, codebook=path.text("codebook"))
    if "from" in keys:
        path = Form(node, faults, ("from",), ("codebook",))
        return UnitRule(source=path.text("from"), codebook=path.text("codebook"))
    if isinstance(Form(node, faults, (), UNIT_KEYS).node, Keys):
        faults.at(node, "does not say which unit a row belongs to.", "Write {from: COLUMN}, {via: …}, {is: UNIT} or {wherever: […]}.")
    return UnitRule()


def _care(form: Form) -> tuple[str, ...]:
    def read(value: str) -> str:
        table, _, column = value.rpartition(".")
        if not table.strip() or not column.strip():
            raise scalars.Unreadable(f"{quoted(value)} is not a table and a column.", "Write TABLE.COLUMN.")
        return value

    places = form.texts("wherever", read)
    if isinstance(form.at("wherever"), Items) and not places:
        form.faults.at(form.at("wherever"), "names no table.", "Write TABLE.COLUMN for each table of care.")
    return places


def _conditions(form: Form, key: str, why: str, reading: Reading) -> tuple[Condition, ...]:
    conditions = []
    for entry in form.forms(key, needs=("when", why)):
        said = entry.text(why, scalars.reason) if why == "reason" else entry.text(why)
        conditions.append(Condition(when=read_sql(entry, "when", reading), line=entry.node.line, file=entry.node.path, **{why: said}))
    return tuple(conditions)


def _example(form: Form) -> Example:
    row = {column: _cell(node, form) for column, node in form.entries("row").items()}
    gives: dict[str, Any] = {}
    for name, node in form.entries("gives").items():
        gives[name] = _fate(name, node, form) if name in (*FATES, FLAGGED) else _cell(node, form)
    if len(gives) > 1 and any(fate in gives for fate in FATES):
        form.faults.at(form.at("gives"), "a row that is rejected or excluded gives nothing else.", "Keep one of them.")
    return Example(row=row, gives=gives, line=form.node.line, file=form.node.path)


def _cell(node: Node, form: Form) -> str | None:
    """A cell of an example: text as written; the bare word null is no value (in no other place)."""
    if isinstance(node, Text):
        return None if node.bare and node.text == "null" else node.text
    if not isinstance(node, Broken):
        form.faults.at(node, "must be one value, not a list or keys.")
    return None


def _fate(name: str, node: Node, form: Form) -> str | bool:
    one = Form(form.at("gives"), form.faults, (), tuple(form.entries("gives")))
    if name in ("rejected", FLAGGED):
        return one.text(name, scalars.reason)
    if isinstance(node, Text) and node.text != "true":
        form.faults.at(node, f"{quoted(node.text)} is not possible here.", "Write `excluded: true`, or the columns that come out.")
    return True
