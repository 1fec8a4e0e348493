"""Where do a legacy system's rows lie, and how does each kind of its information travel?"""

from __future__ import annotations

from collections.abc import Mapping

from vardskiftet.declare import scalars
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Broken, Keys, Node, Text
from vardskiftet.declare.options import read_options
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.system import CONDITIONS, IgnoredTable, InformationRoute, ManualTable, Retirement, Route, SourceSpec, System
from vardskiftet.model.vocabulary import Kind

NEEDS = ("system", "title", "source", "routes")
MAY = ("encoding", "timezone", "ignored", "retires")


def read_system(file: File, reading: Reading) -> Declared[System] | None:
    """The system of a file; None if the file cannot be read."""
    root = reading.sheet(file, file.folder)
    if root is None:
        return None
    form = Form(root, reading.faults, NEEDS, MAY)
    form.same("system", file.folder, f"the folder mappings/{file.folder}")
    routes = form.forms("routes", needs=("information", "route", "owner"), may=("because", "conditions", "tables", "patients"))
    ignored = form.forms("ignored", needs=("table", "because"))
    system = System(
        system=file.folder,
        title=form.text("title"),
        source=read_spec(form, "source", reading.vocabulary.sources, reading),
        encoding=form.text("encoding", scalars.encoding) or "utf-8",
        timezone=form.text("timezone", scalars.zone_name) or (reading.zone.key if reading.zone else ""),
        routes=tuple(_route(entry) for entry in routes),
        ignored=tuple(IgnoredTable(table=entry.text("table"), because=entry.text("because")) for entry in ignored),
        retires=_retirement(form),
    )
    return Declared(system, root)


def _retirement(form: Form) -> Retirement | None:
    """When the system goes out of use; None if that is not declared."""
    retires = form.form("retires", needs=("wave", "days"), may=("because",))
    if retires is None:
        return None
    return Retirement(
        wave=retires.text("wave", scalars.slug), days=retires.scalar("days", scalars.count, 0), because=retires.text("because")
    )


def read_spec(form: Form, key: str, kinds: Mapping[str, Kind], reading: Reading) -> SourceSpec:
    """A source or a target: its kind, and that kind's options."""
    node = form.at(key)
    if key not in form or isinstance(node, Broken):
        return SourceSpec(kind="")
    if not isinstance(node, Keys):
        reading.faults.at(node, "must hold keys.", "Write {kind: …} and what the kind needs.")
        return SourceSpec(kind="")
    given: dict[str, Node] = dict(node.keys)
    kind = given.pop("kind", None)
    if kind is None:
        reading.faults.at(node, "lacks the key 'kind'.", "Add it.")
        return SourceSpec(kind="")
    if not isinstance(kind, Text) or kind.text not in kinds:
        if isinstance(kind, Text):
            reading.faults.at(kind, f"{quoted(kind.text)} is not a kind of {key}.", nearest(kind.text, kinds))
        elif not isinstance(kind, Broken):
            reading.faults.at(kind, "must be one word.")
        return SourceSpec(kind="")
    return SourceSpec(kind=kind.text, options=read_options(kinds[kind.text], given, node, reading) or {})


def _route(form: Form) -> InformationRoute:
    """A route; one of a faulty kind is left without a name, so that nothing is concluded from it."""
    route = form.scalar("route", scalars.choice(Route), None)
    because, tables = form.text("because"), form.texts("tables")
    conditions = form.form("conditions", needs=CONDITIONS if route is Route.AUTO else (), may=CONDITIONS)
    recorded = {name: conditions.boolean(name) for name in CONDITIONS if name in conditions} if conditions else {}
    if route is Route.AUTO:
        _may_be_auto(form, conditions, recorded)
    elif route is not None and "because" not in form:
        form.faults.at(form.node, f"is {route.value} without a reason.", "Add `because:`.")
    return InformationRoute(
        information=form.text("information") if route else "",
        route=route or Route.NONE,
        owner=form.text("owner"),
        because=because,
        conditions=recorded,
        tables=tables,
        patients=tuple(
            ManualTable(table=entry.text("table"), by=entry.text("by"), mapping=entry.text("in"))
            for entry in form.forms("patients", needs=("table", "by", "in"))
        ),
    )


def _may_be_auto(form: Form, conditions: Form | None, recorded: dict[str, bool]) -> None:
    """An automatic route needs all five conditions recorded as true, and its tables are read by mappings."""
    if conditions is None:
        form.faults.at(form.node, "is auto without its five conditions.", f"Add `conditions:` with {', '.join(CONDITIONS)}.")
        return
    for name, holds in recorded.items():
        node = conditions.at(name)
        if not holds and isinstance(node, Text) and node.text == "false":
            form.faults.at(node, f"cannot be auto while {quoted(name)} is false.", "Choose another route, or meet the condition.")
    if "tables" in form:
        form.faults.at(form.at("tables"), "an automatic route names no tables.", "Its tables are read by mappings.")
