"""Who runs? A competitor is one entry here: its name, the ends that it can serve, and the commands of a run. Peers join by adding one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.workload.project import WAVE, write_project

Commands = tuple[tuple[str, tuple[str, ...]], ...]
"""(phase, command): run in turn, each measured."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: where the journal is, where the record goes, and a fresh folder for everything else."""

    source: str
    journal: str
    target: str
    record: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Competitor:
    """Somebody who moves workload W."""

    name: str
    says: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    commands: Callable[[Run], Commands]
    rows: str
    """The table and columns to hold its record against the others': `id` and `digest` in each table of the record."""


def _tool(run: Run) -> Commands:
    project = run.folder / "project"
    write_project(project, run.source, run.target)
    verb = (sys.executable, "-m", "vardskiftet", "--project", str(project))
    return (("plan", (*verb, "plan", WAVE)), ("load", (*verb, "apply", WAVE)))


def _straight_line(run: Run) -> Commands:
    script = (sys.executable, "-m", "benchmarks.competitors.straight_line")
    return (("load", (*script, run.source, run.journal, run.target, run.record)),)


def kinds(which: str) -> tuple[str, ...]:
    """The kinds of source or target that the tool has."""
    from vardskiftet.engine import sources, targets

    return tuple(sources.KINDS if which == "sources" else targets.KINDS)


def competitors() -> tuple[Competitor, ...]:
    """All of them; the straight line is what the others are measured against."""
    from benchmarks.competitors.straight_line_ends import READERS, WRITERS

    return (
        Competitor(
            "straight line",
            "a script for this journal alone, no restart, no books",
            tuple(READERS),
            tuple(WRITERS),
            _straight_line,
            "digest",
        ),
        Competitor("vardskiftet", "the tool: plan, then apply", kinds("sources"), kinds("targets"), _tool, "_digest"),
    )
