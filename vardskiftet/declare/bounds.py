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
PATIENCE = re.compile(r"([1-9][0-9]{0,3})(s|m)")
EXIT_CODE = re.compile(r"0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]")
LONGEST_PATIENCE = timedelta(hours=1)
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


def patience(value: str) -> timedelta:
    """How long something may take: `30s`, `5m`; an hour at the most."""
    match = PATIENCE.fullmatch(value)
    if not match:
        raise Unreadable(f"{quoted(value)} is not a length of time.", "Write seconds or minutes, such as 30s or 5m.")
    told = timedelta(seconds=int(match[1])) if match[2] == "s" else timedelta(minutes=int(match[1]))
    if told > LONGEST_PATIENCE:
        raise Unreadable(f"{quoted(value)} is longer than an hour.", "Let it run by itself, and hand in what it wrote.")
    return told


exit_code = scalars.shaped(EXIT_CODE, "an exit code", "Write a whole number from 0 to 255.")
