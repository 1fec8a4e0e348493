"""How does a wave stand at each of its gates, today?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vardskiftet.model.check import Gate
from vardskiftet.model.outcome import Verdict
from vardskiftet.run.desk import Desk
from vardskiftet.run.freezing import State
from vardskiftet.run.readiness import ask_gate


@dataclass(frozen=True, slots=True)
class GateStanding:
    """A gate with its day and today's verdict."""

    gate: Gate
    day: date
    days: int
    """Until its day; negative once it has passed."""
    verdict: Verdict
    asked: int
    """Results that count there."""
    due: bool
    """Whether it is the next one due."""


@dataclass(frozen=True, slots=True)
class Gates:
    """All gates of a wave, in the order of time, and its criteria."""

    wave: str
    gates: tuple[GateStanding, ...]
    criteria: State


def gates_of(desk: Desk, wave: str) -> Gates:
    """Every gate of a wave. Raises Usage for an unknown wave, or if no gate is declared."""
    first = ask_gate(desk, wave, None)
    today = first.readiness.as_of.date()
    found = []
    for gate in desk.programme.criteria.gates:
        asked = first if gate.gate == first.gate.gate else ask_gate(desk, wave, gate.gate)
        days = (asked.gate_day - today).days
        found.append(
            GateStanding(gate, asked.gate_day, days, asked.readiness.verdict, len(asked.readiness.asked), gate.gate == first.gate.gate)
        )
    return Gates(wave, tuple(found), first.criteria)
