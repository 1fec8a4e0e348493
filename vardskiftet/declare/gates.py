"""At which points in time are checks asked, and when are the criteria frozen?"""

from __future__ import annotations

from vardskiftet.declare import days, scalars
from vardskiftet.declare.around import surely_after
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import found
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.check import Gate
from vardskiftet.model.wave import Offset


def read_gates(file: File, reading: Reading) -> tuple[list[Declared[Gate]], str] | None:
    """The gates of checks/gates.yaml in their order, and the one by which criteria are frozen; None if the file cannot be read."""
    root = reading.whole_sheet(file, file.stem)
    if root is None:
        return None
    form = Form(root, reading.faults, needs=("gates",), may=("freeze",))
    gates: list[Declared[Gate]] = []
    for place, entry in enumerate(form.forms("gates", needs=("gate", "title", "question", "at"), may=("title_sv", "question_sv"))):
        gate = Gate(
            gate=entry.text("gate", scalars.milestone),
            title=entry.text("title"),
            title_sv=entry.text("title_sv"),
            question=entry.text("question"),
            question_sv=entry.text("question_sv"),
            at=entry.scalar("at", days.offset, Offset(days=-3650 + place)),
        )
        if gate.gate and gate.gate in {one.value.gate for one in gates}:
            reading.faults.at(entry.at("gate"), f"{quoted(gate.gate)} stands twice.", "Keep one of them.")
        elif gates and "at" in entry and not surely_after(gate.at, gates[-1].value.at):
            reading.faults.at(entry.at("at"), f"lies not after {quoted(gates[-1].value.gate)}.", "Write the gates in the order of time.")
        gates.append(Declared(gate, entry.node))
    names = [one.value.gate for one in gates]
    freeze = form.text("freeze")
    if freeze and freeze not in names:
        reading.faults.at(form.at("freeze"), f"{quoted(freeze)} is not a gate.", nearest(freeze, names))
    if not gates and "gates" in form:
        reading.faults.at(found(root, "gates"), "names no gate.")
    return gates, freeze
