"""What is handed in about people: training, proficiency, access, superusers, and what they say themselves?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vardskiftet.demo.evidence_files import Sheet
from vardskiftet.demo.evidence_units import Asked
from vardskiftet.model.wave import Scope

ROLES = {
    Scope.HOSPITAL: (
        ("physician", "day", "ja", 180),
        ("nurse", "day", "nej", 420),
        ("nurse", "night", "nej", 160),
        ("midwife", "night", "ja", 24),
    ),
    Scope.PRIMARY_CARE: (("physician", "day", "nej", 9), ("nurse", "day", "nej", 24)),
    Scope.LABORATORY: (("analyst", "day", "nej", 60), ("analyst", "night", "nej", 12)),
}
BEHIND = {"narhalsan-kinna": (14, 16, 16, 17, 24), "narhalsan-svenljunga": (15, 18, 20, 21, 24)}
"""Units whose nurses are behind: how many of 24 were trained, delivery by delivery."""
QUIET = "narhalsan-heimdal"
"""A unit from which so few answered that nothing may be shown."""
DOUBTFUL = "narhalsan-skene"


def training(units: Asked, week: int, at: datetime) -> Sheet:
    """The training register as it was that week."""
    rows = []
    for unit, scope in units.care:
        for role, shift, critical, rostered in ROLES[scope]:
            late = max(0, 3 - week) * (rostered // 30)
            done = BEHIND[unit.unit][week] if unit.unit in BEHIND and role == "nurse" else rostered - late
            rows.append((unit.title, role, shift, critical, rostered, done, f"{at:%Y-%m-%d %H:%M}"))
    headings = ("Enhet", "Roll", "Skift", "Kritisk roll", "Schemalagda", "Genomförd", "Uttag")
    return Sheet("training.csv", headings, tuple(rows), swedish=True)


def survey(units: Asked, *, mended: bool) -> Sheet:
    """The anonymous survey: one unit doubts, and from one nearly nobody answered."""
    rows = []
    for place, (unit, _) in enumerate(units.care):
        answers = 4 if unit.unit == QUIET and not mended else 20 + place
        ready = 12 + place // 2 if unit.unit == DOUBTFUL and not mended else answers - 3 if answers > 5 else 3
        rows.append((unit.unit, answers, ready))
    return Sheet("readiness_survey.csv", ("unit", "answers", "ready"), tuple(rows))


def once(units: Asked) -> Iterable[Sheet]:
    """What is handed in once, on the day on which everything is."""
    attempts, logins, superusers = [], [], []
    for place, (unit, scope) in enumerate(units.care):
        for role, shift, _, rostered in ROLES[scope]:
            superusers.append((unit.unit, f"{shift} {role}", rostered, -(-rostered // 9)))
            if shift == "day":
                logins.append((unit.unit, role, rostered, rostered))
        for number in range(30):
            score = "72 %" if number == 29 and place % 2 == 0 else f"{82 + number % 17} %"
            attempts.append((f"A-{place + 1:02d}-{number + 1:02d}", unit.unit, ROLES[scope][0][0], score))
    yield Sheet("proficiency.csv", ("attempt", "unit", "role", "score"), tuple(attempts), swedish=True)
    yield Sheet("logins.csv", ("unit", "role", "rostered", "right_role"), tuple(logins))
    yield Sheet("superusers.csv", ("unit", "shift", "users", "superusers"), tuple(superusers))
    groups = ("physicians", "nurses", "midwives", "analysts", "secretaries")
    yield Sheet("material.csv", ("group", "reviewed", "swedish", "live_build"), tuple((name, "yes", "yes", "yes") for name in groups))
