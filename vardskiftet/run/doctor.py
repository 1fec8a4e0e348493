"""Is everything in order for a load: the tool, the clock, the places, the sources, the target? Asking never writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from vardskiftet.run.desk import Desk
from vardskiftet.run.doctor_ends import look_at_sources, look_at_target, look_at_two_ends
from vardskiftet.run.doctor_orphans import look_at_leftovers, look_at_locks, look_at_memory
from vardskiftet.run.doctor_places import look_at_privacy, look_at_room, look_at_work
from vardskiftet.run.doctor_tool import look_at_clock, look_at_libraries, look_at_zones
from vardskiftet.run.look import Look, exit_code

__all__ = ["Look", "examine", "exit_code"]


def examine(desk: Desk, machine: Callable[[], datetime]) -> tuple[Look, ...]:
    """Look at everything, in the order in which a load would need it. `machine` tells the machine's time."""
    looks = [look_at_libraries(), look_at_zones(desk, machine), look_at_clock(desk, machine)]
    looks += [look_at_work(desk), look_at_privacy(desk), look_at_room(desk)]
    looks += [*look_at_sources(desk), *look_at_two_ends(desk)]
    target = look_at_target(desk)
    looks += target
    if all(one.exit_code == 0 for one in target):
        looks += [look_at_locks(desk), look_at_memory(desk), *look_at_leftovers(desk)]
    return tuple(looks)
