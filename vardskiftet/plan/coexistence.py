"""How long do the old side and the new side run beside each other? Counted in unit-days, flow by flow."""

from __future__ import annotations

from itertools import combinations

from vardskiftet.model.coexistence import Flow
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.programme import Programme
from vardskiftet.model.unit import Unit
from vardskiftet.plan.calendar import Calendar, WaveCalendar


class Extent(Frozen):
    """A number that is known, or the least and the most that it can be."""

    least: int
    most: int

    def in_words(self) -> str:
        """`1,230`, or `1,230–1,890`."""
        return f"{self.least:,}" if self.least == self.most else f"{self.least:,}–{self.most:,}"


class Coexistence(Frozen):
    """One flow between the units of two waves, from the earlier go-live to the later one."""

    flow: str
    earlier: str
    later: str
    units: int
    """Units of the later wave, still on the old side, that send or receive in this flow."""
    days: Extent
    unit_days: Extent


def coexistence(programme: Programme, calendar: Calendar) -> tuple[Coexistence, ...]:
    """Every flow between every two waves that lie apart, by flow and then by date.

    Excluded units never change sides and so count nowhere; between two waves of which either may come first, the one with the
    earlier season leads, and the least is 0.
    """
    members = {wave.wave: _units(programme, wave.wave) for wave in calendar.waves}
    found = []
    for flow in sorted(programme.flows, key=lambda one: one.flow):
        for earlier, later in combinations(calendar.waves, 2):
            units = _still_old(flow, members[earlier.wave], members[later.wave])
            days = _days(earlier, later)
            if units and days.most:
                found.append(
                    Coexistence(
                        flow=flow.flow,
                        earlier=earlier.wave,
                        later=later.wave,
                        units=units,
                        days=days,
                        unit_days=Extent(least=units * days.least, most=units * days.most),
                    )
                )
    return tuple(found)


def unit_days(lines: tuple[Coexistence, ...]) -> dict[str, Extent]:
    """Flow to its unit-days over all pairs of waves."""
    totals: dict[str, Extent] = {}
    for line in lines:
        so_far = totals.get(line.flow, Extent(least=0, most=0))
        totals[line.flow] = Extent(least=so_far.least + line.unit_days.least, most=so_far.most + line.unit_days.most)
    return totals


def takes_part(unit: Unit, patterns: tuple[str, ...]) -> bool:
    """Whether a unit is meant by any of these: its slug, its kind, or `*`."""
    return any(pattern in ("*", unit.unit, unit.kind.value) for pattern in patterns)


def _still_old(flow: Flow, new: tuple[Unit, ...], old: tuple[Unit, ...]) -> int:
    """Units of the later wave that this flow joins to a unit of the earlier one, in either direction."""
    new_sends = any(takes_part(unit, flow.sends) for unit in new)
    new_receives = any(takes_part(unit, flow.receives) for unit in new)
    return sum((new_sends and takes_part(unit, flow.receives)) or (new_receives and takes_part(unit, flow.sends)) for unit in old)


def _days(earlier: WaveCalendar, later: WaveCalendar) -> Extent:
    least = max(0, (later.when.earliest - earlier.when.latest).days)
    return Extent(least=least, most=max(0, (later.when.latest - earlier.when.earliest).days))


def _units(programme: Programme, wave: str) -> tuple[Unit, ...]:
    units = {unit.unit: unit for unit in programme.units}
    return tuple(units[member.unit] for member in programme.wave(wave).units if member.unit in units)
