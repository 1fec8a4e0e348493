"""What are a wave's criteria as they stand, and what was changed since they were frozen?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from vardskiftet.model.check import Check, Criteria
from vardskiftet.model.readiness import CriteriaChange
from vardskiftet.model.wave import Wave

Frozen = dict[str, dict[str, str]]
"""A check, a source, a gate or a unit, to its fields as texts."""

ABSENT = ""


def as_they_stand(criteria: Criteria, wave: Wave) -> Frozen:
    """Everything that the verdict of a wave depends on, field by field."""
    found: Frozen = {}
    for check in criteria.checks:
        found[f"check {check.check}"] = _of_check(check)
    for source in criteria.sources:
        unsaid = set() if source.command else {"command"}
        shown = source.model_dump(mode="json", exclude={"evidence", "title", "owner", *unsaid})
        found[f"evidence {source.evidence}"] = {name: _text(value) for name, value in shown.items()}
    for place, gate in enumerate(criteria.gates):
        found[f"gate {gate.gate}"] = {"at": _text(gate.at.model_dump(mode="json")), "place": str(place)}
    for member in wave.units:
        found[f"unit {member.unit}"] = {"scope": member.scope.value}
    return found


def digest(frozen: Frozen) -> str:
    """SHA-256 of criteria."""
    return hashlib.sha256(json.dumps(frozen, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def changes(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> tuple[CriteriaChange, ...]:
    """What is no longer as it was, by name and field."""
    found = [CriteriaChange(what, "", "declared", "gone") for what in sorted(set(before) - set(after))]
    found += [CriteriaChange(what, "", "not declared", "new") for what in sorted(set(after) - set(before))]
    for what in sorted(set(before) & set(after)):
        for name in sorted(set(before[what]) | set(after[what])):
            one, other = before[what].get(name, ABSENT), after[what].get(name, ABSENT)
            if one != other:
                found.append(CriteriaChange(what, name, one, other))
    return tuple(sorted(found, key=lambda one: (one.what, one.field)))


def _of_check(check: Check) -> dict[str, str]:
    shown: dict[str, Any] = check.model_dump(
        mode="json",
        include={"per", "applies_to", "severity", "gate", "max_age", "waivable", "shadow", "target", "was"},
    )
    measure = check.measure.model_dump(mode="json", exclude={"file", "command"}, exclude_defaults=True)
    threshold = f"pass {check.threshold.passes}" + (f", warn {check.threshold.warns}" if check.threshold.warns else "")
    return {name: _text(value) for name, value in shown.items()} | {"measure": _text(measure), "threshold": threshold}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
