"""Does a larger wave survive whatever is done to its process, and answer those who ask meanwhile?"""

from __future__ import annotations

import getpass
import os
import random
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable

import pytest
from ward import WAVE, Ward, batches_in, half_batches, litter, logical, make_ward, manifests_named, manifests_on_disk, memory_of, rows_of

pytestmark = pytest.mark.story

PATIENTS = 3000
BATCH_ROWS = 300
ROUNDS = 8
APPLY = ("apply", WAVE, "--quiet")
PATIENCE = 120.0


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """A larger project, planned in many batches."""
    ward = make_ward(tmp_path_factory.mktemp("town") / "planned", PATIENTS, BATCH_ROWS)
    done = ward.ask("plan", WAVE, "--quiet")
    assert done.code == 0, done.told
    return ward


@pytest.fixture(scope="session")
def undisturbed(town: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """The larger project, loaded by one run that nobody disturbed."""
    ward = town.copy(tmp_path_factory.mktemp("town") / "loaded")
    done = ward.ask(*APPLY)
    assert done.code == 0, done.told
    return ward


@pytest.fixture
def copy(town: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    return town.copy(tmp_path_factory.mktemp("town") / "copy")


def committed(ward: Ward) -> int:
    """Batches in the target so far."""
    try:
        return len(rows_of(ward.target, "select 1 from vs_batch"))
    except sqlite3.Error:  # the file, or its tables, may not be there yet
        return 0


def until(process: subprocess.Popen[str], holds: Callable[[], bool]) -> None:
    """Wait while a process works; it must not end before."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    with process:
        out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out + err


def assert_same_end(ward: Ward, undisturbed: Ward) -> None:
    assert logical(ward.target) == logical(undisturbed.target)
    assert memory_of(ward) == batches_in(ward.target)
    assert manifests_on_disk(ward.manifests) == manifests_named(ward.target) == manifests_named(undisturbed.target)
    assert litter(ward) == []
    assert ward.ask("audit", "verify").code == 0
    assert ward.ask("books", WAVE).code == 0


def test_killed_at_random_moments_and_resumed_it_comes_to_the_same_rows(copy: Ward, undisturbed: Ward) -> None:
    moments = random.Random(20241112)
    for number in range(ROUNDS):
        process = copy.start(*APPLY)
        before = committed(copy)
        # From before the lock is taken to several batches later.
        if moments.random() < 0.75:
            until(process, lambda before=before: committed(copy) > before)
        time.sleep(moments.uniform(0, 0.4))
        process.kill()
        code, _ = ended(process)
        assert code == -signal.SIGKILL, f"round {number}: the ward is too small, the run ended first"
        assert half_batches(copy.target, copy) == []
    finished = copy.ask(*APPLY)
    assert finished.code == 0, finished.told
    taken_over = copy.ask("audit", "show", "--kind", "lock.taken_over", "--last", "0", "--json").document["total"]
    assert ROUNDS // 2 < taken_over <= ROUNDS
    assert_same_end(copy, undisturbed)
    again = copy.ask(*APPLY)
    assert again.code == 0 and "Nothing to do" in again.out


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["TERM", "INT"])
def test_a_polite_stop_gives_the_lock_back_and_can_be_resumed(stop: signal.Signals, code: int, copy: Ward, undisturbed: Ward) -> None:
    process = copy.start(*APPLY)
    until(process, lambda: committed(copy) > 2)
    process.send_signal(stop)
    stopped, said = ended(process)
    assert stopped == code, said
    assert "the same command goes on" in said and "Traceback" not in said
    assert half_batches(copy.target, copy) == []
    assert rows_of(copy.target, "select * from vs_lock") == []
    assert 2 < len(batches_in(copy.target)) < len(batches_in(undisturbed.target))
    (run,) = copy.ask("runs", "list", "--json").document["runs"]
    assert (run["exit_code"], run["outcome"]) == (code, "interrupted")
    assert copy.ask(*APPLY).code == 0
    assert_same_end(copy, undisturbed)


def test_others_may_ask_while_it_runs_but_only_one_may_work(copy: Ward, undisturbed: Ward) -> None:
    process = copy.start(*APPLY)
    until(process, lambda: committed(copy) > 0)
    second = copy.ask(*APPLY)
    assert second.code == 7, second.told
    for word in (socket.gethostname(), f"process {process.pid}", "since", getpass.getuser()):
        assert word in second.err
    assert os.getpid() != process.pid
    asked = 0
    while process.poll() is None:
        status = ward_says(copy, "status")
        (standing,) = status["waves"]
        # The process may end between two questions.
        assert standing["load"] in ("running", "loaded")
        assert standing["batches_done"] <= standing["batches_planned"]
        books = ward_says(copy, "books")
        assert books["exit_code"] == (0 if books["closes"] else 8)
        asked += 1
    code, said = ended(process)
    assert code == 0, said
    assert asked > 2, "the ward is too small to be asked"
    verbs = [(run["verb"], run["exit_code"]) for run in ward_says(copy, "runs", "list")["runs"]]
    assert verbs == [("apply", 0), ("apply", 7)], "asking left events"
    assert_same_end(copy, undisturbed)


def ward_says(ward: Ward, *question: str) -> dict[str, object]:
    """The document of an answer; no question fails."""
    wave = () if len(question) > 1 else (WAVE,)
    done = ward.ask(*question, *wave, "--json")
    assert done.code in (0, 8), done.told
    return done.document
