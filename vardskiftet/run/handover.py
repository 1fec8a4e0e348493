"""What is left to be carried over by hand? Lines from the sources as they are now, their states from the programme's memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vardskiftet.engine.by_hand import begin_by_hand, gather_by_hand, lines_of, unlisted
from vardskiftet.engine.sources import open_source
from vardskiftet.model.event import Event
from vardskiftet.model.handover import Handover, UnitStanding
from vardskiftet.model.system import Route
from vardskiftet.run.care import care_of
from vardskiftet.run.desk import Desk

BROUGHT = "manual.brought"
LISTED = "manual.exported"
NOT_URGENT = 99


@dataclass(frozen=True, slots=True)
class Whose:
    """The patient behind a line: shown for a reason only."""

    keys: str
    """Their keys in the system."""
    number: str


@dataclass(frozen=True, slots=True)
class Handovers:
    """All lines of a wave, by unit, urgency and line."""

    wave: str
    lines: tuple[Handover, ...]
    whose: dict[str, Whose]
    rows_of_nobody: int
    """Source rows whose patient is not known."""
    without_care: int
    """Patients with something to be carried over and without open care in any unit: no wave lists them."""
    changed_since: int
    """Lines that were done, and whose source says something else since: they are open anew."""
    declared: bool = True
    """Whether any manual route says whose its rows are; without that nobody can be listed."""
    silent: tuple[str, ...] = ()
    """Manual routes over tables of a source that do not say whose the rows are: `INFORMATION (SYSTEM)`."""

    @property
    def standings(self) -> tuple[UnitStanding, ...]:
        """Counts by unit and information."""
        found = []
        for unit, information in dict.fromkeys((one.unit, one.information) for one in self.lines):
            mine = [one for one in self.lines if (one.unit, one.information) == (unit, information)]
            found.append(
                UnitStanding(
                    unit=unit,
                    information=information,
                    lines=len(mine),
                    first=sum(one.rank < NOT_URGENT for one in mine),
                    done=sum(one.state == "done" for one in mine),
                    checked=sum(one.state == "checked" for one in mine),
                )
            )
        return tuple(sorted(found, key=lambda one: (one.unit, one.information)))


def handovers(desk: Desk, wave: str) -> Handovers:
    """Every line of a wave. Raises Unreachable for a source that is not there."""
    programme = desk.programme
    desk.wave(wave)
    routes = [(system, route) for system in programme.systems for route in system.routes if route.patients]
    silent = tuple(
        f"{route.information} ({system.system})"
        for system in programme.systems
        for route in system.routes
        if route.route is Route.MANUAL and route.tables and not route.patients
    )
    if not routes:
        return Handovers(wave, (), {}, 0, 0, 0, declared=False, silent=silent)
    units = frozenset(member.unit for member in programme.wave(wave).units)
    with care_of(desk, wave) as (duck, sources):
        begin_by_hand(duck)
        for system, route in routes:
            source = sources.get(system.system) or open_source(system, programme.root)
            for one in route.patients:
                gather_by_hand(duck, system, route, one, source)
        found = lines_of(duck, units)
        nobody, without_care = unlisted(duck)
    with desk.reading_store() as store:
        done, checked = states(store.events(BROUGHT))
    lines = tuple(
        Handover(
            line=line,
            unit=unit,
            rank=rank,
            need=need,
            information=information,
            system=system,
            rows=rows,
            done_by=done.get(line, ""),
            checked_by=checked.get(line, ""),
        )
        for line, unit, rank, need, information, system, _, rows, _ in found
    )
    whose = {one[0]: Whose(one[6], one[8]) for one in found}
    return Handovers(wave, lines, whose, nobody, without_care, len(_of_wave(desk, wave) - set(whose)), silent=silent)


def states(events: Iterable[Event]) -> tuple[dict[str, str], dict[str, str]]:
    """Line to who did it, and line to who checked it."""
    done: dict[str, str] = {}
    checked: dict[str, str] = {}
    for event in events:
        if event.kind == BROUGHT:
            done.update(event.payload["done"])
            checked.update(event.payload["checked"])
    return done, checked


def _of_wave(desk: Desk, wave: str) -> set[str]:
    """Lines that were done in this wave at any time."""
    with desk.reading_store() as store:
        mine = [event for event in store.events(BROUGHT) if event.payload["wave"] == wave]
    return {line for event in mine for line in event.payload["done"]}
