"""What fills each column of the record, and which identifiers does a person carry?"""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Broken, Keys, Node, Text
from vardskiftet.declare.reading import Reading
from vardskiftet.declare.through import read_one_step, read_steps
from vardskiftet.model.mapping import Field, Find, Identity, Step

PERSONAL_IDENTITY = "personal_identity"
WAYS = ("find", "from", "sql", "is")


def read_fields(form: Form, reading: Reading) -> tuple[Field, ...]:
    """The fields in the order of the file; a faulty one stands there with nothing that fills it."""
    entries = form.entries("fields")
    if isinstance(form.keys.get("fields"), Keys) and not entries:
        reading.faults.at(form.at("fields"), "fills no column.")
    return tuple(_field(column, node, reading) for column, node in entries.items())


def _field(column: str, node: Node, reading: Reading) -> Field:
    empty = Field(column=column, line=node.line, file=node.path)
    if isinstance(node, Broken):
        return empty
    if not isinstance(node, Keys):
        reading.faults.at(
            node, "must say how the column is filled.", "Write {from: COLUMN}, {find: TABLE, by: COLUMN}, {sql: …} or {is: VALUE}."
        )
        return empty
    ways = [way for way in WAYS if way in node.keys]
    if len(ways) > 1:
        reading.faults.at(node, f"is filled in {len(ways)} ways: {', '.join(ways)}.", "Keep one of them.")
        return empty
    match ways:
        case ["find"]:
            return empty.model_copy(update={"find": _find(node, reading)})
        case ["sql"]:
            made = Form(node, reading.faults, ("sql",), ("through", "unmapped"))
            return empty.model_copy(update={"sql": read_sql(made, "sql", reading), "steps": _steps(made, reading)})
        case ["is"]:
            return empty.model_copy(update={"constant": _constant(Form(node, reading.faults, ("is",)))})
    form = Form(node, reading.faults, ("from",), ("through", "unmapped"))
    return empty.model_copy(update={"source": form.text("from"), "steps": _steps(form, reading)})


def _steps(form: Form, reading: Reading) -> tuple[Step, ...]:
    """The transforms of a field, with `unmapped` for its codebook."""
    unmapped = form.keys.get("unmapped")
    if unmapped is not None and "through" not in form:
        reading.faults.at(unmapped, "`unmapped` stands only together with a codebook.", "Add `through: {codebook: NAME}`, or remove it.")
    return read_steps(form.keys["through"], reading, unmapped) if "through" in form else ()


def _find(node: Keys, reading: Reading) -> Find:
    form = Form(node, reading.faults, ("find", "by"), ("through", "in", "missing"))
    return Find(
        table=form.text("find"),
        by=form.text("by"),
        step=_identifying(form, reading),
        mapping=form.text("in"),
        missing="empty" if form.text("missing", scalars.one_of(("reject", "empty"))) == "empty" else "reject",
    )


def _identifying(form: Form, reading: Reading) -> Step | None:
    """The transform that makes a person's identifier of a text; None if there is none, or after a fault."""
    if "through" not in form:
        return None
    step = read_one_step(form.keys["through"], reading)
    if step and (step.transform != PERSONAL_IDENTITY or step.options.get("gives", "id") != "id"):
        reading.faults.at(form.at("through"), "does not give a person's identifier.", f"Write `through: {PERSONAL_IDENTITY}`.")
        return None
    return step


def _constant(form: Form) -> str | None:
    node = form.at("is")
    if isinstance(node, Text) and node.bare and node.text in ("null", "~"):
        form.faults.at(node, "no value is not a constant.", "Leave the column out; if the word is meant, write it in quotes.")
        return None
    return form.scalar("is", str, None)


def read_sql(form: Form, key: str, reading: Reading) -> str:
    """An SQL expression that the engine can parse; empty after a fault."""
    sql = form.text(key)
    error = reading.vocabulary.probe(sql).error if sql else ""
    if error:
        reading.faults.at(form.at(key), f"is not SQL that can stand here: {' '.join(error.split())}")
        return ""
    return sql


def read_identities(form: Form, reading: Reading) -> tuple[Identity, ...]:
    """A person's identifiers in order; one whose transform is faulty is left out."""
    identities = []
    for entry in form.forms("identities", needs=("from", "through")):
        step = _identifying(entry, reading)
        source = entry.text("from")
        if step:
            identities.append(Identity(source=source, step=step))
    return tuple(identities)
