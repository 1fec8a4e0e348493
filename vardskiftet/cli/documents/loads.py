"""What do the verbs answer that plan, load, balance and take back?"""

from __future__ import annotations

from vardskiftet.cli.documents.shape import Keys, keys, many, plus
from vardskiftet.engine.targets.protocol import Lock
from vardskiftet.model.books import BookLine, RejectLine, TableLine
from vardskiftet.model.outcome import Verdict
from vardskiftet.model.plan import TableExpectation
from vardskiftet.run.coverage import FieldCoverage
from vardskiftet.run.status import Standing

_LINE = plus(BookLine, {"closes": bool})
_LOST = plus(RejectLine, {"within": bool})

BOOKS: Keys = {
    "wave": str,
    "closes": bool,
    "complete": bool,
    "within_budget": bool,
    "lines": many(_LINE),
    "tables": many(plus(TableLine, {"closes": bool})),
    "total": _LINE,
    "rejects": many(_LOST),
    "no_unit": _LOST,
    "rejects_by_mapping": many(keys({"mapping": str, "reason": str, "items": int, "for_instance": str})),
    "flagged": many(keys({"mapping": str, "flag": str, "detail": str, "items": int})),
    "taken_over": many(keys({"mapping": str, "by": str, "rows": int})),
    "exclusions": many(keys({"mapping": str, "because": str, "items": int})),
    "batches": keys({"done": int, "planned": int}),
}

_LATE: Keys = {"late": list[str], "late_list": str}
_CARRIED: Keys = {"run_id": str, "plan": str, "committed": int, "findings": list[str], "left_list": str, **_LATE, **BOOKS}

LOADS: dict[str, Keys] = {
    "demo": {"project": str, "report": str, "readiness": str, "planted": dict[str, str], "verdict": Verdict, "gate": str, **BOOKS},
    "coverage": {"wave": str, "before": str, "fields": many(FieldCoverage)},
    "plan": {
        "wave": str,
        "plan": str,
        "fingerprint": str,
        "file": str,
        "delta_on": list[str],
        "final": bool,
        "batches": int,
        "steps": list[str],
        "expectations": many(TableExpectation),
        "silent_units": many(keys({"system": str, "unit": str})),
    },
    "rehearse": _CARRIED,
    "apply": _CARRIED,
    "books": {
        "plan": str,
        "owes_delta": list[str],
        **BOOKS,
        "missing_parents": many(keys({"mapping": str, "items": int, "parents": int})),
        "missing_parent_keys?": many(keys({"mapping": str, "key": str, "items": int})),
    },
    "status": {"waves": many(Standing)},
    "undo": {
        "wave": str,
        "run_id": str,
        "batches": int,
        "rows_removed": int,
        "rows_left": dict[str, int],
        "rows_restored": dict[str, int],
        "rows_shared": dict[str, int],
        "list": str,
        "rows_standing": dict[str, int],
    },
    "lock.status": {"locks": many(plus(Lock, {"dead": bool}))},
    "lock.break": {"wave": str, "broken": Lock},
    "report.wave": {"wave": str, "file": str, "closes": bool},
}
