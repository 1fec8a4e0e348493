"""What is done in a cutover, as a person wrote it down: steps, what each waits for, and how long it takes."""

from __future__ import annotations

from datetime import timedelta

from vardskiftet.declare import days, scalars
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Items
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.words import quoted
from vardskiftet.model.runbook import CutoverStep, Runbook

NEEDS = ("runbook", "title", "steps")


def read_runbook(file: File, reading: Reading) -> Declared[Runbook] | None:
    """The runbook of a file; None if the file cannot be read."""
    root = reading.sheet(file, file.stem)
    if root is None:
        return None
    form = Form(root, reading.faults, NEEDS)
    form.same("runbook", file.stem, f"the file {file.stem}.yaml")
    entries = form.forms("steps", needs=("step", "title", "takes"), may=("after", "owner"))
    if isinstance(form.at("steps"), Items) and not entries:
        reading.faults.at(form.at("steps"), "names no step.", "A cutover has at least one step.")
    seen: set[str] = set()
    for entry in entries:
        name = entry.text("step", scalars.slug)
        if name in seen:
            reading.faults.at(entry.at("step"), f"{quoted(name)} stands twice among the steps.", "Give one of them another name.")
        seen.add(name or "-")
    return Declared(Runbook(runbook=file.stem, title=form.text("title"), steps=tuple(_step(entry) for entry in entries)), root)


def _step(form: Form) -> CutoverStep:
    return CutoverStep(
        step=form.text("step", scalars.slug),
        title=form.text("title"),
        takes=form.scalar("takes", days.step_length, timedelta()),
        after=form.texts("after", scalars.slug),
        owner=form.text("owner"),
    )
