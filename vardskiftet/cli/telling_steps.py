"""How is one row's way told? Field by field: where it comes from, each step, what was derived and what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from vardskiftet.cli.console import Answer
from vardskiftet.run.explain import Explained


def tell_explained(answer: Answer, wave: str, mapping: str, found: Sequence[Explained], *, values: bool) -> None:
    """Every item of a row; its values only where they were asked for."""
    answer.own = {"wave": wave, "mapping": mapping, "items": [_told(one, values=values) for one in found]}
    for one in found:
        _tell(answer, one, values=values)
    for one in found:
        if one.wrong:
            answer.exit_code = 1
            answer.because("DIFFERENT", f"{one.wrong[:1].upper()}{one.wrong[1:]}.", where=f"{one.mapping} {one.id}")
    if not values:
        answer.say("Values are shown with --show-values --reason TEXT.")


def _tell(answer: Answer, one: Explained, *, values: bool) -> None:
    item = f" item {one.item}" if one.item else ""
    answer.say(f"{one.mapping}{item}: derived {one.fate}{f', {one.reason}' if one.reason else ''}{f'; {one.id}' if one.id else ''}")
    if one.corrected:
        answer.say(f"Corrected by hand: {', '.join(one.corrected)}.")
    if values:
        answer.table("source", ("column", "value"), [(name, _shown(text)) for name, text in one.source.items()])
    rows = []
    for field in one.fields:
        way = " → ".join(f"{name} {_shown(text)}" if values else name for name, text in field.steps) or field.comes_from
        told = (_shown(field.derived), _shown(field.stored)) if values else ()
        rows.append((field.column, way, *told, "equal" if field.equal else "DIFFERENT" if one.fate == "loaded" else ""))
    answer.table("fields", ("column", "its way", *(("derived", "stored") if values else ()), ""), rows)


def _shown(text: str | None) -> str:
    return "(nothing)" if text is None else repr(text)


def _told(one: Explained, *, values: bool) -> dict[str, Any]:
    told = asdict(one)
    fields = [
        {**line, "steps": [{"step": name, "gives": text if values else None} for name, text in line["steps"]]} for line in told["fields"]
    ]
    if not values:
        told["source"] = dict.fromkeys(one.source)
        fields = [{**line, "derived": None, "stored": None} for line in fields]
    return {**told, "fields": fields}
