"""What does a reading give? A value in Python's own type, or the reason why there is none."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime

Value = str | bool | date | datetime | None
Answer = tuple[Value, str | None]
Reader = Callable[..., Answer]

NOTHING: Answer = (None, None)


def because(reason: str) -> Answer:
    """No value, for this reason."""
    return (None, reason)


def bare(text: str) -> str:
    """The text without blanks at its ends; a tab or a line end is no blank."""
    start, end = 0, len(text)
    while start < end and unicodedata.category(text[start]) == "Zs":
        start += 1
    while end > start and unicodedata.category(text[end - 1]) == "Zs":
        end -= 1
    return text[start:end]
