"""What does a catch-up cost beside the first load, with one row in a hundred changed? Usage: delta.py [small|medium|large]"""

from __future__ import annotations

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

from vardskiftet.declare import read
from vardskiftet.demo.asked import SIZES
from vardskiftet.demo.project import make_project
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.shipped import shipped

WAVE = "south-1"
EVERY = 100
TABLES = {"person": "telefon", "bokning": "anteckning", "remiss": "orsak_text", "vantelista": "kommentar"}
"""Elvis's tables, each with a column of free text."""


@dataclass(frozen=True)
class Took:
    """What a command came to, in seconds of the clock and of the processors."""

    answer: dict[str, object]
    wall: float
    cpu: float


def vardskiftet(project: Path, *arguments: str) -> Took:
    """Run the tool in a process of its own. Ends with its code if it fails; a finding is no failure."""
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, "-m", "vardskiftet", *arguments, "--json"], cwd=project, stdout=subprocess.PIPE) as process:
        out = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        sys.exit(f"vardskiftet {' '.join(arguments)} ended with {process.returncode}")
    return Took(json.loads(out), time.perf_counter() - started, used.ru_utime + used.ru_stime)


def changed(journal: Path) -> int:
    """Change one row in a hundred of every table, as the journal's users would; returns how many."""
    total = 0
    with closing(sqlite3.connect(journal)) as old:
        for table, words in TABLES.items():
            (newest,) = old.execute(f"select max(andrad_tid) from {table} where andrad_tid like '____-__-__ %'").fetchone()
            done = old.execute(
                f"update {table} set {words} = coalesce({words}, '') || ' x', andrad_tid = ? where rowid % {EVERY} = 0", (newest,)
            )
            total += done.rowcount
        old.commit()
    return total


def scan_seconds(project: Path, run_id: str) -> float:
    """Seconds that the run's scans of keys took, as the programme's memory tells."""
    with closing(sqlite3.connect(project / "work" / "store.sqlite")) as store:
        told = store.execute("select payload from event where run_id = ? and kind = 'keys.scanned'", (run_id,)).fetchall()
    return sum(float(json.loads(payload)["seconds"]) for (payload,) in told)


def main(size: str) -> None:
    """Make a demo project of one journal, load its first wave anew, change the journal, and catch up."""
    folder = Path(tempfile.mkdtemp(prefix="vardskiftet-bench-"))
    try:
        words = vocabulary()
        project = make_project(folder / "project", shipped(), SIZES[size], 7, lambda path: read(path, words), journals=("elvis",)).folder
        vardskiftet(project, "plan", WAVE)
        whole = vardskiftet(project, "apply", WAVE)
        rows = changed(project / "journals" / "elvis.sqlite")
        vardskiftet(project, "plan", WAVE)
        delta = vardskiftet(project, "apply", WAVE)
        scan = scan_seconds(project, str(delta.answer["run_id"]))
        idle = vardskiftet(project, "books", WAVE)
    finally:
        shutil.rmtree(folder)
    print(f"size            {size}; {rows:,} rows changed")
    print(f"first load      {whole.wall:8.2f} s  {whole.cpu:8.2f} s of processor")
    print(f"delta           {delta.wall:8.2f} s  {delta.cpu:8.2f} s of processor")
    print(f"its key scan    {scan:8.2f} s")
    print(f"books alone     {idle.wall:8.2f} s  {idle.cpu:8.2f} s of processor, for comparison: starting up, counting, asking")
    print(f"delta : load    {(delta.wall - scan) / whole.wall:8.2f}    without the key scan; with it {delta.wall / whole.wall:.2f}")
    print(f"processor       {delta.cpu / whole.cpu:8.2f}    with the key scan")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "small")
