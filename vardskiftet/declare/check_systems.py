"""Does every kind of information of every system have one way to travel, and every source table one place?"""

from __future__ import annotations

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.files import SYSTEM
from vardskiftet.declare.node import Items, found
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.words import nearest, nearest_of, quoted
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.system import InformationRoute, Route, System


def check_order(declared: Declarations, faults: Faults) -> None:
    """The programme names every system that is declared, and no other."""
    at = found(declared.programme, "systems") if declared.programme else None
    if not isinstance(at, Items):
        return
    meant = set()
    for place, name in enumerate(declared.systems_in_order):
        if name and name not in declared.system_names:
            hint = nearest(name, declared.system_names) if declared.system_names else f"Write mappings/{name}/{SYSTEM}."
            faults.at(found(at, place), f"there is no mappings/{name}/{SYSTEM}.", hint)
            meant.add(nearest_of(name, declared.system_names))
    for name in sorted(declared.system_names - set(declared.systems_in_order) - meant):
        faults.at(at, f"does not name the system {quoted(name)}.", "Add it: the order says which system names a person first.")
    orphans = {name.partition(".")[0] for name in declared.mapping_names} - declared.system_names - set(declared.systems_in_order)
    for name in sorted(orphans):
        faults.in_file(f"mappings/{name}/{SYSTEM}", "is missing, but its folder holds mappings.", "Write it.")


def check_systems(declared: Declarations, faults: Faults) -> None:
    """Routes and tables of each system against its mappings."""
    for name, system in sorted(declared.systems.items()):
        mappings = [entry for entry in declared.mappings.values() if entry.value.system == name]
        whole = len(mappings) == sum(1 for other in declared.mapping_names if other.startswith(f"{name}."))
        _check_routes(system, mappings, whole, faults)
        _check_tables(system, mappings, faults)


def _check_routes(system: Declared[System], mappings: list[Declared[Mapping]], whole: bool, faults: Faults) -> None:
    routes: dict[str, InformationRoute] = {}
    for place, route in enumerate(system.value.routes):
        if route.information in routes and route.information:
            at = found(system.node, "routes", place, "information")
            faults.at(at, f"{quoted(route.information)} has a route already.", "Each kind of information travels one way.")
        routes.setdefault(route.information, route)
    meant = {""}
    for mapping in mappings:
        told, at = mapping.value.information, found(mapping.node, "information")
        if told and told not in routes and "" not in routes:
            faults.at(at, f"{quoted(told)} has no route in {quoted(system.value.system)}.", nearest(told, routes))
            meant.add(nearest_of(told, routes))
        elif told in routes and told and routes[told].route is not Route.AUTO:
            faults.at(at, f"{quoted(told)} travels by the route {routes[told].route.value}.", "Only what is auto has a mapping.")
    carried = {mapping.value.information for mapping in mappings}
    for place, route in enumerate(system.value.routes):
        if whole and "" not in carried and route.route is Route.AUTO and route.information not in carried | meant:
            at = found(system.node, "routes", place, "information")
            faults.at(at, f"{quoted(route.information)} is auto, but no mapping carries it.", "Write a mapping, or choose another route.")


def _check_tables(system: Declared[System], mappings: list[Declared[Mapping]], faults: Faults) -> None:
    """A source table is read by mappings, or covered by one route, or ignored: one of these."""
    read = {mapping.value.reads: mapping.value.mapping for mapping in mappings}
    taken: dict[str, str] = {table: f"read by {quoted(name)}" for table, name in read.items() if table}
    places = [
        (table, found(system.node, "routes", place, "tables", number), f"covered by {quoted(route.information)}")
        for place, route in enumerate(system.value.routes)
        for number, table in enumerate(route.tables)
    ]
    places += [(one.table, found(system.node, "ignored", place, "table"), "ignored") for place, one in enumerate(system.value.ignored)]
    for table, node, as_what in places:
        if table and table in taken:
            faults.at(node, f"the table {quoted(table)} is {taken[table]} already.", "Keep one of them.")
        taken.setdefault(table, as_what)
