"""Which dates of the programme do not go together? Freezes, days off, clock changes, distances, people, systems."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from vardskiftet.model.programme import Programme
from vardskiftet.plan.calendar import Calendar, DatedDuty, DatedFreeze, DatedMilestone, WaveCalendar, waves_of_systems
from vardskiftet.plan.clash import Clash, Kind, Severity
from vardskiftet.plan.dates import Span
from vardskiftet.plan.days_off import day_off
from vardskiftet.plan.distances import distances
from vardskiftet.plan.nights import comes_twice, exists

_ORDER = {kind: place for place, kind in enumerate(Kind)}


def clashes(programme: Programme, calendar: Calendar, now: datetime) -> tuple[Clash, ...]:
    """Every clash of the calendar as seen at `now`, in the order of kinds and then by subject."""
    found: list[Clash] = [*distances(calendar), *_duties(calendar), *_systems(programme, calendar)]
    for wave in calendar.waves:
        found += [*_go_live(wave, calendar, ZoneInfo(programme.timezone), now), *_milestones(wave, calendar, now)]
    return tuple(sorted(found, key=lambda one: (_ORDER[one.kind], one.subject)))


def _go_live(wave: WaveCalendar, calendar: Calendar, zone: ZoneInfo, now: datetime) -> Iterator[Clash]:
    yield from _go_live_frozen(wave, calendar)
    at = wave.go_live
    if at is None:
        return
    told = f"{at:%Y-%m-%d %H:%M}"
    if not exists(at, zone):
        hint = "Name a moment before or after; a go-live cannot be at an hour that is not there."
        yield Clash(
            kind=Kind.MISSING_MOMENT,
            severity=Severity.HARD,
            subject=wave.wave,
            state=told,
            message=f"{wave.wave}: {told} does not exist in {zone.key}: the clock is set forward over it.",
            hint=hint,
        )
    elif comes_twice(at, zone):
        which = "second" if at.fold else "first"
        yield Clash(
            kind=Kind.REPEATED_MOMENT,
            severity=Severity.WARNING,
            subject=wave.wave,
            state=told,
            message=f"{wave.wave}: {told} comes twice in {zone.key}; the {which}, {at.isoformat()}, is taken.",
            hint="Write the offset beside the moment, or choose an hour that comes once.",
        )
    if at < now:
        yield _warning(Kind.GO_LIVE_PAST, wave.wave, told, f"{wave.wave}: its go-live {told} has passed.", "Choose a day to come.")
    if wave.day_off:
        message = f"{wave.wave}: its go-live falls on {wave.day_off}."
        yield _warning(Kind.GO_LIVE_DAY_OFF, wave.wave, wave.day_off, message, "Staff the day, or move it to a working day.")
    if wave.night:
        message = f"{wave.wave}: the clock is set in the night of go-live: {wave.night.in_words()}."
        hint = "Say of every time in the runbook which of the two is meant." if wave.night.repeated else "Plan no step in the missing hour."
        yield _warning(Kind.NIGHT, wave.wave, f"{wave.night.hours:g} hours", message, hint)
    cutover = wave.cutover
    if cutover and cutover.crosses:
        window = f"{cutover.begins:%Y-%m-%d %H:%M%z} to {cutover.ends:%H:%M%z}"
        message = f"{wave.wave}: the {cutover.hours} hours of its cutover, {window}, cross the clock change."
        yield _warning(Kind.CUTOVER_CLOCK, wave.wave, window, message, "Measure the window in elapsed time, not by the clock on the wall.")


def _go_live_frozen(wave: WaveCalendar, calendar: Calendar) -> Iterator[Clash]:
    """A freeze that moves with its own wave is never held against it."""
    for freeze in calendar.all_freezes:
        if (freeze.moves and freeze.wave == wave.wave) or not _meet(wave.when, freeze):
            continue
        if freeze.wave and freeze.wave != wave.wave and not freeze.no_go_live:
            continue
        certain = _certainly(wave.when, freeze)
        verb = "falls" if certain else "may fall"
        yield Clash(
            kind=Kind.GO_LIVE_FROZEN,
            severity=Severity.HARD if freeze.no_go_live and certain else Severity.WARNING,
            subject=f"{wave.wave} · {freeze.freeze}",
            state=_days(freeze),
            message=f"{wave.wave}: its go-live {wave.when.in_words()} {verb} into the freeze '{freeze.title}', {_days(freeze)}.",
            hint=f"{freeze.because} Choose a day after {freeze.ends.latest}.",
            certain=certain,
        )


def _milestones(wave: WaveCalendar, calendar: Calendar, now: datetime) -> Iterator[Clash]:
    for one in wave.milestones:
        subject, day = f"{wave.wave} · {one.milestone}", one.when.in_words()
        if one.when.latest < now.date():
            message = f"{wave.wave}: '{one.title}' was due on {day}, before today, {now.date()}."
            yield _warning(Kind.MILESTONE_PAST, subject, day, message, "It is done already, or there is no time left for it.")
        if one.when == wave.when or one.when.latest < now.date():
            continue  # what holds for the go-live itself is told there; what is over clashes with nothing
        if one.when.exact and (off := day_off(one.when.earliest)):
            message = f"{wave.wave}: '{one.title}', {day}, falls on {off}."
            yield _warning(
                Kind.MILESTONE_DAY_OFF, subject, f"{day}, {off}", message, "Nobody is at work then; take the working day before."
            )
        yield from _milestone_frozen(wave, one, calendar)


def _milestone_frozen(wave: WaveCalendar, one: DatedMilestone, calendar: Calendar) -> Iterator[Clash]:
    for freeze in calendar.all_freezes:
        own = freeze.wave in ("", wave.wave) and not freeze.moves
        if own and _meet(one.when, freeze):
            certain = _certainly(one.when, freeze)
            verb = "falls" if certain else "may fall"
            message = f"{wave.wave}: '{one.title}', {one.when.in_words()}, {verb} into the freeze '{freeze.title}', {_days(freeze)}."
            subject = f"{wave.wave} · {one.milestone} · {freeze.freeze}"
            yield _warning(Kind.MILESTONE_FROZEN, subject, one.when.in_words(), message, freeze.because, certain)


def _duties(calendar: Calendar) -> Iterator[Clash]:
    """A person with duties in two waves at once, once per person and pair of waves."""
    for earlier, later in combinations(calendar.waves, 2):
        for person in sorted({duty.person for duty in earlier.duties} & {duty.person for duty in later.duties}):
            pairs = [(a, b) for a in earlier.duties for b in later.duties if a.person == b.person == person and _overlap(a, b)]
            if not pairs:
                continue
            a, b = pairs[0]
            certain = any(_certainly_overlap(*pair) for pair in pairs)
            state = f"{max(a.begins.earliest, b.begins.earliest)} – {min(a.ends.latest, b.ends.latest)}"
            waves = sorted((earlier.wave, later.wave))
            tasks = f"{earlier.wave} ({a.role}) and in {later.wave} ({b.role})"
            message = f"{person} {'is' if certain else 'may be'} needed in {tasks} at once, {state}."
            subject = f"{person} · {waves[0]} · {waves[1]}"
            yield _warning(
                Kind.DOUBLE_BOOKED, subject, state, message, "Name somebody else for one of the two, or move them apart.", certain
            )


def _systems(programme: Programme, calendar: Calendar) -> Iterator[Clash]:
    """Systems that retire before the last wave that uses them."""
    users = waves_of_systems(programme)
    for one in calendar.retirements:
        for wave in users.get(one.system, ()):
            when = calendar.wave(wave).when
            if wave != one.wave and when.latest > one.when.earliest:
                certain = when.earliest > one.when.latest
                verb = "retires" if certain else "may retire"
                message = f"{one.system} {verb} on {one.when.in_words()}, before {wave} leaves it on {when.in_words()}."
                hint = f"Let it retire after {wave}, or move {wave}."
                yield _warning(Kind.SYSTEM_NEEDED, f"{one.system} · {wave}", one.when.in_words(), message, hint, certain)


def _warning(kind: Kind, subject: str, state: str, message: str, hint: str, certain: bool = True) -> Clash:
    return Clash(kind=kind, severity=Severity.WARNING, subject=subject, state=state, message=message, hint=hint, certain=certain)


def _days(freeze: DatedFreeze) -> str:
    return f"{freeze.begins.earliest} – {freeze.ends.latest}"


def _meet(when: Span, freeze: DatedFreeze) -> bool:
    return when.earliest <= freeze.ends.latest and freeze.begins.earliest <= when.latest


def _certainly(when: Span, freeze: DatedFreeze) -> bool:
    return freeze.begins.latest <= when.earliest and when.latest <= freeze.ends.earliest


def _overlap(a: DatedDuty, b: DatedDuty) -> bool:
    return a.begins.earliest <= b.ends.latest and b.begins.earliest <= a.ends.latest


def _certainly_overlap(a: DatedDuty, b: DatedDuty) -> bool:
    return max(a.begins.latest, b.begins.latest) - min(a.ends.earliest, b.ends.earliest) <= timedelta()
