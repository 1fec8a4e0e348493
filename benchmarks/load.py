"""How long does a wave's load take, beside a bare copy of the same journal? Usage: load.py [small|medium|large]"""

from __future__ import annotations

import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WAVE = "south-1"
CHUNK = 10_000


def vardskiftet(*arguments: str) -> tuple[float, str]:
    """Run the tool in a process of its own; seconds, and what it answered. Exits with its code if it fails."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "vardskiftet", *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"vardskiftet {' '.join(arguments)} ended with {done.returncode}")
    return time.perf_counter() - started, done.stdout


def bare_copy(journal: Path, copy: Path) -> tuple[float, int]:
    """Copy every row of every table with the standard library, nothing looked at; seconds, rows."""
    started = time.perf_counter()
    rows = 0
    source, target = sqlite3.connect(f"file:{journal}?mode=ro", uri=True), sqlite3.connect(copy)
    source.text_factory = bytes
    for name, statement in source.execute("select name, sql from sqlite_master where type = 'table' order by name").fetchall():
        table = '"' + name.decode().replace('"', '""') + '"'
        target.execute(statement.decode())
        cursor = source.execute(f"select * from {table}")
        marks = ", ".join("?" for _ in cursor.description)
        while chunk := cursor.fetchmany(CHUNK):
            target.executemany(f"insert into {table} values ({marks})", chunk)
            rows += len(chunk)
    target.commit()
    target.close()
    source.close()
    return time.perf_counter() - started, rows


def main(size: str) -> None:
    """Make a demo project, forget what it loaded, then time plan and apply against the bare copy."""
    folder = Path(tempfile.mkdtemp(prefix="vardskiftet-bench-"))
    try:
        project = folder / "project"
        made, _ = vardskiftet("demo", "--dir", str(project), "--size", size)
        shutil.rmtree(project / "work")
        planned, _ = vardskiftet("plan", WAVE, "--project", str(project))
        applied, _ = vardskiftet("apply", WAVE, "--project", str(project))
        _, answer = vardskiftet("books", WAVE, "--project", str(project), "--json")
        items = json.loads(answer)["total"]["extracted"]
        copied, rows = bare_copy(project / "journals" / "elvis.sqlite", folder / "copy.sqlite")
    finally:
        shutil.rmtree(folder)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # KiB on Linux
    print(f"size          {size}")
    print(f"demo          {made:10.2f} s  generate, plan, rehearse, apply, report")
    print(f"plan          {planned:10.2f} s")
    print(f"apply         {applied:10.2f} s  {items:,} items, {items / applied:,.0f} a second")
    print(f"bare copy     {copied:10.2f} s  {rows:,} rows, {rows / copied:,.0f} a second")
    print(f"apply : copy  {(applied / items) / (copied / rows):10.2f}    time an item against time a row")
    print(f"peak memory   {peak:10.0f} MiB  the largest single process")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "small")
