"""Which value has a field after each of its steps? For one item, so that a person can follow it."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass

from vardskiftet.engine.rederive.derive import Deriver, stored_columns
from vardskiftet.engine.rederive.form import between
from vardskiftet.engine.rederive.meaning import CODE, beside_of, meaning_of
from vardskiftet.engine.rederive.meaning.answer import Value
from vardskiftet.judge.differences import bare
from vardskiftet.model.mapping import Field
from vardskiftet.model.record import ColumnType


@dataclass(frozen=True, slots=True)
class Stepped:
    """One column: where it comes from, (step, value or reason) for each step, what was derived and what is stored."""

    column: str
    comes_from: str
    steps: tuple[tuple[str, str | None], ...]
    derived: str | None
    stored: str | None
    equal: bool


def stepped(
    deriver: Deriver, item: Map[str, object], derived: Map[str, str | None], stored: Map[str, str | None] | None
) -> tuple[Stepped, ...]:
    """Every column of the record that the mapping fills, in the record's order."""
    fields = {one.column: (number, one) for number, one in enumerate(deriver.mapping.fields)}
    lines = []
    for column in stored_columns(deriver.programme, deriver.mapping):
        expected, there = derived.get(column.column), None if stored is None else stored.get(column.column)
        told, steps = _followed(deriver, *fields[column.column], item) if column.column in fields else ("nothing", ())
        if column.column in fields and expected is None:
            steps = (*steps, *_missed(fields[column.column][1], item, derived))
        equal = bare(expected, column.type) == bare(there, column.type)
        lines.append(Stepped(column.column, told, steps, expected, there, equal))
    return tuple(lines)


def _missed(one: Field, item: Map[str, object], derived: Map[str, str | None]) -> tuple[tuple[str, str | None], ...]:
    """The last step of a find that leads nowhere: the reason for which the item is left out, or that the field is left empty."""
    if one.find is None or item.get(one.find.by) is None:
        return ()
    return ((one.find.table, derived.get("_reason") if one.find.missing == "reject" else None),)


def _followed(deriver: Deriver, number: int, one: Field, item: Map[str, object]) -> tuple[str, tuple[tuple[str, str | None], ...]]:
    if one.constant is not None:
        return "a constant", ()
    if one.find is not None:
        by = _text(item.get(one.find.by))
        return f"find {one.find.table} by {one.find.by}", ((one.find.by, by),)
    if one.sql:
        made = item.get(f"vs_sql{number}")
        text = _text(made["v"]) if isinstance(made, dict) else None
        begun = ("its own SQL", text if made is not None else "SQL_FAILED")
    else:
        text = _text(item.get(one.source))
        begun = (one.source, text)
    return one.sql or one.source, (begun, *_steps(deriver, one, item, text))


def _steps(deriver: Deriver, one: Field, item: Map[str, object], text: str | None) -> list[tuple[str, str | None]]:
    value: Value = text
    kind, lines = ColumnType.TEXT, list[tuple[str, str | None]]()
    setting = deriver.setting
    for step in one.steps:
        beside = [_text(item.get(name)) for name in beside_of(step)]
        if step.transform == CODE:
            ((value, reason),) = setting.code[str(step.options["function"])]([[between(value, kind)], *([one] for one in beside)])
            kind = ColumnType.TEXT
        else:
            meaning = meaning_of(step, setting.zone, setting.books)
            value, reason = meaning.read(between(value, kind), *beside)
            kind = meaning.type
        lines.append((step.transform, reason or between(value, kind)))
        if reason is not None:
            break
    return lines


def _text(value: object) -> str | None:
    return None if value is None else str(value)
