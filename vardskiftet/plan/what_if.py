"""What follows if a wave's date moves? The programme before and after, compared; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from difflib import unified_diff
from zoneinfo import ZoneInfo

from vardskiftet.model.frozen import Frozen
from vardskiftet.model.programme import Programme
from vardskiftet.model.wave import Precision
from vardskiftet.plan.almanac import almanac
from vardskiftet.plan.calendar import Calendar, calendar
from vardskiftet.plan.clash import Clash, Kind, Severity
from vardskiftet.plan.clashes import clashes
from vardskiftet.plan.coexistence import Extent, coexistence, unit_days
from vardskiftet.plan.days_off import weekday

SEASON_HOUR = time(4)
"""When a wave goes live whose hour is not known yet: the first wave's hour."""

_GRAVITY = {severity: place for place, severity in enumerate(Severity)}
_ORDER = {kind: place for place, kind in enumerate(Kind)}


class Consequence(Frozen):
    """One thing that follows: how it stands before and after; empty where there was or is nothing."""

    kind: Kind
    severity: Severity
    subject: str
    before: str
    after: str
    message: str
    hint: str = ""


class WhatIf(Frozen):
    """A wave's date moved, and all that follows."""

    wave: str
    go_live: str
    """As it is declared: a moment with its offset, or a season."""
    to: datetime
    consequences: tuple[Consequence, ...]
    """The gravest first, then by kind and subject."""
    remains: tuple[Clash, ...]
    """Clashes that are there either way."""
    diff: tuple[str, ...]
    """The calendar before and after: lines that go begin with -, lines that come with +."""

    @property
    def hard(self) -> tuple[Consequence, ...]:
        """Consequences that must not be."""
        return tuple(one for one in self.consequences if one.severity is Severity.HARD)


def what_if(programme: Programme, wave: str, to: date | datetime, now: datetime) -> WhatIf:
    """Every consequence of moving a wave's go-live, seen at `now`. Raises KeyError if the programme has no such wave.

    A day keeps the local hour of the present go-live, 04:00 where only a season was known.
    """
    other = moved(programme, wave, to)
    old, new = calendar(programme), calendar(other)
    was, will = clashes(programme, old, now), clashes(other, new, now)
    told = [
        *_moves(old, new, wave),
        *_retirements(old, new),
        *_coexistence(unit_days(coexistence(programme, old)), unit_days(coexistence(other, new))),
        *_changed(was, will),
    ]
    before = old.wave(wave)
    return WhatIf(
        wave=wave,
        go_live=before.go_live.isoformat() if before.go_live else before.season,
        to=_go_live(new, wave),
        consequences=tuple(sorted(told, key=lambda one: (_GRAVITY[one.severity], _ORDER[one.kind], one.subject))),
        remains=tuple(one for one in will if one in was),
        diff=_diff(almanac(programme, old), almanac(other, new)),
    )


def moved(programme: Programme, wave: str, to: date | datetime) -> Programme:
    """The programme with one wave's go-live elsewhere: a value of its own. Raises KeyError if there is no such wave."""
    zone = ZoneInfo(programme.timezone)
    present = programme.wave(wave)
    held = present.go_live.tzinfo if present.go_live else zone
    if isinstance(to, datetime):
        at = to if to.tzinfo is None else to.astimezone(zone)
    else:
        at = datetime.combine(to, present.go_live.time() if present.go_live else SEASON_HOUR)
    there = present.model_copy(update={"go_live": at.replace(tzinfo=held), "season": "", "precision": Precision.MOMENT})
    return programme.model_copy(update={"waves": tuple(there if one.wave == wave else one for one in programme.waves)})


def _diff(before: list[str], after: list[str]) -> tuple[str, ...]:
    lines = unified_diff(before, after, "as declared", "what if", n=0, lineterm="")
    return tuple(line for line in lines if not line.startswith("@@"))


def _go_live(calendar: Calendar, wave: str) -> datetime:
    at = calendar.wave(wave).go_live
    if at is None:
        raise ValueError(f"{wave} has no moment")
    return at


def _moves(old: Calendar, new: Calendar, wave: str) -> Iterator[Consequence]:
    """Dates of the wave itself that follow its go-live."""
    was, will = old.wave(wave), new.wave(wave)
    before = f"{was.go_live:%Y-%m-%d %H:%M}" if was.go_live else was.season
    after = f"{will.go_live:%Y-%m-%d %H:%M}"
    if was.go_live != will.go_live:
        season = "" if was.go_live else f", which was a season ({was.when.in_words()}),"
        days = (will.when.earliest - was.when.earliest).days
        far = f"{abs(days)} days {'later' if days > 0 else 'earlier'}" if was.when.exact and days else ""
        message = f"{wave}: go-live{season} moves to {weekday(will.when.earliest)} {after}{f', {far}' if far else ''}."
        yield _note(Kind.GO_LIVE, wave, before, after, message)
    milestones = {one.milestone: one for one in will.milestones}
    for a in was.milestones:
        b = milestones[a.milestone]
        if a.when != b.when:
            message = f"{wave}: '{a.title}' moves from {a.when.in_words()} to {b.when.in_words()}."
            yield _note(Kind.MILESTONE, f"{wave} · {a.milestone}", a.when.in_words(), b.when.in_words(), message)
    freezes = {one.freeze: one for one in will.freezes}
    for one in was.freezes:
        there = freezes[one.freeze]
        if (one.begins, one.ends) != (there.begins, there.ends):
            days_before, days_after = (f"{f.begins.earliest} – {f.ends.latest}" for f in (one, there))
            message = f"{wave}: the freeze '{one.title}' moves from {days_before} to {days_after}."
            yield _note(Kind.FREEZE, f"{wave} · {one.freeze}", days_before, days_after, message)


def _retirements(old: Calendar, new: Calendar) -> Iterator[Consequence]:
    for was, will in zip(old.retirements, new.retirements, strict=True):
        if was.when == will.when:
            continue
        slips = will.when.latest > was.when.latest
        what = "shared system" if was.shared else "system"
        how = "is needed longer" if slips else "can retire earlier"
        message = f"The {what} {was.system} {how}: {was.when.in_words()} becomes {will.when.in_words()}."
        yield Consequence(
            kind=Kind.RETIREMENT,
            severity=Severity.WARNING if slips else Severity.NOTE,
            subject=was.system,
            before=was.when.in_words(),
            after=will.when.in_words(),
            message=message,
            hint="Licences, support and staff must last as long." if slips else "",
        )


def _coexistence(was: dict[str, Extent], will: dict[str, Extent]) -> Iterator[Consequence]:
    none = Extent(least=0, most=0)
    for flow in sorted({*was, *will}):
        a, b = was.get(flow, none), will.get(flow, none)
        if a == b:
            continue
        more = (b.least, b.most) > (a.least, a.most) if b.most == a.most else b.most > a.most
        message = f"Coexistence in '{flow}' {'grows' if more else 'shrinks'} from {a.in_words()} to {b.in_words()} unit-days."
        yield Consequence(
            kind=Kind.COEXISTENCE,
            severity=Severity.WARNING if more else Severity.NOTE,
            subject=flow,
            before=a.in_words(),
            after=b.in_words(),
            message=message,
            hint="Its temporary routine must hold for longer." if more else "",
        )


def _changed(was: tuple[Clash, ...], will: tuple[Clash, ...]) -> Iterator[Consequence]:
    """Clashes that are new, that are different, and that are gone."""
    before, after = ({(one.kind, one.subject): one for one in found} for found in (was, will))
    for key, one in after.items():
        known = before.get(key)
        if known and one.kind is Kind.MILESTONE_PAST:
            continue  # what was over before is over still; most of it is done
        if known != one:
            yield Consequence(
                kind=one.kind,
                severity=one.severity,
                subject=one.subject,
                before=known.state if known else "",
                after=one.state,
                message=one.message,
                hint=one.hint,
            )
    for key, one in before.items():
        if key not in after and one.kind is not Kind.MILESTONE_PAST:  # that it is due again, its new date says
            yield Consequence(
                kind=one.kind,
                severity=Severity.RELIEF,
                subject=one.subject,
                before=one.state,
                after="",
                message=f"No longer so: {one.message}",
            )


def _note(kind: Kind, subject: str, before: str, after: str, message: str) -> Consequence:
    return Consequence(kind=kind, severity=Severity.NOTE, subject=subject, before=before, after=after, message=message)
