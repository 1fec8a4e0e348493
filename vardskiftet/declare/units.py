"""Which organisations does a file of units declare?"""

from __future__ import annotations

from vardskiftet.declare import days, scalars
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.model.unit import Unit, UnitKind


def read_units(file: File, reading: Reading) -> list[Declared[Unit]] | None:
    """The units of a file, in its order; None if the file cannot be read."""
    root = reading.sheet(file, file.stem)
    if root is None:
        return None
    form = Form(root, reading.faults, needs=("units",))
    needs = ("unit", "title", "kind", "area", "hsa_id")
    entries = form.forms("units", needs, may=("illustrative", "systems", "excluded", "principal", "opens", "closes", "replaces"))
    return [Declared(_unit(entry), entry.node) for entry in entries]


def _unit(form: Form) -> Unit:
    return Unit(
        unit=form.text("unit", scalars.slug),
        title=form.text("title"),
        kind=form.scalar("kind", scalars.choice(UnitKind), UnitKind.HOSPITAL),
        area=form.text("area"),
        hsa_id=form.text("hsa_id", scalars.hsa_id),
        illustrative=form.boolean("illustrative"),
        systems=form.texts("systems", scalars.slug),
        excluded=form.text("excluded"),
        principal=form.text("principal"),
        opens=form.scalar("opens", days.day, None),
        closes=form.scalar("closes", days.day, None),
        replaces=form.texts("replaces", scalars.slug),
    )
