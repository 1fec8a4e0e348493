"""Which parents are missing, and how many rows look for them? Counts for everybody; the keys themselves for a reason only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vardskiftet.cli.console import Answer

Missing = Sequence[tuple[str, str, int]]
"""(mapping, source key of the parent, items that look for it)."""


def tell_orphans(answer: Answer, missing: Missing, *, keys: bool) -> None:
    """By mapping: items, and the different parents that they look for; with `keys` each of these by its source key."""
    items: Counter[str] = Counter()
    parents: Counter[str] = Counter()
    for mapping, _, number in missing:
        items[mapping] += number
        parents[mapping] += 1
    told = [(mapping, items[mapping], parents[mapping]) for mapping in sorted(items)]
    answer.own["missing_parents"] = [dict(zip(("mapping", "items", "parents"), one, strict=True)) for one in told]
    if told:
        answer.table("missing parents", ("mapping", "items", "different parents"), told)
    if keys:
        answer.own["missing_parent_keys"] = [dict(zip(("mapping", "key", "items"), one, strict=True)) for one in missing]
        answer.table("keys of missing parents", ("mapping", "key", "items"), list(missing))
    elif told:
        answer.say("Which ones: --show-values --reason TEXT")
