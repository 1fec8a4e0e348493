"""When is everything? Every date of the programme resolved, as an exact day or as earliest and latest."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from vardskiftet.model.frozen import Frozen
from vardskiftet.model.programme import Programme
from vardskiftet.model.wave import Freeze, Offset, Wave
from vardskiftet.plan.dates import Span, go_live_at, go_live_span, on
from vardskiftet.plan.days_off import day_off
from vardskiftet.plan.nights import ClockChange, clock_change, crossed, elapsed_before


class DatedMilestone(Frozen):
    """A milestone with its day."""

    milestone: str
    title: str
    owner: str
    when: Span
    fixed: bool
    """Whether it stands on a day of its own and does not move with go-live."""


class DatedFreeze(Frozen):
    """A freeze with its days, both ends included."""

    freeze: str
    title: str
    because: str
    wave: str
    """The wave that declares it; empty for one of the whole programme."""
    begins: Span
    ends: Span
    no_go_live: bool
    moves: bool
    """Whether it is declared by distance and so moves with its wave."""


class DatedDuty(Frozen):
    """A person's work for a wave with its days, both ends included."""

    wave: str
    person: str
    role: str
    begins: Span
    ends: Span


class Cutover(Frozen):
    """The hours before go-live, in elapsed time: a window over a clock change is longer or shorter than the clock on the wall says."""

    begins: datetime
    ends: datetime
    hours: int
    crosses: ClockChange | None


class WaveCalendar(Frozen):
    """A wave with all its dates."""

    wave: str
    title: str
    after: tuple[str, ...]
    distance_days: int
    season: str
    go_live: datetime | None
    """Aware, in the programme's zone; None while only the season is known."""
    when: Span
    """The day of go-live, or the days of its season."""
    milestones: tuple[DatedMilestone, ...]
    freezes: tuple[DatedFreeze, ...]
    duties: tuple[DatedDuty, ...]
    cutover: Cutover | None
    night: ClockChange | None
    """The clock change of the go-live's calendar day."""
    day_off: str
    """Why nobody is at work on the day of go-live; empty for a working day, or while only the season is known."""


class DatedRetirement(Frozen):
    """A system with the day on which it is no longer needed."""

    system: str
    wave: str
    days: int
    shared: bool
    """Whether units of more than one wave use it."""
    when: Span


class Calendar(Frozen):
    """The whole programme by date."""

    waves: tuple[WaveCalendar, ...]
    """By their earliest go-live, then by name."""
    freezes: tuple[DatedFreeze, ...]
    """Of the whole programme."""
    retirements: tuple[DatedRetirement, ...]

    def wave(self, name: str) -> WaveCalendar:
        """The wave of that name; KeyError if there is none."""
        return {wave.wave: wave for wave in self.waves}[name]

    @property
    def all_freezes(self) -> tuple[DatedFreeze, ...]:
        """Freezes of the programme and of its waves, by their first day."""
        every = (*self.freezes, *(freeze for wave in self.waves for freeze in wave.freezes))
        return tuple(sorted(every, key=lambda one: (one.begins.earliest, one.wave, one.freeze)))


def calendar(programme: Programme) -> Calendar:
    """Every date of the programme."""
    waves = sorted((_wave(programme, wave) for wave in programme.waves), key=lambda one: (one.when.earliest, one.when.latest, one.wave))
    freezes = tuple(_freeze(one, None) for one in programme.freezes)
    return Calendar(
        waves=tuple(waves),
        freezes=tuple(sorted(freezes, key=lambda one: (one.begins.earliest, one.freeze))),
        retirements=_retirements(programme),
    )


def _wave(programme: Programme, wave: Wave) -> WaveCalendar:
    zone = ZoneInfo(programme.timezone)
    at, when = go_live_at(programme, wave), go_live_span(programme, wave)
    milestones = (
        DatedMilestone(
            milestone=one.milestone,
            title=one.title,
            owner=one.owner,
            when=on(one.on) if one.on else when.later(one.offset or Offset()),
            fixed=one.on is not None,
        )
        for one in wave.milestones
    )
    freezes = (_freeze(one, wave, when) for one in wave.freezes)
    duties = (
        DatedDuty(wave=wave.wave, person=one.person, role=one.role, begins=when.later(one.begins), ends=when.later(one.ends))
        for one in wave.duties
    )
    return WaveCalendar(
        wave=wave.wave,
        title=wave.title,
        after=wave.after,
        distance_days=wave.distance_days,
        season=wave.season,
        go_live=at,
        when=when,
        milestones=tuple(sorted(milestones, key=lambda one: (one.when.earliest, one.when.latest, one.milestone))),
        freezes=tuple(sorted(freezes, key=lambda one: (one.begins.earliest, one.freeze))),
        duties=tuple(sorted(duties, key=lambda one: (one.begins.earliest, one.person, one.role))),
        cutover=_cutover(at, wave.cutover_hours, zone) if at else None,
        night=clock_change(at.date(), zone) if at else None,
        day_off=day_off(at.date()) if at else "",
    )


def _freeze(freeze: Freeze, wave: Wave | None, go_live: Span | None = None) -> DatedFreeze:
    def day(end: date | Offset) -> Span:
        if not isinstance(end, Offset):
            return on(end)
        if go_live is None:
            raise ValueError(f"{freeze.freeze}: a freeze of the whole programme has no go-live to lie at a distance from")
        return go_live.later(end)

    return DatedFreeze(
        freeze=freeze.freeze,
        title=freeze.title,
        because=freeze.because,
        wave=wave.wave if wave else "",
        begins=day(freeze.begins),
        ends=day(freeze.ends),
        no_go_live=freeze.no_go_live,
        moves=isinstance(freeze.begins, Offset) or isinstance(freeze.ends, Offset),
    )


def _cutover(go_live: datetime, hours: int, zone: ZoneInfo) -> Cutover:
    begins = elapsed_before(go_live, hours)
    return Cutover(begins=begins, ends=go_live, hours=hours, crosses=crossed(begins, go_live, zone))


def _retirements(programme: Programme) -> tuple[DatedRetirement, ...]:
    spans = {wave.wave: go_live_span(programme, wave) for wave in programme.waves}
    users = waves_of_systems(programme)
    return tuple(
        DatedRetirement(
            system=system.system,
            wave=system.retires.wave,
            days=system.retires.days,
            shared=len(users.get(system.system, ())) > 1,
            when=spans[system.retires.wave].later(Offset(days=system.retires.days)),
        )
        for system in sorted(programme.systems, key=lambda one: one.system)
        if system.retires is not None
    )


def waves_of_systems(programme: Programme) -> dict[str, tuple[str, ...]]:
    """System to the waves whose units use it, in the programme's order."""
    found: dict[str, tuple[str, ...]] = {}
    units = {unit.unit: unit for unit in programme.units}
    for wave in programme.waves:
        for system in sorted({system for member in wave.units if member.unit in units for system in units[member.unit].systems}):
            found[system] = (*found.get(system, ()), wave.wave)
    return found
