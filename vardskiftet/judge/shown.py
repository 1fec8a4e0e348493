"""How is a value written so that it looks no better than it is? Rounded to the worse side; not at all where it tells too much."""

from __future__ import annotations

import math
from fractions import Fraction

from vardskiftet.model.check import Check, is_share
from vardskiftet.model.evidence import EvidenceSource
from vardskiftet.model.readiness import Result
from vardskiftet.model.threshold import Bound, Threshold

TOO_FEW_TO_SHOW = "too few to show"


def rounded(check: Check, value: Fraction) -> tuple[Fraction, int]:
    """The value as it is written, and its decimals: percent to a tenth, numbers to a hundredth, both to the worse side."""
    factor, decimals = (Fraction(100), 1) if is_share(check) else (Fraction(1), 2)
    scaled = value * factor * 10**decimals
    whole = math.floor(scaled) if check.threshold.more_is_better else math.ceil(scaled)
    told = Fraction(whole, 10**decimals)
    return told, 0 if told.denominator == 1 else decimals


def suppressed(result: Result, source: EvidenceSource | None) -> bool:
    """Whether a result stands on so few that its figures would tell of somebody."""
    if source is None or not source.small_counts or result.value is None:
        return False
    if result.whole is not None:
        return result.whole < source.small_counts
    return 0 < result.value < source.small_counts


def shown(check: Check, result: Result, source: EvidenceSource | None) -> str:
    """The value in plain words of English: `71.4 %`, `3`, `2.35`; empty where there is none."""
    if result.value is None:
        return ""
    if suppressed(result, source):
        return TOO_FEW_TO_SHOW
    return value_shown(check, result.value)


def value_shown(check: Check, value: Fraction) -> str:
    """A value in plain words of English, rounded to the worse side."""
    told, decimals = rounded(check, value)
    return f"{float(told):,.{decimals}f}" + (" %" if is_share(check) else "")


def bound_shown(check: Check, bound: Bound) -> tuple[str, Fraction]:
    """A bound as it is written everywhere: its sign, empty before an exact number, and the number, a share as percent."""
    number = bound.value * 100 if is_share(check) else bound.value
    return {">=": "≥", "<=": "≤", "=": ""}.get(bound.sign, bound.sign), number


def threshold_shown(check: Check, threshold: Threshold | None = None) -> str:
    """What passes, in plain words of English; by another threshold than the present one, where it is given."""
    sign, number = bound_shown(check, (threshold or check.threshold).passes)
    return f"{sign} {float(number):,.10g}".strip() + (" %" if is_share(check) else "")
