"""What does a catch-up cost beside the first load, with one row in a hundred changed? `python -m benchmarks.delta [--size 0.3]`.

Workload W from SQLite to SQLite, its journal with a column that says when a row was changed. Each command in a process of its own; the
processor's seconds are what is compared. The scan of keys and marks is mandatory and grows with the whole, so it is told apart.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.parts import part
from benchmarks.workload.project import WAVE, write_project
from benchmarks.workload.sizes import TABLES
from benchmarks.workload.stores import sqlite_journal

EVERY = 100
VERSIONS = 1000
"""A row's version is a number that grows with each change anywhere, as a journal's own counter."""
CHANGES = {
    "person": "adress = adress || ' x'",
    "vardkontakt": "orsak = orsak || ' x'",
    "diagnos": "rang = rang % 5 + 1",
    "labsvar": "varde = varde || '1'",
    "anteckning": "text = text || ' x'",
}
"""Each table with what its users change in a row."""


@dataclass(frozen=True)
class Took:
    """What a command came to, in seconds of the clock and of the processors."""

    answer: dict[str, object]
    wall: float
    cpu: float


def vardskiftet(project: Path, *arguments: str) -> Took:
    """Run the tool in a process of its own. Ends with its code if it fails; a finding is no failure."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "vardskiftet", *arguments, "--json", "--project", str(project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"BENCH_JOURNAL": str(project / "journal.sqlite")}) as process:
        out = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        sys.exit(f"vardskiftet {' '.join(arguments)} ended with {process.returncode}: {out.decode(errors='replace')[-800:]}")
    return Took(json.loads(out), time.perf_counter() - started, used.ru_utime + used.ru_stime)


def made(folder: Path, size: float) -> Path:
    """A project whose journal says of each row when it was changed."""
    project = folder / "project"
    write_project(project, "sqlite", "sqlite")
    journal = Path(sqlite_journal(folder, size)["BENCH_JOURNAL"])
    shutil.move(journal, project / "journal.sqlite")
    with closing(sqlite3.connect(project / "journal.sqlite")) as old:
        for table in TABLES:
            old.execute(f"alter table {table} add column version integer")
            old.execute(f"update {table} set version = 1 + rowid % {VERSIONS}")
        old.commit()
    for mapping in (project / "mappings" / "journal").glob("*.yaml"):
        if mapping.name != "system.yaml":
            with mapping.open("a", encoding="utf-8") as file:
                file.write("changed: {from: version, overlap: 0}\n")
    return project


def changed(journal: Path) -> int:
    """Change one row in a hundred of every table, as the journal's users would; returns how many."""
    total = 0
    with closing(sqlite3.connect(journal)) as old:
        for table, change in CHANGES.items():
            total += old.execute(f"update {table} set {change}, version = {VERSIONS + 1} where rowid % {EVERY} = 0").rowcount
        old.commit()
    return total


def scanning(project: Path, run_id: str) -> tuple[float, float]:
    """Seconds, and seconds of processor, that the run's scans of keys took, as the programme's memory tells."""
    with closing(sqlite3.connect(project / "work" / "store.sqlite")) as store:
        told = store.execute("select payload from event where run_id = ? and kind = 'keys.scanned'", (run_id,)).fetchall()
    figures = [json.loads(payload) for (payload,) in told]
    return sum(float(one["seconds"]) for one in figures), sum(float(one["cpu"]) for one in figures)


def main() -> None:
    """Load anew, change the journal, catch up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=0.3, help="of eighteen million rows")
    parser.add_argument("--keep", type=Path, help="a folder to work in, and to leave as it is then")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="delta-"))
    try:
        folder.mkdir(exist_ok=True)
        project = made(folder, asked.size)
        vardskiftet(project, "plan", WAVE)
        whole = vardskiftet(project, "apply", WAVE)
        rows = changed(project / "journal.sqlite")
        vardskiftet(project, "plan", WAVE)
        delta = vardskiftet(project, "apply", WAVE)
        scan, scan_cpu = scanning(project, str(delta.answer["run_id"]))
    finally:
        if asked.keep is None:
            shutil.rmtree(folder)
    part("delta", "A catch-up", _told(asked.size, rows, whole, delta, (scan, scan_cpu)))


def _told(size: float, rows: int, whole: Took, delta: Took, scan: tuple[float, float]) -> str:
    """The table of the part: the first load, the catch-up, and its scan apart."""
    alone = Took({}, delta.wall - scan[0], delta.cpu - scan[1])
    lines = [
        f"Workload W at size {size}, SQLite to SQLite, with a mark in every table; then {rows:,} rows changed, one in a hundred.",
        "The scan reads keys, units and marks of every row, and what stands in the record: it is mandatory, and grows with the whole.",
        "",
        "| | s | processor s | of the first load, by processor |",
        "|---|---|---|---|",
    ]
    named = (("first load", whole), ("catch-up", delta), ("its key scan", Took({}, *scan)), ("catch-up without it", alone))
    lines += [f"| {name} | {one.wall:.1f} | {one.cpu:.1f} | {one.cpu / whole.cpu:.2f} |" for name, one in named]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
