"""What do the verbs answer that show rejected rows, take corrections in, and carry them through?"""

from __future__ import annotations

from vardskiftet.cli.documents.loads import BOOKS
from vardskiftet.cli.documents.shape import Keys, keys, many, of
from vardskiftet.model.reject import Waiting
from vardskiftet.run.correcting import Brought
from vardskiftet.run.lapsed import Lapsed
from vardskiftet.run.reject_trend import PastRun, Trend

_NUMBERS = dict[str, int]
_VALUES = dict[str, str | None]
_ROW: Keys = {
    "reject": str,
    "mapping": str,
    "reasons": list[str],
    "detail": str,
    "unit": str,
    "items": int,
    "may_correct": list[str],
    "corrected": bool,
    "values?": _VALUES,
    "corrections?": _VALUES,
}
_CARRIED: Keys = {"run_id": str, "corrections": int, "released": _NUMBERS, "held_back": _NUMBERS, "still": _NUMBERS}

REJECTS: dict[str, Keys] = {
    "rejects.list": {"wave": str, "plan": str, "rejects": many(Waiting), "lapsed": many(Lapsed)},
    "rejects.show": {"wave": str, "total": int, "rejects": many(keys(_ROW))},
    "rejects.export": {"wave": str, "plan": str, "files": list[str], "rows": _NUMBERS},
    "rejects.import": {"wave": str, **of(Brought)["properties"]},
    "rejects.replay": {"plan": str, "amended": int, **_CARRIED, **BOOKS},
    "rejects.stats": {"wave": str, "reasons": many(Trend), "runs": many(PastRun)},
}
