"""Which bound, or which stretch of time, does a text of a check stand for?"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from vardskiftet.declare import scalars
from vardskiftet.declare.scalars import Unreadable
from vardskiftet.declare.words import quoted
from vardskiftet.model.threshold import Bound

BOUND = re.compile(r"(>=|<=|>|<|=) ?(-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,9})?)( ?%)?")
AGE = re.compile(r"([1-9][0-9]{0,3})(d|h)")
CHECK = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")

check_name = scalars.shaped(CHECK, "a check's name", "Write letters, digits, . _ and -, such as R05 or training.done.")


def bound(value: str) -> Bound:
    """A comparison with a number: `>= 0.95`, `<= 2`, `= 0`; `>= 95 %` says the same as the first."""
    match = BOUND.fullmatch(value)
    if not match:
        raise Unreadable(f"{quoted(value)} is not a bound.", 'Write a comparison in quotes, such as ">= 0.95", "<= 2" or "= 0".')
    number = Decimal(match[2]) / 100 if match[3] else Decimal(match[2])
    return Bound(sign=match[1], number=format(number.normalize() + 0, "f"))


def age(value: str) -> timedelta:
    """How old something may be: `7d`, `36h`."""
    match = AGE.fullmatch(value)
    if not match:
        raise Unreadable(f"{quoted(value)} is not an age.", "Write days or hours, such as 7d or 36h.")
    return timedelta(days=int(match[1])) if match[2] == "d" else timedelta(hours=int(match[1]))
