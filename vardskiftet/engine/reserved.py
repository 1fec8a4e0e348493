"""Does an expression fail only because a column is called as a word of SQL is, and stands there without double quotes?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from vardskiftet.engine.names import quoted

_PIECES = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|/\*.*?\*/|--[^\n]*|\w+|.""", re.DOTALL)
"""Texts, quoted names and comments, each whole; words; and every other sign."""


def reserved_in(expression: str, reserved: Iterable[str], reads: Callable[[str], bool]) -> str:
    """The word that has to stand in double quotes for `reads` to be true of the expression; empty if no one word is all that is wrong."""
    pieces, words = _PIECES.findall(expression), frozenset(reserved)
    bare = dict.fromkeys(piece for piece in pieces if piece.lower() in words)
    return next((word for word in bare if reads("".join(quoted(one) if one == word else one for one in pieces))), "")
