"""How can a check come out, and what may be concluded? Three partitions: outcomes, severities, verdicts."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a check on one unit. Only `pass` passes."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    ERROR = "error"
    NO_DATA = "no_data"
    STALE = "stale"
    NOT_APPLICABLE = "not_applicable"


GOOD = frozenset({Outcome.PASS})
BAD = frozenset({Outcome.FAIL})
MIDDLING = frozenset({Outcome.WARN})
UNKNOWN = frozenset({Outcome.ERROR, Outcome.NO_DATA, Outcome.STALE})
SILENT = frozenset({Outcome.NOT_APPLICABLE})
"""A partition of all outcomes; a test holds it against them."""

WORST_FIRST = (Outcome.FAIL, Outcome.ERROR, Outcome.NO_DATA, Outcome.STALE, Outcome.WARN, Outcome.PASS, Outcome.NOT_APPLICABLE)


class Severity(StrEnum):
    """How grave it is if a check does not pass."""

    HARD = "hard"
    SOFT = "soft"


class Verdict(StrEnum):
    """What follows from the results of a gate's checks; computed, never typed."""

    GO = "go"
    CONDITIONAL = "conditional"
    NO_GO = "no_go"
    NOT_EVALUABLE = "not_evaluable"


EXIT_CODES = {Verdict.GO: 0, Verdict.NO_GO: 1, Verdict.CONDITIONAL: 3, Verdict.NOT_EVALUABLE: 4}


def worst(outcomes: tuple[Outcome, ...]) -> Outcome:
    """The worst of several outcomes; `not_applicable` for none."""
    return min(outcomes, key=WORST_FIRST.index, default=Outcome.NOT_APPLICABLE)
