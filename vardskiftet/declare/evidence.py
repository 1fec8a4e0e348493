"""What evidence do people hand in: which columns, which key, how old may it be?"""

from __future__ import annotations

from datetime import timedelta

from vardskiftet.declare import bounds, scalars
from vardskiftet.declare.command import read_command
from vardskiftet.declare.fields import read_sql
from vardskiftet.declare.files import File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Broken, Keys, Node, Text, found
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.evidence import ColumnKind, EvidenceColumn, EvidenceSource, Format, RowRule

NEEDS = ("evidence", "title", "columns", "key", "max_age", "owner")
MAY = ("command", "format", "unit", "wave", "as_of", "open_while", "parts", "rules", "may_be_empty", "small_counts")
ALWAYS = ("as_of", "go_live")
"""Columns that every row has in an expression: when the evidence was true, and the wave's day of go-live."""

OF_KIND = {"unit": ColumnKind.UNIT, "wave": ColumnKind.WAVE}


def read_sources(file: File, reading: Reading) -> list[Declared[EvidenceSource]] | None:
    """The sources of evidence of checks/sources.yaml; None if the file cannot be read."""
    root = reading.whole_sheet(file, file.stem)
    if root is None:
        return None
    form = Form(root, reading.faults, needs=("sources",))
    entries = [(entry, _source(entry, reading)) for entry in form.forms("sources", NEEDS, MAY)]
    names: set[str] = set()
    for entry, source in entries:
        if source.evidence in names:
            reading.faults.at(entry.at("evidence"), f"{quoted(source.evidence)} stands twice.", "Keep one of them.")
        names.add(source.evidence)
    return [Declared(source, entry.node) for entry, source in entries if source.evidence]


def _source(form: Form, reading: Reading) -> EvidenceSource:
    columns = tuple(_column(name, node, reading) for name, node in form.entries("columns").items())
    command = read_command(form, reading)
    source = EvidenceSource(
        evidence=form.text("evidence", scalars.slug),
        title=form.text("title"),
        command=command,
        format=form.scalar("format", scalars.choice(Format), Format.JSON if command else None),
        columns=columns,
        key=form.texts("key"),
        unit=form.text("unit"),
        wave=form.text("wave"),
        as_of=form.text("as_of"),
        max_age=form.scalar("max_age", bounds.age, timedelta(days=1)),
        owner=form.text("owner"),
        open_while=read_sql(form, "open_while", reading),
        parts=tuple((one.text("part"), one.text("whole")) for one in form.forms("parts", needs=("part", "whole"))),
        rules=tuple(
            RowRule(must=read_sql(one, "must", reading), because=one.text("because"))
            for one in form.forms("rules", needs=("must", "because"))
        ),
        may_be_empty=form.boolean("may_be_empty"),
        small_counts=form.scalar("small_counts", scalars.count, 0),
    )
    _check(source, form, reading)
    return source


def _column(name: str, node: Node, reading: Reading) -> EvidenceColumn:
    """`role: text`, or `unit: {heading: Enhet, kind: unit}`."""
    if not scalars.NAME.fullmatch(name) or name in ALWAYS:
        reading.faults.at(node, f"{quoted(name)} cannot be a column's name.", "Write a-z, 0-9 and _, and neither as_of nor go_live.")
    if isinstance(node, Text):
        kind = Form(Keys(node.path, node.line, node.trail[:-1], {name: node}, {name: node.line}), reading.faults, (name,))
        return EvidenceColumn(column=name, heading=name, kind=kind.scalar(name, scalars.choice(ColumnKind), ColumnKind.TEXT))
    if isinstance(node, Broken):
        return EvidenceColumn(column=name, heading=name)
    form = Form(node, reading.faults, may=("heading", "kind", "may_be_empty"))
    return EvidenceColumn(
        column=name,
        heading=form.text("heading") or name,
        kind=form.scalar("kind", scalars.choice(ColumnKind), ColumnKind.TEXT),
        may_be_empty=form.boolean("may_be_empty"),
    )


def _check(source: EvidenceSource, form: Form, reading: Reading) -> None:
    known = [one.column for one in source.columns]
    kinds = {one.column: one for one in source.columns}
    if isinstance(form.at("columns"), Keys) and not known:
        reading.faults.at(form.at("columns"), "names no column.")
    named = [(form.at(key), getattr(source, key)) for key in ("unit", "wave", "as_of")]
    named += [(found(form.node, "key", place), name) for place, name in enumerate(source.key)]
    for place, pair in enumerate(source.parts):
        named += [(found(form.node, "parts", place, key), name) for key, name in zip(("part", "whole"), pair, strict=True)]
    for node, name in named:
        if name and name not in kinds:
            reading.faults.at(node, f"{quoted(name)} is not a column of this evidence.", nearest(name, known))
    for key, kind in OF_KIND.items():
        name = getattr(source, key)
        if name in kinds and kinds[name].kind is not kind:
            reading.faults.at(
                form.at(key), f"the column {quoted(name)} is not of the kind {kind.value}.", f"Write `kind: {kind.value}` there."
            )
    if source.as_of in kinds and kinds[source.as_of].kind not in (ColumnKind.DAY, ColumnKind.MOMENT):
        reading.faults.at(
            form.at("as_of"), f"the column {quoted(source.as_of)} holds no time.", "Write `kind: day` or `kind: moment` there."
        )
    for name in (*source.key, source.unit, source.wave, source.as_of):
        if name in kinds and kinds[name].may_be_empty:
            reading.faults.at(found(form.node, "columns", name), "names a row, a unit, a wave or a time, and may not be empty.")
    if "key" in form and not source.key:
        reading.faults.at(form.at("key"), "names no column.", "Name the columns that tell one row from another.")
    if source.open_while and "may_be_empty" not in form:
        reading.faults.at(form.at("open_while"), "an open matter needs `may_be_empty:`.", "Say whether a file without rows can be right.")
    for node, expression in _expressions(source, form):
        check_columns(expression, node, known, reading)


def _expressions(source: EvidenceSource, form: Form) -> list[tuple[Node, str]]:
    rules = [(found(form.node, "rules", place, "must"), rule.must) for place, rule in enumerate(source.rules)]
    return [(form.at("open_while"), source.open_while), *rules]


def check_columns(expression: str, node: Node, known: list[str], reading: Reading) -> None:
    """Every column that an expression names is one of the evidence, or one that every row has."""
    if not expression:
        return
    for name in sorted(reading.vocabulary.probe(expression).columns):
        if name.lower() not in (*known, *ALWAYS):
            reading.faults.at(node, f"{quoted(name)} is not a column of this evidence.", nearest(name, [*known, *ALWAYS]))
