"""How does the verifier call a region's own function? It runs the same trusted text; what is shared is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from vardskiftet.model.code import Code

Answers = list[tuple[str | None, str | None]]
Called = Callable[[Sequence[Sequence[str | None]]], Answers]


def functions(codes: Iterable[Code], wanted: Iterable[str]) -> dict[str, Called]:
    """NAME.FUNCTION to a call over whole columns. The files are run: only text that a person trusts may come here."""
    texts = {code.code: code for code in codes}
    rooms: dict[str, dict[str, Any]] = {}
    found: dict[str, Called] = {}
    for name in sorted(set(wanted)):
        module, _, function = name.partition(".")
        if module not in rooms:
            rooms[module] = {"__name__": module}
            exec(compile(texts[module].text, texts[module].path, "exec"), rooms[module])
        found[name] = _over_columns(rooms[module][function])
    return found


def _over_columns(function: Callable[..., Any]) -> Called:
    def call(columns: Sequence[Sequence[str | None]]) -> Answers:
        return _tried(function, columns) or [answer for row in zip(*columns, strict=True) for answer in _alone(function, row)]

    return call


def _alone(function: Callable[..., Any], row: Sequence[str | None]) -> Answers:
    return _tried(function, [[text] for text in row]) or [(None, "CODE_FAILED")]


def _tried(function: Callable[..., Any], columns: Sequence[Sequence[str | None]]) -> Answers | None:
    """The function's answers, or None where it fails in any way: it is not ours, and may raise what it likes."""
    import pandas as pd  # heavy, and most programmes have no code

    failed: list[BaseException] = []
    try:
        made = function(*(pd.Series(list(column), dtype="object") for column in columns))
        frame = made if isinstance(made, pd.DataFrame) else pd.DataFrame({"value": made, "reason": None})
        values, reasons = ([None if pd.isna(one) else one for one in frame[name].tolist()] for name in ("value", "reason"))
    except _ANY as error:
        failed.append(error)
    if failed or len(values) != len(columns[0]) or any(one is not None and not isinstance(one, str) for one in (*values, *reasons)):
        return None
    return list(zip(values, reasons, strict=True))


_ANY = (ArithmeticError, AttributeError, LookupError, NameError, OSError, RuntimeError, TypeError, ValueError, AssertionError, ImportError)
