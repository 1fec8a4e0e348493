"""What did the old systems' users write after the final delta? Each source as it stands now, beside what the delta read."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.late import differing, marked_after
from vardskiftet.engine.sources import open_held, open_source
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.model.plan import Plan
from vardskiftet.run.desk import Desk
from vardskiftet.run.listing import place_list
from vardskiftet.run.since import lowest_mark

LATE = "source.written_after"
HEADS = ("mapping", "source_key", "what")
WRITTEN, DELETED, UNKNOWN = "written", "deleted", "unknown"
Late = tuple[str, str, str]
"""(mapping, source key, what): `unknown`, without a key, where nothing is left to compare with."""


def written_after(desk: Desk, plan: Plan, target: Target, spill: Path) -> tuple[Late, ...]:
    """Every source row that was written or deleted since the plan held its sources, sorted.

    Compared row by row with the copy that the plan holds; where a source leaves none, by the marks of its mapping.
    """
    found: list[Late] = []
    with ExitStack() as closing:
        closing.callback(shutil.rmtree, spill, ignore_errors=True)
        duck = open_duck(spill)
        closing.callback(duck.close)
        for name in plan.mappings:
            mapping = desk.programme.mapping(name)
            system = desk.programme.system(mapping.system)
            live, held = open_source(system, desk.programme.root), open_held(system, desk.held(plan))
            closing.callback(live.close)
            if held is not None:
                closing.callback(held.close)
                found += [(name, key, what) for key, what in differing(duck, mapping, live, held)]
            else:
                mark = lowest_mark(desk, target, plan, name) if mapping.changed else None
                found += [(name, key, WRITTEN) for key in marked_after(duck, mapping, live, mark)] if mark else [(name, "", UNKNOWN)]
    return tuple(sorted(found))


def list_late(rows: tuple[Late, ...], plan: Plan, folder: Path) -> Path | None:
    """Write the log beside the data; None if nothing was written after."""
    if not rows:
        return None
    path = folder / f"late-{plan.name}.csv"
    place_list(path, HEADS, rows)
    return path


def in_words(rows: tuple[Late, ...]) -> tuple[str, ...]:
    """By mapping, how many rows the delta does not know; those of which nobody can tell in one sentence."""
    by_mapping: dict[str, list[str]] = {}
    for name, _, what in rows:
        by_mapping.setdefault(name, []).append(what)
    silent = [name for name, of in by_mapping.items() if UNKNOWN in of]
    found = [
        f"{name}: {of.count(WRITTEN):,} rows written and {of.count(DELETED):,} deleted after the final delta"
        for name, of in by_mapping.items()
        if name not in silent
    ]
    if silent:
        why = "leaves no copy and says no times" if len(silent) == 1 else "leave no copies and say no times"
        whose = "its source" if len(silent) == 1 else "their sources"
        found.append(f"{', '.join(silent)}: nobody can tell what was written after the final delta; {whose} {why}")
    return tuple(found)
