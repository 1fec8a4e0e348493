"""How are gates and frozen criteria told?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vardskiftet.cli.console import Answer
from vardskiftet.cli.telling import in_days, local_minute
from vardskiftet.cli.telling_readiness import SIGNS, WORDS
from vardskiftet.model.programme import Programme
from vardskiftet.run.freezing import State
from vardskiftet.run.gates import Gates

SHOWN = 20


def as_document(found: Gates) -> dict[str, Any]:
    """The gates as one document."""
    gates = [
        {
            "gate": one.gate.gate,
            "title": one.gate.title,
            "day": one.day.isoformat(),
            "days": one.days,
            "verdict": one.verdict.value,
            "asked": one.asked,
            "next": one.due,
        }
        for one in found.gates
    ]
    return {"wave": found.wave, "gates": gates, **criteria_entry(found.criteria)}


def criteria_entry(state: State) -> dict[str, Any]:
    """Criteria in a document."""
    return {
        "digest": state.digest,
        "freezings": [asdict(one) | {"at": one.at.isoformat()} for one in state.freezings],
        "unsigned_changes": [asdict(one) for one in state.unsigned],
    }


def tell_gates(answer: Answer, programme: Programme, found: Gates) -> None:
    """Every gate on a line, then how the criteria stand."""
    rows = []
    for one in found.gates:
        told = f"{SIGNS[one.verdict]} {WORDS[one.verdict]}"
        rows.append((one.gate.gate, one.day.isoformat(), in_days(one.days), told, one.asked, "next" if one.due else ""))
    answer.table("", ("gate", "day", "", "verdict today", "results", ""), rows)
    tell_criteria(answer, programme, found.wave, found.criteria)
    answer.next_steps = [f"vardskiftet ready {found.wave}"]


def tell_criteria(answer: Answer, programme: Programme, wave: str, state: State) -> None:
    """When the criteria were frozen, by whom, what was signed since, and what was not."""
    if not state.freezings:
        due = f"; due at {programme.criteria.freeze}" if programme.criteria.freeze else ""
        answer.say(f"The criteria are not frozen{due}: vardskiftet gate freeze {wave}")
        return
    for one in state.freezings:
        changed = f", {len(one.changes)} changes: {one.reason}" if one.changes else ""
        answer.say(f"criteria frozen {local_minute(one.at, programme.timezone)} by {one.name}, {one.role}{changed}  {one.digest[:16]}")
    for change in state.unsigned[:SHOWN]:
        answer.say(f"    unsigned: {change.what} {change.field}  {change.before} → {change.after}")
    if len(state.unsigned) > SHOWN:
        answer.say(f"    {SHOWN} of {len(state.unsigned):,} unsigned changes; all with --json")
    if not state.unsigned:
        answer.say("    nothing was changed since")


def tell_frozen(answer: Answer, programme: Programme, wave: str, state: State) -> None:
    """What is frozen now."""
    tell_criteria(answer, programme, wave, state)
    answer.next_steps = [f"vardskiftet gate status {wave}"]
