"""Which checks does a file of a topic declare?"""

from __future__ import annotations

from datetime import timedelta

from vardskiftet.declare import bounds, days, scalars
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.measure import read_measure
from vardskiftet.declare.node import Broken, Text
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.model.check import AppliesTo, Check, Per, Topic, Waivable
from vardskiftet.model.outcome import Severity
from vardskiftet.model.threshold import UPWARD, Bound, Threshold
from vardskiftet.model.unit import UnitKind
from vardskiftet.model.wave import Scope

NEEDS = ("check", "title", "question", "why", "per", "measure", "threshold", "severity", "gate", "owner", "remedy")
IN_SWEDISH = ("title_sv", "question_sv", "remedy_sv")
MAY = (*IN_SWEDISH, "source", "applies_to", "threshold_from", "target", "max_age", "deputy", "waivable", "shadow", "was")
UNSAID = timedelta(0)
"""No age of its own: the evidence's is taken."""
NEVER = Threshold(passes=Bound(sign="<", number="0"))


def read_topic(file: File, reading: Reading) -> tuple[Topic, list[Declared[Check]]] | None:
    """A topic and its checks; None if the file cannot be read."""
    root = reading.whole_sheet(file, file.stem)
    if root is None:
        return None
    form = Form(root, reading.faults, needs=("topic", "title", "checks"), may=("title_sv",))
    form.same("topic", file.stem, f"the file {file.stem}.yaml")
    topic = Topic(topic=file.stem, title=form.text("title"), title_sv=form.text("title_sv"))
    entries = form.forms("checks", NEEDS, MAY)
    if not entries and "checks" in form:
        reading.faults.at(form.at("checks"), "names no check.")
    return topic, [Declared(_check(entry, file.stem, reading), entry.node) for entry in entries]


def _check(form: Form, topic: str, reading: Reading) -> Check:
    return Check(
        check=form.text("check", bounds.check_name),
        topic=topic,
        title=form.text("title"),
        title_sv=form.text("title_sv"),
        question=form.text("question"),
        question_sv=form.text("question_sv"),
        why=form.text("why"),
        source=form.text("source"),
        per=form.scalar("per", scalars.choice(Per), Per.PROGRAMME),
        applies_to=_applies_to(form),
        measure=read_measure(form, reading),
        threshold=_threshold(form, reading),
        threshold_from=form.text("threshold_from") or Check.model_fields["threshold_from"].default,
        severity=form.scalar("severity", scalars.choice(Severity), Severity.HARD),
        gate=form.text("gate", scalars.milestone),
        target=form.scalar("target", days.offset, None),
        max_age=form.scalar("max_age", bounds.age, UNSAID),
        owner=form.text("owner"),
        deputy=form.text("deputy"),
        remedy=form.text("remedy"),
        remedy_sv=form.text("remedy_sv"),
        waivable=_waivable(form),
        shadow=form.boolean("shadow"),
        was=form.text("was", bounds.check_name),
    )


def _applies_to(form: Form) -> AppliesTo:
    entry = form.form("applies_to", needs=(), may=("kinds", "scopes", "units"))
    if entry is None:
        return AppliesTo()
    kinds = entry.texts("kinds", scalars.choice(UnitKind))
    scopes = entry.texts("scopes", scalars.choice(Scope))
    units = entry.texts("units", scalars.slug)
    if not (kinds or scopes or units) and not isinstance(entry.node, Broken):
        form.faults.at(entry.node, "narrows nothing.", "Name kinds, scopes or units, or leave it out: then all units are asked.")
    return AppliesTo(kinds=tuple(UnitKind(one) for one in kinds if one), scopes=tuple(Scope(one) for one in scopes if one), units=units)


def _threshold(form: Form, reading: Reading) -> Threshold:
    """What passes and what warns; `fail` may be written too, and must then be all the rest."""
    entry = form.form("threshold", needs=("pass",), may=("warn", "fail"))
    if entry is None:
        return NEVER
    passes = entry.scalar("pass", bounds.bound, None)
    warns = entry.scalar("warn", bounds.bound, None)
    fails = entry.scalar("fail", bounds.bound, None)
    if passes is None:
        return NEVER
    if warns is not None and (fault := _overlap(passes, warns)):
        reading.faults.at(
            entry.at("warn"), fault, 'A warning lies beyond what passes, in the same direction: pass ">= 0.95", warn ">= 0.9".'
        )
    last = warns if "warn" in entry else passes
    if fails is not None and last is not None and fails != (rest := _rest(last)):
        what = "leaves a gap, or overlaps." if rest is not None else "cannot be told from what passes."
        hint = f'All the rest is "{rest}"; leave `fail:` out, it is meant anyway.' if rest else "Leave `fail:` out."
        reading.faults.at(entry.at("fail"), what, hint)
    return Threshold(passes=passes, warns=warns)


def _overlap(passes: Bound, warns: Bound) -> str:
    """What is wrong with a warning beside what passes; empty if nothing is."""
    if passes.sign == "=":
        if warns.sign in ("<=", "<") and warns.value > passes.value:
            return ""
        return "does not lie beyond what passes."
    if warns.sign == "=" or (passes.sign in UPWARD) != (warns.sign in UPWARD):
        return "goes another way than what passes: there is a gap, or an overlap."
    if warns.value == passes.value:
        return "is the same as what passes."
    return "is stricter than what passes." if (warns.value > passes.value) == (passes.sign in UPWARD) else ""


def _rest(bound: Bound) -> Bound | None:
    other = {">=": "<", ">": "<=", "<=": ">", "<": ">="}.get(bound.sign)
    return Bound(sign=other, number=bound.number) if other else None


def _waivable(form: Form) -> Waivable | None:
    """`waivable: no`, or who may, and for how long."""
    node = form.at("waivable")
    if "waivable" not in form or (isinstance(node, Text) and node.text in ("no", "false")):
        return None
    entry = Form(node, form.faults, needs=("by", "days"))
    return Waivable(by=entry.texts("by"), days=entry.scalar("days", scalars.count, 0))
