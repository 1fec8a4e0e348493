"""Whose record is this? Marks in the target itself: a URL that points at another programme's, or at real persons', is found out."""

from __future__ import annotations

import sqlalchemy as sa

from vardskiftet.engine.targets.tables import LAYOUT
from vardskiftet.model.programme import Programme

Marks = dict[str, str]

RECORD, REHEARSAL = "record", "rehearsal"


def marks_of(programme: Programme, use: str) -> Marks:
    """What a target of this programme says of itself; `use` is RECORD or REHEARSAL."""
    return {"programme": programme.programme, "persons": "invented" if programme.synthetic else "real", "use": use}


def demand_rehearsal(marks: Marks) -> None:
    """Raise RuntimeError for anything but a rehearsal's target: the record itself is never thrown away."""
    if marks["use"] != REHEARSAL:
        raise RuntimeError("only a rehearsal's record may be thrown away")


def mark(connection: sa.Connection, marks: Marks) -> None:
    """Write the marks, and last the one that says that the target is complete."""
    known = set(connection.scalars(sa.text("select name from vs_meta")))
    for name, value in {**marks, "layout": LAYOUT}.items():
        if name not in known:
            connection.execute(sa.text("insert into vs_meta values (:name, :value)"), {"name": name, "value": value})


def known_marks(engine: sa.Engine) -> Marks:
    """The marks that a target has; without `layout`, its creation was not finished."""
    with engine.connect() as connection:
        return {str(name): str(value) for name, value in connection.execute(sa.text("select name, value from vs_meta"))}


def strange_marks(known: Marks, marks: Marks) -> list[str]:
    """What a target says of itself that is not so for this programme."""
    found = []
    if known.get("layout", LAYOUT) != LAYOUT:
        found.append(f"its books are of layout {known['layout']}, and this tool knows {LAYOUT}")
    if (other := known.get("programme", marks["programme"])) != marks["programme"]:
        found.append(f"it is marked as the record of programme '{other}', and this is '{marks['programme']}'")
    if (other := known.get("persons", marks["persons"])) != marks["persons"]:
        found.append(f"it is marked as holding {other} persons, and this programme's are {marks['persons']}")
    if (other := known.get("use", marks["use"])) != marks["use"]:
        found.append(f"it is marked as a {other}, and a {marks['use']} is wanted here")
    return found
