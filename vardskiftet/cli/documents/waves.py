"""What do the verbs answer that show the waves, move them in thought, or turn them?"""

from __future__ import annotations

from datetime import date, datetime

from vardskiftet.cli.documents.shape import Keys, Schema, keys, many, of, plus
from vardskiftet.model.unit import UnitKind
from vardskiftet.model.wave import Move, Precision, Scope
from vardskiftet.plan.calendar import Cutover, DatedDuty, DatedFreeze, DatedMilestone
from vardskiftet.plan.clash import Clash
from vardskiftet.plan.coexistence import Coexistence
from vardskiftet.plan.nights import ClockChange
from vardskiftet.plan.what_if import WhatIf

_MEMBER = keys({"unit": str, "title": str, "kind": UnitKind, "area": str, "scope": Scope, "illustrative": bool})
_STATUS: Schema = {
    "enum": ["planned", "preparing", "go_decided", "cutover", "live", "stabilised", "closed", "paused", "rolled_back", "cancelled"]
}

WAVE: Keys = {
    "wave": str,
    "title": str,
    "go_live": str,
    "precision": Precision,
    "earliest": date,
    "latest": date,
    "status": _STATUS,
    "after": list[str],
    "units": many(_MEMBER),
}

_SIGNED: Schema = {
    "type": "object",
    "properties": {name: of(shape) for name, shape in {"seq": int, "kind": str, "at": datetime, "reason": str, "name": str}.items()},
    "required": ["seq", "kind", "at", "reason", "name"],
}
_RUNBOOK: Schema = {
    "anyOf": [
        keys({"runbook": str, "title": str, "steps": int, "minutes": int, "critical_path": list[str]}),
        {"type": "null"},
    ]
}
SIGNATURE = keys({"person": str, "name": str, "role": str, "os_user": str, "as": str, "synthetic": bool})
_TURNED: Keys = {
    "wave": str,
    "verb": str,
    "before": _STATUS,
    "after": _STATUS,
    "reason": str,
    "signature": SIGNATURE,
    "at": datetime,
    "seq": int,
}

WAVES: dict[str, Keys] = {
    "waves.list": {"waves": many(keys(WAVE)), "excluded": many(keys({"unit": str, "kind": UnitKind, "because": str}))},
    "waves.show": {
        **WAVE,
        "milestones": many(DatedMilestone),
        "freezes": many(DatedFreeze),
        "duties": many(DatedDuty),
        "night": ClockChange | None,
        "day_off": str,
        "distance_days": int,
        "cutover": Cutover | None,
        "runbook": _RUNBOOK,
        "moved": many(plus(Move, {"unit": str})),
        "systems": many(keys({"system": str, "waves": list[str], "retires": str})),
        "coexistence": many(Coexistence),
        "signed": many(_SIGNED),
    },
    "waves.timeline": {"now": datetime, "waves": many(keys(WAVE)), "svg?": str, "ics?": str},
    "waves.what-if": {**plus(WhatIf, {})["properties"], "now": datetime},
    "waves.pause": _TURNED,
    "waves.resume": _TURNED,
    "waves.cancel": _TURNED,
    "waves.close": _TURNED,
    "report.programme": {
        "file": str,
        "waves": many(keys({"wave": str, "status": _STATUS, "load": str | None})),
        "clashes": many(Clash),
    },
}
