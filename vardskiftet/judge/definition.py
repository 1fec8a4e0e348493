"""Is a check still the one that was measured? The digest of how its value comes about."""

from __future__ import annotations

import hashlib
import json

from vardskiftet.model.check import Check


def definition(check: Check) -> str:
    """SHA-256 of what a measurement depends on: the measure, whom it is asked of, and which way is better."""
    told_of = {"file"} if check.measure.command else {"file", "command"}
    body = {
        "measure": check.measure.model_dump(mode="json", exclude=told_of),
        "per": check.per.value,
        "applies_to": check.applies_to.model_dump(mode="json"),
        "more_is_better": check.threshold.more_is_better,
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
