"""Does a manual route know whose its rows are?"""

from __future__ import annotations

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import found
from vardskiftet.declare.reading import Declarations
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.system import Route


def check_manual(declared: Declarations, faults: Faults) -> None:
    """`patients:` stands in manual routes only, names tables of the route, and mappings of the system that bring persons."""
    record = declared.record.value if declared.record is not None else None
    people = {table.table for table in record.tables if table.identity} if record is not None else None
    for name, system in sorted(declared.systems.items()):
        mine = {one.value.mapping: one.value for one in declared.mappings.values() if one.value.system == name}
        whole = len(mine) == sum(1 for other in declared.mapping_names if other.startswith(f"{name}."))
        for place, route in enumerate(system.value.routes):
            at = found(system.node, "routes", place, "patients")
            if route.patients and route.information and route.route is not Route.MANUAL:
                faults.at(at, f"stands in a route that is {route.route.value}.", "Only what people carry over by hand needs it.")
                continue
            for number, one in enumerate(route.patients):
                if one.table and one.table not in route.tables:
                    message = f"{quoted(one.table)} is none of the route's tables."
                    faults.at(found(at, number, "table"), message, nearest(one.table, route.tables))
                brings = {mapping for mapping, value in mine.items() if people is None or value.into in people}
                if one.mapping and whole and one.mapping not in brings:
                    message = f"{quoted(one.mapping)} is no mapping of {quoted(name)} that brings persons."
                    faults.at(found(at, number, "in"), message, nearest(one.mapping, sorted(brings)))
