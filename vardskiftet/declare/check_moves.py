"""Is every change of wave one that can have happened: from somewhere else, once, in the order of time, before it was too late?"""

from __future__ import annotations

from itertools import pairwise

from vardskiftet.declare.around import LONG_PAST
from vardskiftet.declare.check_calendar import has_days, told_go_live
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import Node, found
from vardskiftet.declare.reading import Declarations
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.wave import Membership, Wave


def check_moves(wave: Wave, member: Membership, moved: Node, declared: Declarations, faults: Faults) -> None:
    """The moves of one unit into its present wave, oldest first; `moved` is their list."""
    for place, move in enumerate(member.moved):
        last = place == len(member.moved) - 1
        if last and move.origin == wave.wave:
            message = f"it is moved from {quoted(move.origin)} to the same wave."
            faults.at(found(moved, place, "from"), message, "Name the wave that it came from.")
        elif move.origin and move.origin not in declared.wave_names:
            hint = nearest(move.origin, declared.wave_names)
            faults.at(found(moved, place, "from"), f"{quoted(move.origin)} is not a wave.", hint)
        if has_days(wave) and move.date > wave.days[1]:
            message = f"is moved on {move.date}, when {quoted(wave.wave)} is live already ({told_go_live(wave)})."
            faults.at(found(moved, place, "date"), message, "A unit that comes too late belongs to a later wave.")
    for place, (earlier, later) in enumerate(pairwise(member.moved), 1):
        if earlier.origin and earlier.origin == later.origin:
            message = f"leaves {quoted(later.origin)} twice, without having come back."
            faults.at(found(moved, place, "from"), message, "Keep one of the moves, or add the one that led back.")
        elif later.date != LONG_PAST and later.date < earlier.date:
            message = f"is moved on {later.date}, before the move above it ({earlier.date})."
            faults.at(found(moved, place, "date"), message, "List moves in the order of time.")
