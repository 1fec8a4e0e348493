"""How is a wave told, in words and as JSON? The same values both ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vardskiftet.cli.console import Answer
from vardskiftet.model.event import Event
from vardskiftet.model.programme import Programme
from vardskiftet.model.runbook import in_hours
from vardskiftet.plan.calendar import Calendar, WaveCalendar, waves_of_systems
from vardskiftet.plan.clash import Severity
from vardskiftet.plan.coexistence import Coexistence, coexistence
from vardskiftet.plan.dates import Span
from vardskiftet.plan.days_off import weekday
from vardskiftet.plan.what_if import WhatIf

SIGNS = {Severity.WARNING: "▲", Severity.RELIEF: "✔"}


def when_in_words(wave: WaveCalendar) -> str:
    """A wave's go-live: `Tue 2024-11-12 04:00`, or its season."""
    return f"{weekday(wave.go_live.date())} {wave.go_live:%Y-%m-%d %H:%M}" if wave.go_live else f"{wave.season} ({wave.when.in_words()})"


def kinds_in_words(programme: Programme, wave: str) -> str:
    """How many units of each kind a wave holds, the most first."""
    units = {unit.unit: unit for unit in programme.units}
    counts = Counter(units[member.unit].kind.value for member in programme.wave(wave).units)
    kinds = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    return f"{sum(counts.values())} unit{'s' if sum(counts.values()) != 1 else ''}: {kinds}"


def entry(programme: Programme, wave: WaveCalendar, status: str) -> dict[str, Any]:
    """A wave as JSON: `go_live` is the moment with its offset, or the season."""
    units = {unit.unit: unit for unit in programme.units}
    declared = programme.wave(wave.wave)
    return {
        "wave": wave.wave,
        "title": wave.title,
        "go_live": wave.go_live.isoformat() if wave.go_live else wave.season,
        "precision": declared.precision.value,
        "earliest": wave.when.earliest.isoformat(),
        "latest": wave.when.latest.isoformat(),
        "status": status,
        "after": list(wave.after),
        "units": [
            {
                "unit": member.unit,
                "title": units[member.unit].title,
                "kind": units[member.unit].kind.value,
                "area": units[member.unit].area,
                "scope": member.scope.value,
                "illustrative": units[member.unit].illustrative,
            }
            for member in declared.units
        ],
    }


def whole_entry(programme: Programme, calendar: Calendar, name: str, status: str, signed: Sequence[Event]) -> dict[str, Any]:
    """A wave with all its dates as JSON."""
    wave, declared = calendar.wave(name), programme.wave(name)
    dates = wave.model_dump(mode="json", include={"milestones", "freezes", "duties", "night", "day_off"})
    cutover = wave.cutover
    return (
        entry(programme, wave, status)
        | dates
        | {
            "distance_days": wave.distance_days,
            "cutover": cutover.model_dump(mode="json") | {"begins": cutover.begins.isoformat(), "ends": cutover.ends.isoformat()}
            if cutover
            else None,
            "runbook": _runbook(programme, name),
            "moved": [{"unit": member.unit, **move.model_dump(mode="json")} for member in declared.units for move in member.moved],
            "systems": _systems(programme, calendar, name),
            "coexistence": [one.model_dump(mode="json") for one in _flows(programme, calendar, name)],
            "signed": [{"seq": one.seq, "kind": one.kind, "at": one.at.isoformat(), **one.payload} for one in signed],
        }
    )


def _runbook(programme: Programme, name: str) -> dict[str, Any] | None:
    found = programme.runbook_of(name)
    if found is None:
        return None
    chain, minutes = [one.step for one in found.critical_path], round(found.takes.total_seconds() / 60)
    return {"runbook": found.runbook, "title": found.title, "steps": len(found.steps), "minutes": minutes, "critical_path": chain}


def tell_wave(answer: Answer, programme: Programme, calendar: Calendar, name: str, now: datetime) -> None:
    """A wave with all its dates in words, from the values that its JSON holds."""
    wave, own = calendar.wave(name), answer.own
    answer.say(f"{name}: {wave.title}")
    answer.say(f"go-live {when_in_words(wave)}, {own['status'].replace('_', ' ')}, seen {now:%Y-%m-%d %H:%M}")
    if wave.after:
        answer.say(f"after {', '.join(wave.after)}" + (f", at least {wave.distance_days} days" if wave.distance_days else ""))
    if wave.cutover:
        answer.say(f"cutover from {wave.cutover.begins:%Y-%m-%d %H:%M}, {wave.cutover.hours} hours of elapsed time")
    if runbook := own["runbook"]:
        chain, least = " → ".join(runbook["critical_path"]), in_hours(timedelta(minutes=runbook["minutes"]))
        answer.say(f"runbook {runbook['runbook']}: {runbook['steps']} steps, {least} at the least: {chain}")
    answer.say(kinds_in_words(programme, name))
    for group, names in _groups(own["units"]):
        answer.say(f"    {group}: {', '.join(names)}")
    for move in own["moved"]:
        answer.say(f"{move['unit']} came from {move['origin']} by {move['decision']}, {move['date']}: {move['because']}")
    milestones = [(one.when.in_words(), f"{one.title} [{one.milestone}]{f', {one.owner}' if one.owner else ''}") for one in wave.milestones]
    _lines(answer, "milestones", milestones)
    freezes = [one for one in calendar.all_freezes if one.wave in ("", name)]
    barred = {True: ", no go-live", False: ""}
    _lines(
        answer,
        "freezes",
        [(Span(earliest=one.begins.earliest, latest=one.ends.latest).in_words(), one.title + barred[one.no_go_live]) for one in freezes],
    )
    duties = [(Span(earliest=one.begins.earliest, latest=one.ends.latest).in_words(), f"{one.person}, {one.role}") for one in wave.duties]
    _lines(answer, "duties", duties)
    retires = [
        (one["system"], f"used by {', '.join(one['waves'])}; retires {one['retires'] or 'never, as declared'}") for one in own["systems"]
    ]
    _lines(answer, "systems", retires)
    flows = _flows(programme, calendar, name)
    _lines(
        answer,
        "coexistence",
        [(one.flow, f"{one.earlier} → {one.later}: {one.units} units, {one.unit_days.in_words()} unit-days") for one in flows],
    )
    zone = ZoneInfo(programme.timezone)
    signed = [
        (
            f"{datetime.fromisoformat(one['at']).astimezone(zone):%Y-%m-%d %H:%M}",
            f"{one['kind']} by {one['name']}, {one['role']}: {one['reason']}",
        )
        for one in own["signed"]
    ]
    _lines(answer, "signed", signed)


def next_what_if(wave: WaveCalendar) -> str:
    """The question that comes next: what if it were a week later?"""
    return f"vardskiftet waves what-if {wave.wave} --to {wave.when.latest + timedelta(days=7)}"


def _lines(answer: Answer, heading: str, rows: Sequence[tuple[str, str]]) -> None:
    """Two columns of which the second wraps as the terminal likes: a table of narrow columns was unreadable at 40."""
    if rows:
        answer.say(heading)
        wide = max(len(first) for first, _ in rows)
        for first, second in rows:
            answer.say(f"    {first:<{wide}}  {second}")


def _groups(units: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Units by kind and scope, each group with its number."""
    groups: dict[tuple[str, str], list[str]] = {}
    for unit in units:
        groups.setdefault((unit["kind"].replace("_", " "), unit["scope"].replace("_", " ")), []).append(unit["unit"])
    return [(f"{len(names)} {kind}, {scope}", sorted(names)) for (kind, scope), names in sorted(groups.items())]


def tell_what_if(answer: Answer, told: WhatIf, *, notes: bool) -> None:
    """Consequences in words. What must not be is told last of all, as reasons; dates that only follow are left out without `notes`."""
    for one in told.consequences:
        if one.severity in SIGNS:
            answer.say(f"{SIGNS[one.severity]} {one.severity.value}: {one.message}")
            if one.hint:
                answer.say(f"    {one.hint}")
    following = [one for one in told.consequences if one.severity is Severity.NOTE]
    if notes:
        rows = [(f"{one.before} → {one.after}", f"{one.kind.value.replace('_', '-')} {one.subject}") for one in following]
        _lines(answer, "what follows", rows)


def _systems(programme: Programme, calendar: Calendar, name: str) -> list[dict[str, Any]]:
    retires = {one.system: one.when.in_words() for one in calendar.retirements}
    used = waves_of_systems(programme)
    return [
        {"system": system, "waves": list(waves), "retires": retires.get(system, "")}
        for system, waves in sorted(used.items())
        if name in waves
    ]


def _flows(programme: Programme, calendar: Calendar, name: str) -> list[Coexistence]:
    return [one for one in coexistence(programme, calendar) if name in (one.earlier, one.later)]
