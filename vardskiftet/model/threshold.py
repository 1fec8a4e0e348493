"""Where does good end and bad begin? Bounds that are compared exactly, so that no rounding flips a result."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from vardskiftet.model.frozen import Frozen
from vardskiftet.model.outcome import Outcome

SIGNS = (">=", "<=", ">", "<", "=")
UPWARD = (">=", ">")


class Bound(Frozen):
    """A comparison with a number that is kept as its decimal text, such as `>= 0.95`."""

    sign: str
    number: str

    def __str__(self) -> str:
        return f"{self.sign} {self.number}"

    @property
    def value(self) -> Fraction:
        """The number, exact."""
        return _exact(self.number)

    def holds(self, value: Fraction) -> bool:
        """Whether a value lies within the bound."""
        match self.sign:
            case ">=":
                return value >= self.value
            case "<=":
                return value <= self.value
            case ">":
                return value > self.value
            case "<":
                return value < self.value
        return value == self.value


@lru_cache(maxsize=4096)
def _exact(number: str) -> Fraction:
    """The number of a text. Kept: a bound is compared with every unit's value."""
    return Fraction(number)


class Threshold(Frozen):
    """What passes, what is still a warning; all the rest fails, so that there is neither a gap nor an overlap."""

    passes: Bound
    warns: Bound | None = None

    @property
    def more_is_better(self) -> bool:
        """Whether the worst of several values is the smallest."""
        return self.passes.sign in UPWARD

    def of(self, value: Fraction) -> Outcome:
        """How a value comes out."""
        if self.passes.holds(value):
            return Outcome.PASS
        return Outcome.WARN if self.warns is not None and self.warns.holds(value) else Outcome.FAIL
