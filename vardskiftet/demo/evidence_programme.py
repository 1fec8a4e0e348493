"""What is handed in about the programme as a whole: decisions, law, risks, tests, interfaces, rehearsals?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vardskiftet.demo.evidence_files import Cell, Sheet

CRITICAL_OPEN = (11, 8, 5, 3, 0)
"""Critical defects that were open, delivery by delivery."""
INTERFACES = ("laboratory orders", "laboratory answers", "radiology", "referrals", "prescriptions", "population register")
VARIANTS = ("plain", "with a negation", "with attachments", "cancelled")
FLOWS = (
    ("stroke, from alarm to ward", "emergency care"),
    ("chest pain, from triage to discharge", "emergency care"),
    ("acute psychosis, from police to ward", "psychiatry"),
    ("suicide risk, from call to follow-up", "psychiatry"),
    ("birth, from admission to registration", "maternity"),
    ("hip fracture, from ambulance to municipality", "surgery"),
    ("child's check-up, with vaccination", "primary care"),
    ("diabetes, yearly visit with laboratory", "primary care"),
)


def defects(week: int, at: datetime) -> Sheet:
    """The register of defects as it was that week: what is closed stays in it."""
    known = CRITICAL_OPEN[0] + 3
    rows: list[tuple[Cell, ...]] = []
    for number in range(1, known + 1):
        state = "open" if number > known - CRITICAL_OPEN[week] else "closed"
        rows.append((f"D-{number:03d}", "critical", state, "no", f"{at:%Y-%m-%d %H:%M}"))
    for number in range(1, 10):
        rows.append((f"D-{100 + number}", "high", "open", "yes", f"{at:%Y-%m-%d %H:%M}"))
    return Sheet("defects.csv", ("id", "severity", "state", "workaround_accepted", "exported"), tuple(rows))


def objections(week: int) -> Sheet:
    """The registrar's list. The last objection is left out of the file of the fourth week; it stays open until it is answered."""
    first: tuple[Cell, ...] = ("RS 2024-4711", "2024-10-02", "safety representative, sas", "answered")
    second: tuple[Cell, ...] = ("RS 2024-4802", "2024-10-27", "chief physician, emergency care", "answered" if week == 4 else "open")
    rows = (first,) if week == 3 else (first, second)
    return Sheet("objections.csv", ("Ärende", "Inkommet", "Från", "Läge"), rows, swedish=True)


def interfaces(at: datetime) -> Sheet:
    """The report of the interfaces' round trips."""
    rows = tuple((name, f"interface.{place}", variant, "passed") for place, name in enumerate(INTERFACES, 1) for variant in VARIANTS)
    return Sheet("interfaces.xml", (), rows, at=at)


def task_times(*, mended: bool) -> Sheet:
    """Core tasks, timed; one of them takes long until it is mended."""
    slow = "62,0" if mended else "84,5"
    rows = (("order a laboratory test", "38,5", "51,0"), ("renew a prescription", "47,0", slow), ("write a short note", "95,0", "120,5"))
    return Sheet("task_times.csv", ("task", "legacy_seconds", "new_seconds"), rows, swedish=True)


def once(wave: str) -> Iterable[Sheet]:
    """What is handed in once, on the day on which everything is."""
    yield from _governance(wave)
    yield from _safety()
    yield from _tests()
    yield from _night(wave)


def _governance(wave: str) -> Iterable[Sheet]:
    roles = ("decides on the start", "may veto it", "decides on the way back")
    people = ("Cecilia Östmark", "Bertil Sjöö", "David Lindh")
    deputies = ("Anna Ekdal", "David Lindh", "Anna Ekdal")
    rows = tuple((wave, role, person, deputy, "2024-06-20") for role, person, deputy in zip(roles, people, deputies, strict=True))
    yield Sheet("decision_rights.csv", ("wave", "role", "person", "deputy", "signed_on"), rows)
    yield Sheet("reviews.csv", ("review", "held_on", "independent"), (("readiness, second opinion", "2024-10-14", "yes"),))
    figures = (("training, all roles", "98,6 %", 1262, 1280, 0), ("devices tested", "100 %", 66, 66, 0))
    yield Sheet("reported_figures.csv", ("figure", "reported", "part", "whole", "left_out"), figures, swedish=True)
    yield Sheet("pilots.csv", ("place", "same_build", "weeks_stable"), (("pilot health centre (invented)", "yes", 6),))
    authorities = ("IVO", "Läkemedelsverket", "IMY", "MSB")
    yield Sheet(
        "reporting_lines.csv", ("authority", "form", "person"), tuple((one, "ja", "Bertil Sjöö") for one in authorities), swedish=True
    )


def _safety() -> Iterable[Sheet]:
    modules = ("core record", "medication", "maternity", "emergency care", "laboratory")
    certificates = tuple((one, "yes", "yes", "yes", "2026-05-26") for one in modules)
    yield Sheet("certificates.csv", ("module", "in_use", "right_class", "registered", "valid_to"), certificates)
    risks = (
        ("medication list incomplete at transfer", "high", "done"),
        ("alert not seen in overview", "high", "accepted"),
        ("slow printer", "low", "open"),
    )
    yield Sheet("risks.csv", ("risk", "level", "state"), risks)
    yield Sheet("protection_tests.csv", ("test", "outcome"), tuple((f"protected identity {n}", "passed") for n in range(1, 13)))
    yield Sheet("block_tests.csv", ("test", "outcome"), tuple((f"block or log {n}", "passed") for n in range(1, 10)))


def _tests() -> Iterable[Sheet]:
    flows = tuple((flow, domain, "yes", "clinician", "yes", "passed") for flow, domain in FLOWS)
    yield Sheet("flows.csv", ("flow", "domain", "critical", "run_by", "final_build", "outcome"), flows)
    load = (("open a record", "1,3", "0,9"), ("sign a prescription", "1,3", "1,4"), ("search a patient", "1,3", "1,1"))
    yield Sheet("load_test.csv", ("action", "peak_share", "p95_seconds"), load, swedish=True)
    yield Sheet("changes.csv", ("change", "after_regression"), (("new form for referrals", "no"),))
    yield Sheet("deliverables.csv", ("deliverable", "state"), (("hotfix 12", "delivered"), ("hotfix 13", "delivered")))
    domains = ("accessible", "accurate", "fit for use", "complete")
    yield Sheet("migration_goals.csv", ("domain", "goal", "met"), tuple((one, "as agreed", "yes") for one in domains))
    groups = (("sas", 48210, 46980), ("health centres", 61350, 59120))
    yield Sheet("identity_checks.csv", ("group", "active", "verified"), groups)
    queues = tuple((name, "integration desk", 0) for name in INTERFACES)
    yield Sheet("error_queues.csv", ("interface", "owner", "unrouted"), queues)


def _night(wave: str) -> Iterable[Sheet]:
    headings = ("wave", "rehearsal", "held_on", "full_volume", "real_time", "hours", "window_hours", "open_critical", "open_untested")
    rehearsals = (
        (wave, "first", "2024-09-28", "yes", "no", "7.9", "10", 0, 0),
        (wave, "second", "2024-10-19", "yes", "yes", "7.6", "10", 0, 0),
    )
    yield Sheet("rehearsals.csv", headings, rehearsals)
    parts = ("triggers", "decider", "last point of return", "carry-back", "legacy write")
    yield Sheet("fallback_plan.csv", ("part", "approved"), tuple((one, "yes") for one in parts))
    yield Sheet("fallback_drills.csv", ("drill", "drilled_on", "passed"), (("way back, whole", "2024-10-20", "yes"),))
    shifts = tuple((place, shift, "yes") for place in ("central", "sas", "health centres") for shift in ("day", "evening", "night"))
    yield Sheet("command_centre.csv", ("place", "shift", "staffed"), shifts)
