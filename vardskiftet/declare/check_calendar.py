"""Can the declared days be kept: after those that come first, outside the freezes, no two in one night over one system?"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from itertools import combinations, pairwise

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import Items, found
from vardskiftet.declare.order import all_before
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.words import nearest, quoted, shown
from vardskiftet.model.wave import Milestone, Wave

Befores = dict[str, frozenset[str]]


def has_days(wave: Wave) -> bool:
    """Whether its go-live could be read."""
    return wave.go_live is not None or bool(wave.season)


def told_go_live(wave: Wave) -> str:
    """Its go-live as a person says it."""
    return f"{wave.go_live:%Y-%m-%d %H:%M}" if wave.go_live else wave.season


def check_calendar(declared: Declarations, faults: Faults) -> None:
    """Only what is certain is a fault: a season is wrong where all its days are; the rest is a matter of `waves what-if`."""
    befores = all_before({name: frozenset(entry.value.after) for name, entry in declared.waves.items()})
    for _, wave in sorted(declared.waves.items()):
        _check_duties(wave, declared, faults)
        if not has_days(wave.value):
            continue
        _check_distance(wave, befores, declared, faults)
        _check_freezes(wave, declared, faults)
        _check_milestones(wave, faults)
        _check_lives(wave, declared, faults)
    _check_nights(befores, declared, faults)


def _check_distance(wave: Declared[Wave], befores: Befores, declared: Declarations, faults: Faults) -> None:
    """After each wave that it waits for, and as far from it as is promised. Waves in a circle are told elsewhere."""
    mine, promised = wave.value, wave.value.distance_days
    if promised and not mine.after and (isinstance(at := found(wave.node, "after"), Items) or at is wave.node):
        faults.at(found(wave.node, "distance_days"), "keeps a distance from no wave.", "Name the waves that come first in `after:`.")
    for place, name in enumerate(mine.after):
        if name not in declared.waves or mine.wave in befores[name] or not has_days(declared.waves[name].value):
            continue
        before = declared.waves[name].value
        most = (mine.days[1] - before.days[0]).days
        if _overtaken(before, mine):
            message = f"waits for {quoted(name)} ({told_go_live(before)}), but goes live no later ({told_go_live(mine)})."
            faults.at(found(wave.node, "after", place), message, "Mend one of the two days, or the order.")
        elif most < promised:
            message = f"promises {promised} days from {quoted(name)}; {told_go_live(before)} to {told_go_live(mine)} are {most} at most."
            faults.at(found(wave.node, "distance_days"), message, "Mend a day, or promise less.")


def _overtaken(before: Wave, wave: Wave) -> bool:
    if before.go_live and wave.go_live:
        return wave.go_live <= before.go_live
    return wave.days[1] < before.days[0]


def _check_freezes(wave: Declared[Wave], declared: Declarations, faults: Faults) -> None:
    first, last = wave.value.days
    for freeze in declared.freezes:
        begins, ends = freeze.begins, freeze.ends
        if freeze.no_go_live and isinstance(begins, date) and isinstance(ends, date) and begins <= first and last <= ends:
            message = f"lies in the freeze {quoted(freeze.freeze)}, {begins} to {ends}: {shown(freeze.because)}"
            faults.at(found(wave.node, "go_live"), message, "No wave goes live in it; choose another day.")


def _check_milestones(wave: Declared[Wave], faults: Faults) -> None:
    """Milestones are listed in the order of time. Equal days pass, and so does what depends on the day within a season."""

    def due(milestone: Milestone, go_live: date) -> date:
        return milestone.on or (milestone.offset.after(go_live) if milestone.offset else go_live)

    timed = [(place, one) for place, one in enumerate(wave.value.milestones) if one.on or one.offset]
    for (_, earlier), (place, later) in pairwise(timed):
        if all(due(earlier, day) > due(later, day) for day in wave.value.days):
            first, second = due(earlier, wave.value.days[0]), due(later, wave.value.days[0])
            message = f"{quoted(later.milestone)} ({second}) is listed after {quoted(earlier.milestone)} ({first}), but comes before it."
            faults.at(found(wave.node, "milestones", place), message, "List milestones in the order of time, or mend one of the two.")


def _check_lives(wave: Declared[Wave], declared: Declarations, faults: Faults) -> None:
    """Its units exist when they go live."""
    first, last = wave.value.days
    for member in wave.value.units:
        if member.unit not in declared.units:
            continue
        unit, node = declared.units[member.unit].value, declared.units[member.unit].node
        if unit.closes and unit.closes < first:
            message = f"closes on {unit.closes}, before its wave {quoted(wave.value.wave)} goes live ({told_go_live(wave.value)})."
            faults.at(found(node, "closes"), message, "Write `excluded:` with the reason, and let another unit replace it.")
        if unit.opens and unit.opens > last and unit.systems:
            message = f"opens on {unit.opens}, after its wave {quoted(wave.value.wave)} went live ({told_go_live(wave.value)})."
            faults.at(found(node, "opens"), message, "A unit that begins in the new system has no legacy systems: remove its `systems:`.")


def _check_duties(wave: Declared[Wave], declared: Declarations, faults: Faults) -> None:
    for place, duty in enumerate(wave.value.duties):
        if duty.person and duty.person not in declared.people and declared.programme and "" not in declared.people:
            at = found(wave.node, "duties", place, "person")
            faults.at(at, f"{quoted(duty.person)} is not among the programme's people.", nearest(duty.person, declared.people))


def _check_nights(befores: Befores, declared: Declarations, faults: Faults) -> None:
    """Two cutovers at once over one legacy system are one wave, or need an order."""
    known = [entry for _, entry in sorted(declared.waves.items()) if entry.value.go_live is not None]
    for one, other in combinations(known, 2):
        names = one.value.wave, other.value.wave
        shared = _systems(one.value, declared) & _systems(other.value, declared)
        if not shared or names[0] in befores[names[1]] or names[1] in befores[names[0]] or not _same_night(one.value, other.value):
            continue
        message = f"goes live in the same night as {quoted(names[0])}, and units of both use {', '.join(sorted(shared))}."
        faults.at(found(other.node, "go_live"), message, "Let one wait for the other with `after:`, or move one.")


def _systems(wave: Wave, declared: Declarations) -> set[str]:
    return {system for member in wave.units if member.unit in declared.units for system in declared.units[member.unit].value.systems}


def _same_night(one: Wave, other: Wave) -> bool:
    if one.go_live is None or other.go_live is None:
        return False
    # Elapsed hours: counted in UTC, since the clock may change in between.
    ends = one.go_live.astimezone(UTC), other.go_live.astimezone(UTC)
    begins = ends[0] - timedelta(hours=one.cutover_hours), ends[1] - timedelta(hours=other.cutover_hours)
    return one.days == other.days or (begins[0] < ends[1] and begins[1] < ends[0])
