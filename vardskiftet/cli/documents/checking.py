"""What do the verbs answer that hold source and record against each other?"""

from __future__ import annotations

from vardskiftet.cli.documents.shape import Keys, keys, many, plus
from vardskiftet.model.difference import Kind, Level
from vardskiftet.model.verification import Changed, LevelVerdict

_BY_CLASS = keys({kind.value: int for kind in Kind})
_LEVEL = plus(LevelVerdict, {}, without=("level",))

CHECKING: dict[str, Keys] = {
    "verify": {
        "wave": str,
        "plan": str,
        "run_id": str,
        "quick": bool,
        "equal": bool | None,
        "levels": keys({f"{level.value}?": _LEVEL for level in Level}),
        "differences": keys(
            {"total": int, "explained": int, "by_class": _BY_CLASS, "zero_tolerance": dict[str, int], "file": str},
        ),
        "waiting": many(keys({"unit": str, "what": str, "rows": int})),
        "stale": many(Changed),
        "cannot_see": list[str],
    },
}
