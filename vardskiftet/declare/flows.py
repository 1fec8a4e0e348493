"""What passes between units while some are live and others are not, and by which temporary routine?

The name waves/coexistence.yaml is reserved for it, as programme.yaml and units.yaml are for theirs: no wave can be called so.
"""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Items
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.words import quoted
from vardskiftet.model.coexistence import Flow

EVERYBODY = "*"


def read_flows(file: File, reading: Reading) -> list[Declared[Flow]] | None:
    """The flows of waves/coexistence.yaml, in its order; None if the file cannot be read."""
    root = reading.sheet(file, file.stem)
    if root is None:
        return None
    form = Form(root, reading.faults, needs=("coexistence",))
    entries = form.forms("coexistence", needs=("flow", "title", "from", "to"), may=("critical", "routine", "approved"))
    flows = [Declared(_flow(entry), entry.node) for entry in entries]
    names: set[str] = set()
    for entry, flow in zip(entries, flows, strict=True):
        if flow.value.flow in names:
            reading.faults.at(entry.at("flow"), f"{quoted(flow.value.flow)} stands twice among the flows.", "Keep one of them.")
        names.add(flow.value.flow or EVERYBODY)
    return flows


def _flow(form: Form) -> Flow:
    if "approved" in form and "routine" not in form:
        form.faults.at(form.at("approved"), "approves a routine that is not there.", "Add `routine:` in words.")
    return Flow(
        flow=form.text("flow", scalars.slug),
        title=form.text("title"),
        sends=_parties(form, "from"),
        receives=_parties(form, "to"),
        critical=form.boolean("critical"),
        routine=form.text("routine"),
        approved=form.text("approved"),
    )


def _parties(form: Form, key: str) -> tuple[str, ...]:
    parties = form.texts(key)
    node = form.at(key)
    if isinstance(node, Items) and not node.items:
        form.faults.at(node, "names nobody.", 'Name units, kinds of unit, or "*" for all.')
    if EVERYBODY in parties and len(parties) > 1:
        form.faults.at(node, "names everybody, and others beside.", 'Keep "*" alone.')
    return parties
