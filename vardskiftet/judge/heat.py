"""Where does it hurt? Unit by topic, each field by the worst of its checks with their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardskiftet.judge.lines import Line
from vardskiftet.model.check import Topic
from vardskiftet.model.measurement import WHOLE_WAVE
from vardskiftet.model.outcome import GOOD, SILENT, WORST_FIRST, Outcome, worst


@dataclass(frozen=True, slots=True)
class Field:
    """One unit and topic: the worst outcome, how many checks are asked, and how many pass."""

    topic: str
    outcome: Outcome
    asked: int
    passing: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A unit, or the wave as a whole (`*`), topic by topic."""

    unit: str
    fields: tuple[Field, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of the row."""
        return worst(tuple(one.outcome for one in self.fields if one.asked))


def heat(topics: Sequence[Topic], every: Sequence[Line]) -> tuple[HeatRow, ...]:
    """The wave as a whole first, then its units, the worst first. Only what this gate asks counts."""
    found: dict[str, dict[str, list[Outcome]]] = {}
    for line in every:
        for result in line.results:
            if result.asked and result.outcome not in SILENT:
                found.setdefault(result.unit, {}).setdefault(line.check.topic, []).append(result.outcome)
    rows = [HeatRow(unit, tuple(_field(topic.topic, told.get(topic.topic, [])) for topic in topics)) for unit, told in found.items()]
    return tuple(sorted(rows, key=_rank))


def _field(topic: str, outcomes: list[Outcome]) -> Field:
    return Field(topic, worst(tuple(outcomes)), len(outcomes), sum(one in GOOD for one in outcomes))


def _rank(row: HeatRow) -> tuple[bool, int, int, str]:
    bad = sum(one.asked - one.passing for one in row.fields)
    return (row.unit != WHOLE_WAVE, WORST_FIRST.index(row.outcome), -bad, row.unit)
