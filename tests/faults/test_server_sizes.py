"""Faults C4, C6 and C7 between two servers: many rows under a limit of memory, all of them unlike afterwards, and a run without memory."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import servers
from ends import ON_SERVERS, WardOnServer, two_ends
from fault import WAVE, project
from landing import NOTES
from records import rows_of
from small import APPLY, BATCHES, Small, ends_alike, held_up, holds, told, until
from ward import ROOT, Done

pytestmark = [pytest.mark.server, pytest.mark.story]

ROWS = int(os.environ.get("VARDSKIFTET_ROWS", "500000"))
"""The matrix says ten million; so many take a quarter of an hour a pair, and were run by hand (benchmarks/RESULTS.md)."""
BATCH_ROWS = 20_000
MEBIBYTE = 1 << 20
LIMIT = 640 * MEBIBYTE
"""Of a load; of a verification that tells half a million differences, half as much again."""
MAPPING = "reads: note\ninto: note\nkey: [nid]\nunit: {is: ward}\nfields:\n  words: {from: words}\n"
MADE = {
    "postgresql": (
        "alter table note alter column nid type bigint using nid::bigint",
        "insert into note select n, 'Anteckning ' || n from generate_series(1, {rows}) as n",
        "alter table note add primary key (nid)",
    ),
    "mysql": (
        "alter table note modify nid bigint primary key",
        "insert into note select seq, concat('Anteckning ', seq) from seq_1_to_{rows}",
    ),
}


@dataclass(frozen=True)
class Loaded:
    """A wave of many rows that was loaded in a process of its own."""

    ward: WardOnServer
    done: Done
    peak: int
    """Bytes that the process had at most."""


MEASURING = """\
import resource, subprocess, sys
code = subprocess.call([sys.executable, "-m", "vardskiftet", *sys.argv[2:]])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def measured(ward: WardOnServer, *command: str) -> tuple[Done, int]:
    """A command in a process of its own, and the most memory that it held, in bytes.

    Begun by a small process: one that is begun by the tests' own is told to hold at least what that holds.
    """
    note = ward.folder / "peak"
    began = [sys.executable, "-c", MEASURING, str(note), *command]
    done = subprocess.run(began, cwd=ward.folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr), int(note.read_text()) * 1024


@contextmanager
def loaded(pair: str, rows: int, folder: Path, request: pytest.FixtureRequest) -> Iterator[Loaded]:
    """So many rows between two databases of their own, planned and loaded."""
    with pytest.MonkeyPatch.context() as patch, two_ends(pair, request.getfixturevalue, patch.setenv) as ends:
        ward = project(
            folder, record=NOTES, mappings={"note": MAPPING}, source=["create table note (nid bigint, words text)"], batch_rows=BATCH_ROWS
        )
        moved = ends.move(ward, "old", folder / "old.sqlite")
        assert isinstance(moved, WardOnServer)
        ends.does(*(statement.format(rows=rows) for statement in MADE[ends.source]))
        assert moved.ask("plan", WAVE, "--quiet").code == 0
        yield Loaded(moved, *measured(moved, "apply", WAVE, "--quiet"))


@pytest.fixture(scope="module", params=ON_SERVERS)
def pair(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def fewer(pair: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """A tenth of the rows; its databases are gone again."""
    with loaded(pair, ROWS // 10, tmp_path_factory.mktemp("fewer") / "ward", request) as found:
        return found


@pytest.fixture(scope="module")
def many(fewer: Loaded, pair: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The rows; after `fewer`, since both are led to their databases by the same variables."""
    with loaded(pair, ROWS, tmp_path_factory.mktemp("many") / "ward", request) as found:
        yield found


def test_c4_many_rows_are_carried_in_no_more_memory_than_a_tenth_of_them(many: Loaded, fewer: Loaded) -> None:
    assert (many.done.code, fewer.done.code) == (0, 0), many.done.told
    books = many.ward.ask("books", WAVE, "--json").document
    assert books["closes"] and books["total"]["loaded"] == ROWS
    assert rows_of(many.ward.target, "select count(*), count(distinct words) from note") == [(ROWS, ROWS)]
    assert many.peak < LIMIT
    assert many.peak < 1.3 * fewer.peak, "it grows with the rows"


def test_c6_half_a_million_differences_are_all_told_and_a_screen_says_that_it_shows_a_few(many: Loaded, tmp_path: Path) -> None:
    ward, unlike = many.ward, ROWS
    servers.did(ward.target.url, f"update {ward.target.name}.note set words = words || '!' where _key::bigint <= {unlike}")
    done, peak = measured(ward, "verify", WAVE, "--level", "rows", "--json")
    assert (done.code, done.document["differences"]["total"]) == (1, unlike), done.told
    assert done.document["differences"]["by_class"]["changed_in_target"] == unlike
    assert peak < 1.5 * LIMIT
    shown = ward.ask("diff", "show", WAVE)
    assert f"20 of {unlike:,} differences" in shown.out and "diff export" in shown.out
    exported, held = measured(ward, "diff", "export", WAVE, "--out", str(tmp_path / "all.csv"))
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        lines = [(line["key"], line["column"], line["class"]) for line in csv.DictReader(file)]
    assert exported.code == 0 and len(lines) == unlike
    assert set(lines) == {(str(number), "words", "changed_in_target") for number in range(1, unlike + 1)}
    assert held < LIMIT / 2
    page = ward.ask("report", "wave", WAVE)
    assert page.code == 0 and (ward.work / "reports" / f"{WAVE}.html").stat().st_size < MEBIBYTE
    document = ward.run("diff", "show", WAVE, "--first", "0", "--json").document
    assert {one["key"] for one in document["differences"]} == {str(number) for number in range(1, unlike + 1)}
    told([done, shown, exported, page])


def test_c7_a_run_that_memory_fails_goes_on_when_there_is_some(small: Small, mine: WardOnServer) -> None:
    running = mine.start(*APPLY)
    with held_up(mine) as waiting:
        until(lambda: waiting() > 0, lambda: running.poll() is None)
        starved = psutil.Process(running.pid)
        starved.rlimit(psutil.RLIMIT_AS, (starved.memory_info().vms, -1))  # from here on it gets no more
    out, err = running.communicate(timeout=120)
    assert running.returncode == 9 or running.returncode < 0, f"it had enough: {out}{err}"
    told([Done(running.returncode, out, err)])
    stood = holds(mine)
    assert stood < BATCHES
    ends_alike(small, mine, stood)
