"""How is a word from a file shown to a person, and which right word is nearest to it?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST_SHOWN = 80
MOST_KNOWN = 12


def shown(text: str) -> str:
    """Text that is safe on a terminal: unprintable characters escaped, and no longer than a line."""
    cut = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii") for char in cut)


def quoted(text: str) -> str:
    """Text as it is quoted in a message."""
    return f"'{shown(text)}'"


def listed(known: Iterable[str]) -> str:
    """Names in order, as a sentence shows them; what is left out is counted."""
    names = sorted({name for name in known if name})
    head = ", ".join(shown(name) for name in names[:MOST_KNOWN])
    return head if len(names) <= MOST_KNOWN else f"{head} and {len(names) - MOST_KNOWN} more"


def nearest_of(word: str, known: Iterable[str]) -> str:
    """The known name that `word` was probably meant to be; empty if none is near."""
    names = sorted({name for name in known if name})
    near = difflib.get_close_matches(word, names, n=1) or difflib.get_close_matches(word.lower(), names, n=1)
    return near[0] if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The remedy for an unknown word: the nearest right one, or all that are known."""
    names = [name for name in known if name]
    near = nearest_of(word, names)
    if near:
        return f"Did you mean {quoted(near)}?"
    return f"Known: {listed(names)}." if names else "None is declared."
