"""Is a code that no codebook knows nearly one that it does know? Spelled with another case, sign or blank between (F17.210, f17210)."""

from __future__ import annotations

from collections.abc import Iterable


def near(code: str, known: Iterable[str]) -> str:
    """The known code that differs in case, punctuation and blanks only; empty if there is none."""
    plain = _plain(code)
    return next((one for one in sorted(known) if plain and _plain(one) == plain), "")


def _plain(code: str) -> str:
    return "".join(sign for sign in code.casefold() if sign.isalnum())
