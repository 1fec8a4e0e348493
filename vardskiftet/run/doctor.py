"""Is everything in order for a load: the tool, the clock, the places, the sources, the target? Asking never writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from vardskiftet.errors import Fault
from vardskiftet.run.desk import Desk
from vardskiftet.run.doctor_ends import look_at_sources, look_at_target, look_at_two_ends
from vardskiftet.run.doctor_orphans import look_at_leftovers, look_at_locks, look_at_memory
from vardskiftet.run.doctor_places import look_at_privacy, look_at_room, look_at_work
from vardskiftet.run.doctor_tool import look_at_clock, look_at_libraries, look_at_zones
from vardskiftet.run.look import Look, exit_code, wrong

__all__ = ["Look", "examine", "exit_code"]


def examine(desk: Desk, machine: Callable[[], datetime], unfinished: tuple[Fault, ...] = ()) -> tuple[Look, ...]:
    """Look at everything, in the order in which a load would need it. `machine` tells the machine's time.

    `unfinished` are the faults of a project of which the desk has the sound part only.
    """
    looks = [_declarations(unfinished)] if unfinished else []
    looks += [look_at_libraries(), look_at_zones(desk, machine), look_at_clock(desk, machine)]
    looks += [look_at_work(desk), look_at_privacy(desk), look_at_room(desk)]
    looks += [*look_at_sources(desk), *look_at_two_ends(desk)]
    target = look_at_target(desk)
    looks += target
    if all(one.exit_code == 0 for one in target):
        looks += [look_at_locks(desk), look_at_memory(desk), *look_at_leftovers(desk)]
    return tuple(looks)


def _declarations(faults: tuple[Fault, ...]) -> Look:
    first = f"{faults[0].path}:{faults[0].line}: {faults[0].message}"
    more = f" And {len(faults) - 1:,} more." if len(faults) > 1 else ""
    return wrong("declarations", f"They are not finished. {first}{more}", faults[0].path, "`vardskiftet validate` lists them all.")
