"""What do the verbs answer that take in evidence, measure checks and ask gates?"""

from __future__ import annotations

from datetime import date, datetime

from vardskiftet.cli.documents.shape import Keys, Schema, keys, many
from vardskiftet.cli.documents.waves import SIGNATURE
from vardskiftet.model.check import Per
from vardskiftet.model.command import Command
from vardskiftet.model.evidence import AddedEvidence, EvidenceColumn, EvidenceRef
from vardskiftet.model.outcome import Outcome, Severity, Verdict
from vardskiftet.model.readiness import CriteriaChange
from vardskiftet.run.history import Past

_NUMBER: Schema = {"type": ["number", "null"]}
_CHANGES = many(CriteriaChange)

_SOURCE: Keys = {
    "name": str,
    "title": str,
    "command": Command | None,
    "owner": str,
    "max_age_hours": float,
    "state": {"enum": ["missing", "stale", "fresh"]},
    "in_force": AddedEvidence | None,
}

RESULT = keys(
    {
        "check": str,
        "unit": str,
        "result": Outcome,
        "why": str,
        "value": _NUMBER,
        "part": _NUMBER,
        "whole": _NUMBER,
        "shown": str,
        "threshold": str,
        "severity": Severity,
        "asked": bool,
        "gate": str,
        "shadow": bool,
        "waived": str | None,
        "as_of": datetime | None,
        "rows": int | None,
        "excluded": int | None,
        "group": str,
        "owner": str,
    }
)

_FREEZING = keys({"at": datetime, "digest": str, "name": str, "role": str, "reason": str, "changes": _CHANGES})
_CRITERIA: Keys = {"digest": str, "freezings": many(_FREEZING), "unsigned_changes": _CHANGES}

READY: Keys = {
    "wave": str,
    "gate": str,
    "gate_day": date,
    "unit": str,
    "as_of": datetime,
    "verdict": Verdict,
    "results": many(RESULT),
    "criteria": keys({"digest": str, "frozen_at": datetime | None, "unsigned_changes": _CHANGES}),
    "decision": {"type": "null"},
}

_GATE = keys({"gate": str, "title": str, "day": date, "days": int, "verdict": Verdict, "asked": int, "next": bool})
_CHECK: Keys = {
    "check": str,
    "topic": str,
    "title": str,
    "title_sv": str,
    "question": str,
    "question_sv": str,
    "why": str,
    "source": str,
    "per": Per,
    "applies_to": {"type": "object"},
    "threshold_from": str,
    "severity": Severity,
    "gate": str,
    "owner": str,
    "deputy": str,
    "remedy": str,
    "remedy_sv": str,
    "waivable": {"type": ["object", "null"]},
    "shadow": bool,
    "was": str,
    "measure": str,
    "threshold": str,
    "max_age_hours": float,
}

READINESS: dict[str, Keys] = {
    "evidence.add": {"evidence": AddedEvidence, "new": bool, "in_force": bool},
    "evidence.list": {"sources": many(keys(_SOURCE))},
    "evidence.show": {**_SOURCE, "columns": many(EvidenceColumn), "handed_in": many(AddedEvidence), "checks": list[str]},
    "evidence.trust": {"evidence": str, "command": Command, "sha256": str, "reason": str, "signature": SIGNATURE},
    "check.run": {
        "wave": str,
        "measured": many(keys({"check": str, "units": int, "evidence": many(EvidenceRef), "error": str})),
    },
    "check.explain": {"wave": str, **_CHECK, "results": many(RESULT)},
    "check.history": {"check": str, "wave": str, "more": bool, "measured": many(Past)},
    "gate.status": {"wave": str, "gates": many(_GATE), **_CRITERIA},
    "gate.freeze": {"wave": str, **_CRITERIA},
    "ready": READY,
    "report.readiness": {"wave": str, "gate": str, "verdict": Verdict, "file": str, "format": {"enum": ["html", "md", "json"]}},
}
