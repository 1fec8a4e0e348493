"""How is a check's value measured?"""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.fields import read_sql
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Keys
from vardskiftet.declare.reading import Reading
from vardskiftet.model.check import How, Measure
from vardskiftet.model.own import OWN

WAYS = {how.value: how for how in How}
NOTHING = Measure(how=How.COUNT, evidence="", that="")


def read_measure(form: Form, reading: Reading) -> Measure:
    """The measure of a check; one that measures nothing after a fault, which is told."""
    node = form.at("measure")
    if "measure" not in form or not isinstance(node, Keys):
        if "measure" in form:
            reading.faults.at(node, "must say how it is measured.", f"Write one of {', '.join(sorted(WAYS))}.")
        return NOTHING
    ways = [WAYS[key] for key in node.keys if key in WAYS]
    if len(ways) != 1:
        what = "in no way that is known" if not ways else f"in {len(ways)} ways"
        reading.faults.at(node, f"is measured {what}.", f"Write exactly one of {', '.join(sorted(WAYS))}.")
        return NOTHING
    how = ways[0]
    if how is How.OWN:
        own = Form(node, reading.faults, ("own",))
        return Measure(how=how, own=own.text("own", scalars.one_of(OWN)))
    if how is How.SQL:
        asked = Form(node, reading.faults, ("sql", "on"))
        return Measure(how=how, sql=asked.text("sql", scalars.slug), on=asked.text("on", scalars.slug))
    return _over_rows(Form(node, reading.faults, (how.value, "in"), _may(how)), how, reading)


def _may(how: How) -> tuple[str, ...]:
    counted = ("at_least",) if how in (How.SHARE, How.RATIO) else ()
    return ("of", "by", *counted) if how is not How.DAYS_SINCE else ("of",)


def _over_rows(form: Form, how: How, reading: Reading) -> Measure:
    part, whole = "", ""
    if how is How.RATIO:
        pair = form.form("ratio", needs=("part", "whole"))
        part, whole = (pair.text("part"), pair.text("whole")) if pair else ("", "")
    elif how is How.DAYS_SINCE:
        part = form.text("days_since")
    else:
        part = read_sql(form, how.value, reading)
    return Measure(
        how=how,
        evidence=form.text("in", scalars.slug),
        that=part,
        whole=whole,
        of=read_sql(form, "of", reading),
        by=form.texts("by"),
        at_least=form.scalar("at_least", scalars.count, 1) or 1,
    )
