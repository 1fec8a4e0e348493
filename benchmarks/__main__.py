"""How fast is it today? `python -m benchmarks [--size 0.1 …] [--source sqlite …] [--target sqlite …] [--runs 3]`; writes RESULTS.md."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from datetime import date
from pathlib import Path

from benchmarks.agree import Sums, sums
from benchmarks.competitors import Competitor, Run, competitors
from benchmarks.measure import Failed, run
from benchmarks.results import BASE, PAGE, RUNS, Measured, keep, kept, page
from benchmarks.workload.sizes import SIZES
from benchmarks.workload.stores import STORES

HERE = Path(__file__).parent


def main() -> None:
    """Make the journals, run everybody in turn, write the page."""
    asked = _asked()
    work = Path(asked.work).resolve()
    measured: list[Measured] = []
    missing: list[str] = []
    for source in asked.source:
        for target in asked.target:
            for size in asked.size:
                found, why = _duel(work, source, target, size, asked)
                measured += found
                missing += why
    done = {(one.source, one.target, one.size, one.competitor) for one in measured}
    runs = [one for one in kept(RUNS) if (one.source, one.target, one.size, one.competitor) not in done] + measured
    keep(RUNS, runs)
    text = page(runs, missing)
    PAGE.write_text(text, encoding="utf-8")
    print(text)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", type=float, nargs="+", default=[0.1], help=f"{SIZES}: of eighteen million rows")
    parser.add_argument("--source", nargs="+", default=["sqlite"], choices=sorted(STORES))
    parser.add_argument("--target", nargs="+", default=["sqlite"], choices=["sqlite", "postgresql"])
    parser.add_argument("--runs", type=int, default=3, help="of each competitor, in turn; medians are taken")
    parser.add_argument("--only", nargs="*", default=[], help="names of competitors; all without it")
    parser.add_argument("--work", default=str(HERE / "work"), help="where journals are kept, and records made")
    return parser.parse_args()


def _duel(work: Path, source: str, target: str, size: float, asked: argparse.Namespace) -> tuple[list[Measured], list[str]]:
    """All runs of everybody who can serve these ends; and who cannot."""
    everybody = [one for one in competitors() if not asked.only or one.name in asked.only]
    able = [one for one in everybody if source in one.sources and target in one.targets]
    missing = [f"{one.name}, {source} to {target}: it has no such end yet." for one in everybody if one not in able]
    needed = {"postgresql": "BENCH_POSTGRESQL"}.get(source, "")
    if needed and needed not in os.environ:
        return [], [*missing, f"{source} to {target}: no server is named by {needed}."]
    folder = work / str(size)
    folder.mkdir(parents=True, exist_ok=True)
    places = STORES[source](folder, size)
    measured: list[Measured] = []
    held: dict[str, Sums] = {}
    for number in range(1, asked.runs + 1):
        for one in able:
            result, held[one.name] = _once(work / "run", one, source, target, size, places)
            measured.append(result)
            told = ", ".join(f"{phase} {seconds:.1f} s (cpu {result.cpu[phase]:.1f})" for phase, seconds in result.phases.items())
            print(f"{source} to {target}, {size}, run {number}: {one.name}: {told}, {result.peak:,.0f} MiB", file=sys.stderr, flush=True)
        if len({repr(found) for found in held.values()}) > 1:
            raise Failed(f"the competitors' records differ: {held}")
    return measured, missing


def _once(folder: Path, one: Competitor, source: str, target: str, size: float, places: dict[str, str]) -> tuple[Measured, Sums]:
    """One run in a fresh folder, and what its record holds."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    record = folder / ("project/work/record.sqlite" if one.name != BASE else "record.sqlite")
    this = Run(source, next(iter(places.values())), target, str(record), folder)
    env = os.environ | places | {"PYTHONPATH": str(HERE.parent)}
    costs = {phase: run(command, folder, env) for phase, command in one.commands(this)}
    phases = {phase: round(cost.seconds, 2) for phase, cost in costs.items()}
    cpu = {phase: round(cost.cpu, 2) for phase, cost in costs.items()}
    peak = round(max(cost.peak for cost in costs.values()), 1)
    held = sums(record, one.rows)
    shutil.rmtree(folder)
    return Measured(source, target, size, one.name, phases, cpu, peak, _version(), date.today().isoformat()), held  # noqa: DTZ011


def _version() -> str:
    from vardskiftet import __version__

    return __version__


if __name__ == "__main__":
    main()
