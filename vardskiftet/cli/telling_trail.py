"""How is a trail told? Item by item: fate, rules, batch and run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vardskiftet.cli.console import Answer
from vardskiftet.model.trail import Trail
from vardskiftet.run.trace import Whole


def tell_trails(answer: Answer, trails: Sequence[Trail]) -> None:
    """Every item of a row."""
    answer.own = {"person": None, "trails": [one.model_dump(mode="json") for one in trails], "unseen": []}
    for one in trails:
        item = f" item {one.item}" if one.item else ""
        answer.say(f"{one.system}.{one.table} {one.key}{item}: {one.fate}{f', {one.reason}' if one.reason else ''}")
        if one.id:
            answer.say(f"  {one.record_table} {one.id}")
        answer.say(
            f"  unit {one.unit or 'none'}, wave {one.wave}, batch {one.batch} of {one.mapping}, run {one.run_id}, {one.committed_at}"
        )
        for path, digest in one.rules:
            answer.say(f"  by {path} ({digest[:12]})")


def tell_whole(answer: Answer, whole: Whole) -> None:
    """A patient's items, system by system."""
    answer.own = {"person": whole.id, "trails": [one.model_dump(mode="json") for one in whole.trails], "unseen": list(whole.unseen)}
    answer.say(f"patient {whole.id}")
    answer.table(
        "items by system",
        ("system", "table", "key", "item", "fate", "why", "in the record"),
        [(one.system, one.table, one.key, one.item, one.fate, one.reason, f"{one.record_table} {one.id}".strip()) for one in whole.trails],
    )
    fates = Counter(one.fate for one in whole.trails)
    answer.say(f"{len(whole.trails):,} items: " + ", ".join(f"{number:,} {fate}" for fate, number in sorted(fates.items())))
    for table in whole.unseen:
        answer.say(f"Not asked: {table}.")
