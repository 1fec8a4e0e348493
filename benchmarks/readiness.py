"""How long does a gate's answer take for many units, many checks and years of history, beside a plain query of the same rows?

Usage: python -m benchmarks.readiness [UNITS] [CHECKS] [WEEKS]; 500, 120 and 104 if not said. Of ten checks one fails in some units,
and of twenty one was never measured, as in a programme that is under way. Writes parts/readiness.md, and RESULTS.md anew.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from benchmarks.measure import Cost, run
from benchmarks.parts import part
from vardskiftet.declare import read
from vardskiftet.demo.starter import start
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.judge.definition import definition
from vardskiftet.model.evidence import EvidenceRef
from vardskiftet.model.measurement import Measurement, UnitValue
from vardskiftet.model.programme import Programme
from vardskiftet.run.evidence import ADDED
from vardskiftet.run.measured import MEASURED, payload_of
from vardskiftet.store.store import Store

WAVE = "first"
FAILING, NEVER = 3, 7
"""Which of ten checks fails in every seventh unit, and which of twenty was never measured."""
NOW = datetime(2024, 11, 5, 7, 0, tzinfo=UTC)
GATES = """\
gates:
  - {gate: G7, title: People, question: "Are people ready?", at: T-7d}
"""
SOURCE = """\
  - evidence: e{n}
    title: Evidence {n}
    columns: {{unit: unit, part: count, whole: count}}
    key: [unit]
    unit: unit
    max_age: 14d
    owner: owner {n}
"""
ASKED = {
    "ready": ("ready", WAVE),
    "ready --json": ("ready", WAVE, "--json"),
    "report readiness": ("report", "readiness", WAVE),
    "gate status": ("gate", "status", WAVE),
    "status": ("status",),
    "waves list": ("waves", "list"),
}
CHECK = """\
  - check: C{n:03d}
    title: Check {n}
    question: "Is it so?"
    why: "It must be."
    per: unit
    measure: {{ratio: {{part: part, whole: whole}}, in: e{n}}}
    threshold: {{pass: ">= 0.95", warn: ">= 0.9"}}
    severity: hard
    gate: G7
    owner: owner {n}
    remedy: "Mend it."
"""


def project(folder: Path, units: int, checks: int) -> Programme:
    """A programme of so many units and checks, from the tool's own beginning."""
    start(folder, "Bench", "anna", datetime(2024, 1, 2), {})  # noqa: DTZ001 - only its day is used
    programme = folder / "waves/programme.yaml"
    programme.write_text(f"{programme.read_text(encoding='utf-8')}synthetic: true\nclock: 2024-11-05 08:00\n", encoding="utf-8")
    more = [
        f"  - {{unit: u{n:03d}, title: Unit {n}, kind: private_provider, area: x, hsa_id: SE2321000131-Y{n:04d}}}" for n in range(units - 2)
    ]
    with (folder / "waves/units.yaml").open("a", encoding="utf-8") as file:
        file.write("\n".join(more) + "\n")
    wave = folder / "waves/first.yaml"
    lines = wave.read_text(encoding="utf-8").splitlines(keepends=True)
    lines = ["go_live: 2024-11-12 04:00\n" if line.startswith("go_live:") else line for line in lines]
    at = lines.index("units:\n") + 1
    members = [f"  - {{unit: u{n:03d}, scope: primary_care}}\n" for n in range(units - 2)]
    wave.write_text("".join([*lines[:at], *members, *lines[at:]]), encoding="utf-8")
    (folder / "checks").mkdir()
    (folder / "checks/gates.yaml").write_text(GATES, encoding="utf-8")
    (folder / "checks/sources.yaml").write_text("sources:\n" + "".join(SOURCE.format(n=n) for n in range(checks)), encoding="utf-8")
    topic = "topic: all\ntitle: All\nchecks:\n" + "".join(CHECK.format(n=n) for n in range(checks))
    (folder / "checks/all.yaml").write_text(topic, encoding="utf-8")
    return read(folder, vocabulary())


def history(programme: Programme, weeks: int) -> int:
    """Fill the memory with a measurement of every check in every week, as `check run` leaves them; returns how many results that is."""
    names = [member.unit for member in programme.wave(WAVE).units]
    present = {"now": NOW}
    store = Store.open(programme.root / "work/store.sqlite", lambda: present["now"])
    for week in range(weeks, -1, -1):
        at = present["now"] = NOW - timedelta(weeks=week)
        for place, check in enumerate(programme.criteria.checks):
            ref = EvidenceRef(name=check.measure.evidence, digest=f"{week:064d}", as_of=at)
            if place % 20 == NEVER:
                continue
            if week == 0:
                told = {"file": "x.csv", "format": "csv", "encoding": "utf-8", "rows": len(names), "ignored": [], "identifiers": 0}
                store.append(ADDED, {"name": ref.name, "digest": ref.digest, "as_of": at.isoformat(), "importer": "x", **told}, "bench")
            values = tuple(_value(name, number, place, week) for number, name in enumerate(names))
            store.append(MEASURED, payload_of(Measurement(check.check, WAVE, at, definition(check), (ref,), values)), f"run-{week}")
    store.close()
    return len(names) * len(programme.criteria.checks)


def _value(unit: str, number: int, place: int, week: int) -> UnitValue:
    worse = 4 if place % 10 == FAILING and number % 7 == 0 else 0
    part = Fraction(100 - (number * 7 + place * 3 + week) % 6 - worse)
    one = UnitValue(unit, part / 100, part, Fraction(100), 100)
    return replace(one, excluded=number % 3)


def timed(folder: Path, *arguments: str) -> Cost:
    """What a command costs in a process of its own, by the median of three runs; the gate may say no."""
    script = "import subprocess, sys; code = subprocess.run(sys.argv[1:], check=False).returncode; sys.exit(code not in (0, 1, 3, 4))"
    command = (sys.executable, "-c", script, sys.executable, "-m", "vardskiftet", *arguments, "--project", str(folder))
    costs = [run(command, folder, os.environ) for _ in range(3)]
    return Cost(*(statistics.median(getattr(one, name) for one in costs) for name in ("seconds", "cpu", "peak")))


def plain(path: Path, checks: int) -> float:
    """Processor seconds that SQLite itself takes for the units of each check's newest measurement, expanded row by row."""
    started = time.process_time()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = connection.execute(
        "select json_extract(u.value, '$[0]'), json_extract(u.value, '$[1]') from (select payload from event where kind = ?"
        " order by seq desc limit ?) as newest, json_each(newest.payload, '$.units') as u",
        (MEASURED, checks),
    ).fetchall()
    connection.close()
    assert rows
    return time.process_time() - started


def main(units: int = 500, checks: int = 120, weeks: int = 104) -> None:
    """Make the memory, ask the gate, write the report, and say how long beside the plain query."""
    folder = Path(tempfile.mkdtemp(prefix="vardskiftet-bench-"))
    try:
        programme = project(folder, units, checks)
        results = history(programme, weeks)
        path = folder / "work/store.sqlite"
        found = {name: timed(folder, *words) for name, words in ASKED.items()}
        bare = statistics.median(plain(path, checks) for _ in range(3))
        size = path.stat().st_size >> 20
        head = f"{units} units × {checks} checks = {results:,} results, {weeks + 1} weeks of history, a memory of {size:,} MiB"
        lines = [f"{head}. A plain SQLite query of the newest rows of the same history takes {bare:.2f} processor seconds.", ""]
        lines += ["| | s | processor s | × the plain query | peak MiB |", "|---|---|---|---|---|"]
        for name, cost in found.items():
            lines.append(f"| `{name}` | {cost.seconds:.1f} | {cost.cpu:.1f} | {cost.cpu / bare:.1f} | {cost.peak:,.0f} |")
        part("readiness", "Readiness", "\n".join(lines))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:4]))
