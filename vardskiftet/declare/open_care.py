"""Which rows of a record table are care that goes on, and which of them say that their patient comes first?"""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.fields import read_sql
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import found
from vardskiftet.declare.reading import Declarations, Reading
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.record import First, OpenCare

GO_LIVE = "go_live"
"""What a condition calls the moment at which the wave goes live."""


def read_open_care(table: Form, columns: set[str], reading: Reading) -> OpenCare | None:
    """The condition over the table's columns; None if the table is none of care that goes on."""
    form = table.form("open_care", needs=("when",), may=("flow", "first"))
    if form is None:
        return None
    first = form.form("first", needs=("when", "because"), may=("rank",))
    return OpenCare(
        when=_condition(form, columns, reading),
        flow=form.text("flow", scalars.slug),
        first=None
        if first is None
        else First(when=_condition(first, columns, reading), because=first.text("because"), rank=first.scalar("rank", scalars.count, 1)),
    )


def _condition(form: Form, columns: set[str], reading: Reading) -> str:
    sql = read_sql(form, "when", reading)
    for name in sorted(reading.vocabulary.probe(sql).columns - columns - {GO_LIVE}) if sql else ():
        reading.faults.at(form.at("when"), f"{quoted(name)} is not a column of the table.", nearest(name, [*columns, GO_LIVE]))
    return sql


def check_open_care(declared: Declarations, faults: Faults) -> None:
    """A flow that open care belongs to is declared."""
    if declared.record is None:
        return
    flows = [flow.value.flow for flow in declared.flows]
    for place, table in enumerate(declared.record.value.tables):
        care = table.open_care
        if care is not None and care.flow and care.flow not in flows:
            at = found(declared.record.node, "tables", place, "open_care", "flow")
            faults.at(at, f"{quoted(care.flow)} is not a flow of waves/coexistence.yaml.", nearest(care.flow, flows))
