"""How fast is a wave verified, beside tools that compare two equal tables? `python -m benchmarks.verification [--size 0.01] [--runs 3]`.

`--size 0.6 --source postgresql --keep FOLDER` is the mark: ten million rows between two databases, loaded once and kept for further runs.

BENCH_RECORD names an empty PostgreSQL database (BENCH_POSTGRESQL another, where the journal is to lie in one); BENCH_RELADIFF and
BENCH_DATACOMPY the Python interpreters in which those tools are installed (left out where they are not set). After the load 100 rows are
changed, 100 deleted and 100 invented: whoever does not find exactly these has no time to show.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from benchmarks.measure import Cost, run
from benchmarks.parts import part
from benchmarks.workload.project import WAVE, write_project
from benchmarks.workload.stores import STORES

TABLE, KEY, SPOILT = "lab_result", "lab_result_id", 100

RELADIFF = """
import sys, reladiff
from urllib.parse import parse_qs, urlsplit
told, key, columns, log = urlsplit(sys.argv[1]), sys.argv[2], sys.argv[3].split(","), sys.argv[4]
url = {"driver": "postgresql", "host": parse_qs(told.query).get("host", [told.hostname])[0], "user": told.username, "dbname": told.path[1:]}
url |= {name: value for name, value in (("password", told.password), ("port", told.port)) if value}
one, other = (reladiff.connect_to_table(url, table, key, extra_columns=tuple(columns)) for table in ("whole", "lab_result"))
found = {row[0] for sign, row in reladiff.diff_tables(one, other, extra_columns=tuple(columns))}
open(log, "w").write(str(len(found)))
"""
DATACOMPY = """
import sys, pandas, sqlalchemy, datacompy
url, key, columns, log = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4]
engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"))
one, other = (pandas.read_sql(f"select {key}, {columns} from {table}", engine) for table in ("whole", "lab_result"))
compare = datacompy.PandasCompare if hasattr(datacompy, "PandasCompare") else datacompy.Compare
found = compare(one, other, join_columns=[key])
changed = len(found.intersect_rows) - found.count_matching_rows()
open(log, "w").write(str(len(found.df1_unq_rows) + len(found.df2_unq_rows) + changed))
"""


@dataclass(frozen=True)
class Entrant:
    """Somebody who looks for the spoilt rows: its command, and how many it found."""

    name: str
    command: tuple[str, ...]
    found: Callable[[Path], int]


def main() -> None:
    """Load once, spoil, and let everybody look in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=0.01, help="of eighteen million rows")
    parser.add_argument("--source", default="sqlite", choices=sorted(STORES))
    parser.add_argument("--runs", type=int, default=3, help="of each, in turn; medians are taken")
    parser.add_argument("--keep", type=Path, help="a folder in which the loaded wave stays for further runs; BENCH_RECORD stays with it")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="verification-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        env = {**os.environ, **STORES[asked.source](folder, asked.size)}
        tool = (sys.executable, "-m", "vardskiftet", "--project", str(folder / "project"))
        loaded = _loaded(tool, folder, asked.source, env)
        costs = _duel(entrants := _entrants(tool, env["BENCH_RECORD"], folder), folder, env, asked.runs)
        part(f"verification-{asked.source}-{asked.size}", f"Verification, {asked.source} to postgresql", told(entrants, costs, loaded))
    finally:
        if asked.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What lies ready to be verified: rows of the spoilt table, rows of the whole record, and what the load of it took."""

    rows: int
    everything: int
    seconds: float
    peak: float
    """MiB of resident memory, without servers."""


def _loaded(tool: tuple[str, ...], folder: Path, source: str, env: Mapping[str, str]) -> Loaded:
    """The wave planned, loaded and spoilt; as it was left, where that was done before."""
    note = folder / "loaded.json"
    if not note.is_file():
        write_project(folder / "project", source, "postgresql")
        costs = [run((*tool, verb, WAVE, "--quiet"), folder, env) for verb in ("plan", "apply")]
        print(*costs, flush=True)
        rows, everything = _spoil(env["BENCH_RECORD"])
        note.write_text(json.dumps([rows, everything, costs[-1].seconds, max(one.peak for one in costs)]), encoding="utf-8")
    return Loaded(*json.loads(note.read_text(encoding="utf-8")))


def _spoil(url: str) -> tuple[int, int]:
    """Keep the table as it was loaded, then spoil it; returns its rows, and those of the whole record."""
    with psycopg.connect(url) as record:
        record.execute(f"create table whole as select * from {TABLE}".encode())
        record.execute(f"alter table whole add primary key ({KEY})".encode())
        keys = [row[0] for row in record.execute(f"select {KEY} from {TABLE} order by {KEY}").fetchall()]
        step = len(keys) // (2 * SPOILT)
        changed, lost = keys[:: 2 * step][:SPOILT], keys[step :: 2 * step][:SPOILT]
        columns = _columns(url)
        record.execute(f"update {TABLE} set value = coalesce(value, 0) + 1 where {KEY} = any(%s)".encode(), (changed,))
        record.execute(f"delete from {TABLE} where {KEY} = any(%s)".encode(), (lost,))
        told = ", ".join([*columns, "_batch", "_unit", "_key", "_digest"])
        record.execute(
            f"insert into {TABLE} ({KEY}, {told}) select gen_random_uuid(), {told} from {TABLE} order by {KEY} limit {SPOILT}".encode()
        )
        record.commit()
        record.autocommit = True
        record.execute(b"analyze")
        tables = [row[0] for row in record.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()]
        sizes = {name: record.execute(f'select count(*) from "{name}"'.encode()).fetchone() for name in tables}
    ours = sum(size[0] for name, size in sizes.items() if size and not name.startswith("vs_") and name != "whole")
    return len(keys), ours


def _columns(url: str) -> list[str]:
    with psycopg.connect(url) as record:
        found = record.execute(
            "select column_name from information_schema.columns where table_name = %s"
            " and column_name not like '\\_%%' and column_name <> %s order by ordinal_position",
            (TABLE, KEY),
        ).fetchall()
    return [str(name) for (name,) in found]


def _entrants(tool: tuple[str, ...], url: str, folder: Path) -> list[Entrant]:
    log, columns = folder / "found.txt", ",".join(_columns(url))
    ours = (*tool, "verify", WAVE, "--quiet", "--json")
    found = [
        Entrant("verify, rows", _judged((*ours, "--level", "rows")), _of_json),
        Entrant("verify, quick", _judged((*ours, "--quick")), _of_json),
    ]
    for name, variable, script in (("reladiff hashdiff", "BENCH_RELADIFF", RELADIFF), ("datacompy, pandas", "BENCH_DATACOMPY", DATACOMPY)):
        if python := os.environ.get(variable):
            command = (python, "-c", script, url, KEY, columns, str(log))
            found.append(Entrant(name, command, lambda _folder: int(log.read_text(encoding="utf-8"))))
    return found


def _judged(command: tuple[str, ...]) -> tuple[str, ...]:
    """A verification that finds something ends with 1 or 8; that is what it is for."""
    script = "import subprocess, sys; code = subprocess.run(sys.argv[1:], check=False).returncode; sys.exit(code not in (0, 1, 8))"
    return (sys.executable, "-c", script, *command)


def _of_json(folder: Path) -> int:
    answer = json.loads((folder / "said.txt").read_text(encoding="utf-8"))
    return int(answer["differences"]["total"])


def _duel(entrants: list[Entrant], folder: Path, env: Mapping[str, str], runs: int) -> dict[str, list[tuple[Cost, float]]]:
    """Everybody in turn. Ends the benchmark where somebody finds more or less than was spoilt."""
    costs: dict[str, list[tuple[Cost, float]]] = {one.name: [] for one in entrants}
    for number in range(runs):
        for one in entrants:
            before = server_seconds(env["BENCH_RECORD"])
            cost = run(one.command, folder, env)
            served = server_seconds(env["BENCH_RECORD"]) - before
            found = one.found(folder)
            if found != 3 * SPOILT:
                sys.exit(f"{one.name} found {found} of {3 * SPOILT} rows")
            costs[one.name].append((cost, served))
            print(
                f"run {number + 1}, {one.name}: {cost.seconds:.1f} s, processor {cost.cpu:.1f} s and the server's {served:.1f} s",
                flush=True,
            )
    return costs


def told(entrants: list[Entrant], costs: Mapping[str, list[tuple[Cost, float]]], loaded: Loaded) -> str:
    """The table of the part: medians, rows by the second of the wall and of all processors, and the share of reladiff's."""
    head = (
        f"{loaded.rows:,} rows of {TABLE} with {SPOILT} changed, {SPOILT} missing and {SPOILT} invented; the tool verifies the whole"
        f" record, {loaded.everything:,} rows, through its mappings. The server's processor seconds count too: some let it work for them."
        f" The load of them before took {loaded.seconds:.0f} s and at most {loaded.peak:,.0f} MiB."
    )
    lines = [
        head,
        "",
        "| who | runs | rows | s | rows/s | processor s | and the server's | rows per processor s | peak MiB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    there = [one for one in entrants if costs.get(one.name)]
    looked = {one.name: loaded.everything if one.name.startswith("verify") else loaded.rows for one in there}
    for one in there:
        mine, rows = costs[one.name], looked[one.name]
        seconds, cpu, peak = (statistics.median(getattr(cost, name) for cost, _ in mine) for name in ("seconds", "cpu", "peak"))
        served = statistics.median(served for _, served in mine)
        cells = (one.name, len(mine), f"{rows:,}", f"{seconds:.1f}", f"{rows / seconds:,.0f}", f"{cpu:.1f}", f"{served:.1f}")
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} | {rows / (cpu + served):,.0f} | {peak:,.0f} |")
    wall = {one.name: looked[one.name] / statistics.median(cost.seconds for cost, _ in costs[one.name]) for one in there}
    return "\n".join([*lines, "", *_held_against({one.name: _speed(costs[one.name], looked[one.name]) for one in there}, wall)])


def _speed(costs: list[tuple[Cost, float]], rows: int) -> float:
    """Rows by the processor second of client and server."""
    return rows / (statistics.median(cost.cpu for cost, _ in costs) + statistics.median(served for _, served in costs))


ASKED = (
    ("verify, rows", "reladiff hashdiff", 1),
    ("verify, quick", "reladiff hashdiff", 4),
    ("verify, rows", "datacompy, pandas", 5),
    ("verify, quick", "datacompy, pandas", 5),
)
"""Who is to be how many times as fast as whom, at ten million rows."""


def _held_against(speeds: Mapping[str, float], wall: Mapping[str, float]) -> list[str]:
    """What was asked for, and what came of it, by rows per second; by processor second beside it."""
    told = []
    for one, other, times in ASKED:
        if one in speeds and other in speeds:
            found, by_processor = wall[one] / wall[other], speeds[one] / speeds[other]
            missed = "" if found >= times else ", **not met**"
            told.append(f"- {one}: {found:.2f} times {other} ({by_processor:.2f} by the processors); asked: {times}{missed}")
    return told


def server_seconds(url: str) -> float:
    """Processor seconds of a PostgreSQL server on this host up to now, those of its sessions that ended included."""
    with psycopg.connect(url) as connection:
        (pid,) = connection.execute("select pg_backend_pid()").fetchone() or (0,)
        server = psutil.Process(pid).parent() if psutil.pid_exists(pid) else None
    if server is None:
        return math.nan
    every = server.cpu_times()
    return every.user + every.system + every.children_user + every.children_system + sum(_seconds(one) for one in server.children())


def _seconds(process: psutil.Process) -> float:
    """Of one session; one that ended just now is in its parent's account already."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


if __name__ == "__main__":
    main()
