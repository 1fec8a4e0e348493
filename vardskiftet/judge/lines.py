"""How do a check's units come out together? By the worst, with counts, so that no blocker is averaged away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from vardskiftet.model.check import Check, Criteria
from vardskiftet.model.outcome import GOOD, SILENT, WORST_FIRST, Outcome, Severity, worst
from vardskiftet.model.readiness import Readiness, Result


@dataclass(frozen=True, slots=True)
class Line:
    """A check with its results, the worst first."""

    check: Check
    results: tuple[Result, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of its units."""
        return worst(tuple(one.outcome for one in self.results))

    @property
    def asked(self) -> bool:
        """Whether it counts at this gate."""
        return any(one.asked for one in self.results)

    @property
    def worst(self) -> Result:
        """The result that speaks for it."""
        return self.results[0]

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many units came out in each way, the worst first."""
        told = Counter(one.outcome for one in self.results)
        return {outcome: told[outcome] for outcome in WORST_FIRST if told[outcome]}

    @property
    def passing(self) -> int:
        """Units that pass."""
        return sum(one.outcome in GOOD for one in self.results)

    @property
    def failing(self) -> tuple[Result, ...]:
        """Results that do not pass, the worst first."""
        return tuple(one for one in self.results if one.outcome not in GOOD | SILENT)


def lines(criteria: Criteria, readiness: Readiness) -> tuple[Line, ...]:
    """Every declared check once: listed is what was declared, and nothing else. Raises AssertionError if a check fell out on the way."""
    by_check: dict[str, list[Result]] = {one.check: [] for one in criteria.checks}
    for result in readiness.results:
        by_check[result.check].append(result)
    found = tuple(_line(check, by_check[check.check]) for check in criteria.checks if by_check[check.check])
    missing = {one.check for one in criteria.checks} - {one.check.check for one in found}
    if missing and not readiness.unit:
        raise AssertionError(f"checks without a result: {sorted(missing)}")
    return found


def _line(check: Check, results: list[Result]) -> Line:
    return Line(check, tuple(sorted(results, key=lambda one: _rank(check, one))))


def unmet(every: Iterable[Line]) -> tuple[Line, ...]:
    """What keeps the gate from go: asked and not passing, the gravest first; among equals those whose target is nearest."""
    held = (one for one in every if one.asked and one.outcome not in GOOD | SILENT)
    return tuple(sorted(held, key=gravity))


def gravity(line: Line) -> tuple[int, int, int, str]:
    """By severity, then outcome, then how many units are concerned."""
    hard = line.check.severity is Severity.HARD
    return (not hard, WORST_FIRST.index(line.outcome), -len(line.failing), line.check.check)


def _rank(check: Check, result: Result) -> tuple[int, float, str]:
    """The worst outcome first; among equals the worst value, then by unit."""
    value = float(result.value) if result.value is not None else 0.0
    return (WORST_FIRST.index(result.outcome), value if check.threshold.more_is_better else -value, result.unit)
