"""What is the programme's frame: its name, zone, clock, target, systems and people?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from vardskiftet.declare import scalars
from vardskiftet.declare.around import read_freezes
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Items, Node
from vardskiftet.declare.reading import Reading
from vardskiftet.declare.system import read_spec
from vardskiftet.declare.words import quoted
from vardskiftet.model.programme import Person, Programme, StoreSpec
from vardskiftet.model.system import SourceSpec
from vardskiftet.model.wave import Freeze

NEEDS = ("programme", "title", "timezone", "target", "systems")
MAY = ("store", "synthetic", "clock", "batch_rows", "people", "freezes")


@dataclass(frozen=True, slots=True)
class Frame:
    """What waves/programme.yaml says."""

    programme: str
    title: str
    timezone: str
    synthetic: bool
    clock: datetime | None
    target: SourceSpec
    store: StoreSpec
    systems: tuple[str, ...]
    batch_rows: int
    people: tuple[Person, ...]
    freezes: tuple[Freeze, ...]
    node: Node


def read_programme(file: File, reading: Reading) -> Frame | None:
    """The programme's frame; None if the file cannot be read."""
    root = reading.sheet(file, file.stem)
    if root is None:
        return None
    form = Form(root, reading.faults, NEEDS, MAY)
    timezone = form.text("timezone", scalars.zone_name)
    synthetic = form.boolean("synthetic")
    if "clock" in form and not synthetic:
        reading.faults.at(form.at("clock"), "stands only in a synthetic programme.", "Remove it, or add `synthetic: true`.")
    systems = form.texts("systems", scalars.slug)
    if isinstance(form.at("systems"), Items) and not systems:
        reading.faults.at(form.at("systems"), "names no system.")
    return Frame(
        programme=form.text("programme", scalars.slug),
        title=form.text("title"),
        timezone=timezone,
        synthetic=synthetic,
        clock=form.scalar("clock", scalars.moment(ZoneInfo(timezone) if timezone else None), None),
        target=read_spec(form, "target", reading.vocabulary.targets, reading),
        store=_store(form),
        systems=systems,
        batch_rows=form.scalar("batch_rows", scalars.count, Programme.model_fields["batch_rows"].default),
        people=_people(form),
        freezes=read_freezes(form, of_programme=True),
        node=root,
    )


def _store(form: Form) -> StoreSpec:
    """Where the memory lies, if not in the work folder."""
    store = form.form("store", needs=("url_from",), may=("schema",))
    if store is None:
        return StoreSpec()
    schema = store.text("schema") or StoreSpec.model_fields["schema_name"].default
    return StoreSpec(url_from=store.text("url_from", scalars.variable), schema_name=schema)


def _people(form: Form) -> tuple[Person, ...]:
    people: list[Person] = []
    for entry in form.forms("people", needs=("person", "name", "role")):
        person = Person(person=entry.text("person", scalars.user), name=entry.text("name"), role=entry.text("role"))
        if person.person and any(other.person == person.person for other in people):
            form.faults.at(entry.at("person"), f"{quoted(person.person)} stands twice among the people.", "Keep one of them.")
        people.append(person)
    return tuple(people)
