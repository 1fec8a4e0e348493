"""Who goes live in this wave, when, and what may be lost on the way?"""

from __future__ import annotations

from vardskiftet.declare import days, scalars
from vardskiftet.declare.around import LONG_PAST, read_duties, read_freezes, read_milestones
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Items, Text
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.words import quoted
from vardskiftet.model.wave import Budgets, Membership, Move, Precision, Scope, Wave

NEEDS = ("wave", "title", "go_live", "units")
MAY = ("precision", "after", "tolerance", "budgets", "distance_days", "cutover_hours", "runbook", "milestones", "freezes", "duties")


def read_wave(file: File, reading: Reading) -> Declared[Wave] | None:
    """The wave of a file; None if the file cannot be read."""
    root = reading.sheet(file, file.stem)
    if root is None:
        return None
    form = Form(root, reading.faults, NEEDS, MAY)
    form.same("wave", file.stem, f"the file {file.stem}.yaml")
    precision = form.scalar("precision", scalars.choice(Precision), Precision.MOMENT)
    by_season = precision is Precision.SEASON
    if not by_season and _is_season(form):
        reading.faults.at(form.at("go_live"), "is a season.", "Add `precision: season`, or write a moment.")
        by_season = True
    entries = form.forms("units", needs=("unit", "scope"), may=("moved",))
    if isinstance(form.at("units"), Items) and not entries:
        reading.faults.at(form.at("units"), "names no unit.", "A wave has at least one unit.")
    wave = Wave(
        wave=file.stem,
        title=form.text("title"),
        go_live=None if by_season else form.scalar("go_live", days.moment_by(scalars.moment(reading.zone)), None),
        season=form.text("go_live", days.season) if by_season else "",
        precision=precision,
        after=form.texts("after", scalars.slug),
        units=tuple(_membership(entry) for entry in entries),
        budgets=_budgets(form),
        distance_days=form.scalar("distance_days", scalars.count, 0),
        cutover_hours=form.scalar("cutover_hours", days.cutover_hours, Wave.model_fields["cutover_hours"].default),
        runbook=form.text("runbook", scalars.slug),
        milestones=read_milestones(form),
        freezes=read_freezes(form, of_programme=False),
        duties=read_duties(form),
        tolerance=form.scalar("tolerance", scalars.share, 0.1),
    )
    return Declared(wave, root)


def _is_season(form: Form) -> bool:
    node = form.at("go_live")
    return isinstance(node, Text) and scalars.SEASON.fullmatch(node.text) is not None


def _membership(form: Form) -> Membership:
    moves = form.forms("moved", needs=("from", "decision", "date", "because"))
    return Membership(
        unit=form.text("unit", scalars.slug),
        scope=form.scalar("scope", scalars.choice(Scope), Scope.BASE),
        moved=tuple(_move(move) for move in moves),
    )


def _move(form: Form) -> Move:
    return Move(
        origin=form.text("from", scalars.slug),
        decision=form.text("decision"),
        date=form.scalar("date", days.day, LONG_PAST),
        because=form.text("because"),
    )


def _budgets(form: Form) -> Budgets:
    budgets = form.form("budgets", needs=(), may=("no_unit", "rejected"))
    if budgets is None:
        return Budgets()
    reasons = budgets.entries("rejected")
    allowed = Form(budgets.at("rejected"), form.faults, may=tuple(reasons)) if reasons else None
    for reason, node in reasons.items():
        if not scalars.REASON.fullmatch(reason):
            form.faults.at(node, f"{quoted(reason)} is not a reason.", "Write A-Z, 0-9 and _, such as FUTURE_DATE.")
    return Budgets(
        no_unit=budgets.scalar("no_unit", scalars.count, 0),
        rejected={reason: allowed.scalar(reason, scalars.count, 0) for reason in reasons} if allowed else {},
    )
