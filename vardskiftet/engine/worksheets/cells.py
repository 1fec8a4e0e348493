"""How does a text stand in a cell so that nothing runs, and comes back exactly? And how does a cell look that a spreadsheet has bent?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

SHUFFLED = 3
"""Different texts of a column that must have changed places before it looks like sorting."""
NULL = "\\N"
"""What stands for no value at all; an empty cell is an empty text."""

# What a spreadsheet would run, or read as its own mark (https://owasp.org/www-community/attacks/CSV_Injection).
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "'")

_SHORT_FORM = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_MONTH = re.compile(r"(?:\d{1,4}[-. ])?(?:jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]*[-. ]?\d{0,4}", re.IGNORECASE)
_SLASHED = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]0?0:00(?::00)?)?")
_TRUTH = {"true": ("TRUE", "SANT"), "false": ("FALSE", "FALSKT")}


def inert(text: str | None) -> str:
    """The text as it goes into a cell: one apostrophe before what would run or be read as a mark. `exact` takes it away again."""
    if text is None:
        return NULL
    return f"'{text}" if text.startswith(_ACTIVE) or text == NULL else text


def exact(cell: str) -> str | None:
    """The text that a cell stands for."""
    if cell == NULL:
        return None
    return cell[1:] if cell.startswith("'") else cell


def same(one: str | None, other: str | None) -> bool:
    """Whether two texts are the same but for their line ends, which spreadsheets write anew."""
    return one == other or (one is not None and other is not None and _lines(one) == _lines(other))


def bent(before: str | None, now: str | None) -> str:
    """What a spreadsheet or an editor did to a text, in words; empty if the change does not look like that."""
    if now is None or same(before, now):
        return ""
    if _SHORT_FORM.fullmatch(now) and not _SHORT_FORM.fullmatch(before or ""):
        return "is a number in its short form: its digits are lost"
    if before is None:
        return ""
    if before.isdigit() and now.isdigit() and before != now and before.lstrip("0") == now:
        return "lost its leading zeros"
    if before.isdigit() and now.isdigit() and len(before) == len(now) > 15 and now.endswith("0") and before[:15] == now[:15]:
        return "is a long number whose last digits became zeros"
    if now in _TRUTH.get(before.lower(), ()) and now != before:
        return "was taken for a truth value"
    if _misread(before, now):
        return "was read in another encoding"
    return "was taken for a date and written anew" if _redated(before, now) else ""


def shuffled(changes: Sequence[tuple[str | None, str | None]]) -> bool:
    """Whether the changed cells of a column, each as (before, now), took over what stood in each other: it was sorted, or moved, alone.

    Three different texts that change places are no mending; nor are two cells that exchanged theirs, and nothing else was changed.
    """
    before, now = (Counter(texts) for texts in zip(*changes, strict=True)) if changes else (Counter(), Counter())
    if len(changes) == len(before) == 2:
        return before == now
    return len(before) >= SHUFFLED and 2 * (before & now).total() > len(changes)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _misread(before: str, now: str) -> bool:
    """UTF-8 read as an older encoding, or signs that an older encoding cannot write."""
    for encoding in ("cp1252", "latin-1", "mac-roman"):
        if before.isascii():
            break
        if before.encode("utf-8").decode(encoding, "replace").replace("\ufffd", "?") == now.replace("\ufffd", "?"):
            return True
    poorer = (before.encode(encoding, "replace").decode(encoding) for encoding in ("cp1252", "ascii"))
    return not before.isascii() and now in poorer


def _redated(before: str, now: str) -> bool:
    """The same figures in another order, or a month's name where there were figures only."""
    if _MONTH.fullmatch(now) and not _MONTH.fullmatch(before) and any(char.isdigit() for char in before):
        return True
    if not (_SLASHED.fullmatch(before) and _SLASHED.fullmatch(now)):
        return False
    figures = [sorted(int(part) for part in re.findall(r"\d+", re.split("[ T]", text)[0])) for text in (before, now)]
    shape = [re.sub(r"\d+", "9", text) for text in (before, now)]
    return figures[0] == figures[1] and (shape[0] != shape[1] or re.findall(r"\d+", before)[:3] != re.findall(r"\d+", now)[:3])
