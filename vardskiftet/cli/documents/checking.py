"""What do the verbs answer that hold source and record against each other?"""

from __future__ import annotations

from vardskiftet.cli.documents.shape import Keys, keys, many, of, plus
from vardskiftet.engine.rederive.steps import Stepped
from vardskiftet.model.difference import Kind, Level
from vardskiftet.model.trail import Trail
from vardskiftet.model.verification import Changed, LevelVerdict, Selftest
from vardskiftet.run.explain import Explained

_BY_CLASS = keys({kind.value: int for kind in Kind})
_LEVEL = plus(LevelVerdict, {}, without=("level",))

_DIFFERENCE = keys(
    {
        **{name: of(str) for name in ("mapping", "table", "key", "id", "unit", "column", "cause", "zero_tolerance")},
        "level": Level,
        "class": Kind,
        "explained": bool,
        "expected?": str | None,
        "stored?": str | None,
    }
)
_STEP = keys({"step": str, "gives": str | None})

CHECKING: dict[str, Keys] = {
    "verify": {
        "wave": str,
        "plan": str,
        "run_id": str,
        "quick": bool,
        "recheck": bool,
        "equal": bool | None,
        "levels": keys({f"{level.value}?": _LEVEL for level in Level}),
        "differences": keys(
            {"total": int, "explained": int, "by_class": _BY_CLASS, "zero_tolerance": dict[str, int], "file": str},
        ),
        "waiting": many(keys({"unit": str, "what": str, "rows": int})),
        "stale": many(Changed),
        "selftest": Selftest | None,
        "cannot_see": list[str],
    },
    "diff.show": {"wave": str, "plan": str, "run_id": str, "total": int, "differences": many(_DIFFERENCE), "file": str},
    "diff.explain": {"wave": str, "differences": many(_DIFFERENCE)},
    "diff.export": {"wave": str, "file": str, "differences": int},
    "explain": {"wave": str, "mapping": str, "items": many(plus(Explained, {"fields": many(plus(Stepped, {"steps": many(_STEP)}))}))},
    "trace": {"person": str | None, "trails": many(Trail), "unseen": list[str]},
}
