"""What lies around a go-live: which milestones, which freezes, whose duties?"""

from __future__ import annotations

from datetime import date

from vardskiftet.declare import days, scalars
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import found
from vardskiftet.declare.words import quoted
from vardskiftet.model.wave import Duty, Freeze, Milestone, Offset

LONG_PAST = date(1900, 1, 1)
SAMPLES = tuple(date(year, month, day) for year in (2023, 2024) for month in range(1, 13) for day in (1, 15, 28))
"""Go-lives in months of every length, with and without a leap day: a month is 28 to 31 days."""


def read_milestones(form: Form) -> tuple[Milestone, ...]:
    """The milestones of a wave, in the order of the file; each has a distance or a fixed day, and a name of its own."""
    milestones = []
    for entry in form.forms("milestones", needs=("milestone", "title"), may=("at", "on", "owner")):
        if "at" in entry and "on" in entry:
            entry.faults.at(entry.at("on"), "has a distance and a fixed day.", "Keep `at:` or `on:`.")
        elif "at" not in entry and "on" not in entry:
            entry.faults.at(entry.node, "has no time.", "Add `at: T-90d`, or `on: 2024-10-01`.")
        milestones.append(
            Milestone(
                milestone=entry.text("milestone", scalars.milestone),
                title=entry.text("title"),
                offset=entry.scalar("at", days.offset, None),
                on=entry.scalar("on", days.day, None),
                owner=entry.text("owner"),
            )
        )
    _once(form, "milestones", "milestone", [one.milestone for one in milestones])
    return tuple(milestones)


def read_freezes(form: Form, of_programme: bool) -> tuple[Freeze, ...]:
    """The freezes of a wave, or of the programme: those lie on fixed days, and may forbid every go-live."""
    freezes = []
    read_end = days.day if of_programme else days.day_or_offset
    for entry in form.forms("freezes", ("freeze", "title", "from", "to", "because"), ("no_go_live",) if of_programme else ()):
        begins, ends = entry.scalar("from", read_end, None), entry.scalar("to", read_end, None)
        if begins is not None and ends is not None:
            _check_ends(entry, begins, ends)
        freezes.append(
            Freeze(
                freeze=entry.text("freeze", scalars.slug),
                title=entry.text("title"),
                because=entry.text("because"),
                begins=LONG_PAST if begins is None or ends is None else begins,
                ends=LONG_PAST if begins is None or ends is None else ends,
                no_go_live=entry.boolean("no_go_live"),
            )
        )
    _once(form, "freezes", "freeze", [one.freeze for one in freezes])
    return tuple(freezes)


def read_duties(form: Form) -> tuple[Duty, ...]:
    """Who works for the wave, and from when to when."""
    duties = []
    for entry in form.forms("duties", needs=("person", "role", "from", "to")):
        begins, ends = entry.scalar("from", days.offset, None), entry.scalar("to", days.offset, None)
        if begins is not None and ends is not None:
            _check_ends(entry, begins, ends)
        duties.append(
            Duty(
                person=entry.text("person", scalars.user),
                role=entry.text("role"),
                begins=begins or Offset(),
                ends=ends or Offset(),
            )
        )
    _once(form, "duties", "role", [f"{one.person} as {one.role}" if one.person and one.role else "" for one in duties])
    return tuple(duties)


def surely_after(one: Offset, other: Offset) -> bool:
    """Whether one distance lies after the other, whatever the day of go-live."""
    return all(one.after(day) > other.after(day) for day in SAMPLES)


def _check_ends(entry: Form, begins: date | Offset, ends: date | Offset) -> None:
    message = ""
    if isinstance(begins, Offset) and isinstance(ends, Offset):
        message = "ends before it begins." if surely_after(begins, ends) else ""
    elif isinstance(begins, date) and isinstance(ends, date):
        message = "ends before it begins." if begins > ends else ""
    else:
        message = "begins and ends in different ways."
    if message:
        entry.faults.at(entry.at("to"), message, "Write two days, or two distances, the earlier one first.")


def _once(form: Form, key: str, name: str, names: list[str]) -> None:
    """Each name stands once in a list of forms; unreadable ones are empty and pass."""
    for place, node in enumerate(form.items(key)):
        if names[place] and names[place] in names[:place]:
            form.faults.at(found(node, name), f"{quoted(names[place])} stands twice.", "Keep one of them.")
