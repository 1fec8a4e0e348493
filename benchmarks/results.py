"""What was measured? Medians and ratios, a table for each source, target and size; a text that says how they came about."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from statistics import median

import psutil

from benchmarks.parts import parts
from benchmarks.workload import TABLES, rows_of

LIBRARIES = ("duckdb", "pyarrow", "adbc-driver-sqlite", "adbc-driver-postgresql", "numpy", "pandas", "SQLAlchemy")
HERE = Path(__file__).parent
RUNS, PAGE = HERE / "runs.jsonl", HERE / "RESULTS.md"
BASE = "straight line"
ENOUGH = 3
"""Runs of which a median may be called one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one competitor: seconds and processor seconds of each phase, and the peak over all."""

    source: str
    target: str
    size: float
    competitor: str
    phases: dict[str, float]
    cpu: dict[str, float]
    peak: float
    version: str
    on: str


def kept(file: Path) -> list[Measured]:
    """Runs that were measured before."""
    if not file.is_file():
        return []
    return [Measured(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def keep(file: Path, runs: list[Measured]) -> None:
    """All runs, one a line."""
    file.write_text("".join(json.dumps(asdict(one), sort_keys=True) + "\n" for one in runs), encoding="utf-8")


def page(runs: list[Measured], not_measured: list[str]) -> str:
    """The whole of RESULTS.md."""
    groups = sorted({(one.source, one.target, one.size) for one in runs})
    lines = [HEAD, ""]
    for source, target, size in groups:
        mine = [one for one in runs if (one.source, one.target, one.size) == (source, target, size)]
        rows = sum(rows_of(table, size) for table in TABLES)
        lines += [f"## {source} to {target}, size {size}: {rows:,} rows", "", *_table(mine, rows), ""]
    lines += ["## Memory", "", *_memory(runs), ""]
    lines += parts()
    if not_measured:
        lines += ["## Not measured", "", *(f"- {one}" for one in not_measured), ""]
    lines += ["## With what", "", *_machine(), ""]
    return "\n".join(lines)


def rewrite() -> None:
    """RESULTS.md with the parts as they lie now; what was not measured stays told as it was."""
    there = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    told = there.partition("## Not measured\n\n")[2].partition("\n## ")[0]
    missing = [line.removeprefix("- ") for line in told.splitlines() if line.startswith("- ")]
    PAGE.write_text(page(kept(RUNS), missing), encoding="utf-8")


def _table(runs: list[Measured], rows: int) -> list[str]:
    names = sorted({one.competitor for one in runs}, key=lambda name: (name != BASE, name))
    loads = {name: median(one.phases["load"] for one in runs if one.competitor == name) for name in names}
    lines = [
        "| | runs | load s | rows/s | of the straight line | processor s | of the straight line | before the load, s | peak MiB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    cpus = {name: median(one.cpu["load"] for one in runs if one.competitor == name) for name in names}
    for name in names:
        own = [one for one in runs if one.competitor == name]
        seconds = [one.phases["load"] for one in own]
        before = median(sum(value for phase, value in one.phases.items() if phase != "load") for one in own)
        ratio, less = (f"{found[BASE] / found[name]:.2f}" if BASE in found else "" for found in (loads, cpus))
        spread = f"{loads[name]:.1f} ({min(seconds):.1f} to {max(seconds):.1f})"
        cells = [
            name,
            f"{len(own)}" if len(own) >= ENOUGH else f"{len(own)}, provisional",
            spread,
            f"{rows / loads[name]:,.0f}",
            ratio,
            f"{cpus[name]:.1f}",
            less,
            f"{before:.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} | {median(one.peak for one in own):,.0f} |")
    return lines


def _memory(runs: list[Measured]) -> list[str]:
    lines = ["| | " + " | ".join(f"{size}" for size in sorted({one.size for one in runs})) + " |"]
    lines.append("|---|" + "---|" * len({one.size for one in runs}))
    for source, target, name in sorted({(one.source, one.target, one.competitor) for one in runs}):
        cells = []
        for size in sorted({one.size for one in runs}):
            peaks = [one.peak for one in runs if (one.source, one.target, one.competitor, one.size) == (source, target, name, size)]
            cells.append(f"{median(peaks):,.0f}" if peaks else "")
        lines.append(f"| {name}, {source} to {target}, MiB | " + " | ".join(cells) + " |")
    return lines


def _machine() -> list[str]:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    memory = psutil.virtual_memory().total / 2**30
    return [
        f"Python {platform.python_version()}, {versions}.",
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}; written {date.today().isoformat()}.",  # noqa: DTZ011 - a page for people
    ]


HEAD = """# How fast

Written by `make bench`, and by `make bench-mark`, which measures again at 0.1 and 0.3; not edited by hand. Workload W and the
competitors are told in [README.md](README.md). Competitors run in turn, A B A B, each in fresh processes and with an empty record;
medians with their range. Ratios within one table hold better than seconds, and those of processor seconds better than those of the wall,
where a machine is not ours alone. *Load* is the whole of `vardskiftet apply`: from the start of the process, over a held copy of the
source, to closed books; *before the load* is `vardskiftet plan`, which the straight line has none of. *Peak* is the resident memory of
the process tree, without servers. Every run's record was held against the straight line's: the same rows, by id and by SHA-256 of their
content."""
