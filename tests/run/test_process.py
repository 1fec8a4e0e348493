"""Is a run taken for dead, or told to have taken less than no time, because somebody set the machine's clock?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from ward import WAVE, make_ward

from vardskiftet.engine import move
from vardskiftet.run import lock as locks
from vardskiftet.run import process
from vardskiftet.run.lock import lives, own_lock, proved_dead
from vardskiftet.store import store

BACK = timedelta(hours=1)


def test_r16_a_clock_that_is_set_makes_no_living_run_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment at which a machine began, as it tells it, moves with its clock."""
    mine = own_lock(WAVE, "run-1", "apply")
    booted = psutil.boot_time()
    for module in (psutil, sys.modules[type(psutil.Process()._proc).__module__]):
        monkeypatch.setattr(module, "boot_time", lambda: booted + 3600)
    assert psutil.Process().create_time() > booted, "nothing moved: the test proves nothing"
    assert (lives(mine), proved_dead(mine)) == (True, False)


def test_a_later_process_of_the_same_number_is_another_one() -> None:
    mine = own_lock(WAVE, "run-1", "apply")
    later = replace(mine, pid_started=f"{mine.pid_started}1")
    assert (lives(later), proved_dead(later)) == (False, True)


def test_a_process_that_ended_is_gone_and_one_elsewhere_never_is() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        host, _, _ = process.here()
        since = process.began(other.pid)
        assert since
        assert process.is_there(host, other.pid, since)
        other.kill()
    assert process.is_gone(host, other.pid, since)
    assert not process.is_gone("another", other.pid, since)
    assert not process.is_there("another", other.pid, since)


def test_where_the_machine_does_not_count_its_clock_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "_BOOT", tmp_path / "none")
    mine = own_lock(WAVE, "run-1", "apply")
    assert mine.pid_started == f"{psutil.Process().create_time():.2f}"
    assert lives(mine)


def stepping(after: int) -> Callable[[], datetime]:
    """The machine's clock, set back by an hour once it was looked at so often."""
    seen = iter(range(1_000_000))
    return lambda: datetime.now(UTC) - (BACK if next(seen) >= after else timedelta())


@pytest.mark.parametrize("after", [2, 5, 9])
def test_r16_a_run_whose_clock_is_set_back_took_no_less_than_nothing(after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = make_ward(tmp_path / "ward")
    assert ward.ask("plan", WAVE).code == 0
    clock = stepping(after)
    machine = SimpleNamespace(now=lambda zone: clock())
    with monkeypatch.context() as patch:
        patch.setattr(store, "machine_time", clock)
        patch.setattr(move, "datetime", machine)
        patch.setattr(locks, "datetime", machine)
        applied = ward.ask("apply", WAVE)
    assert applied.code == 0, applied.told
    with ward.store_open() as connection:
        written = [datetime.fromisoformat(at) for (at,) in connection.execute("select recorded_at from event order by seq")]
    assert written != sorted(written), "the clock never went back: the test proves nothing"
    found = ward.ask("runs", "list", "--json").document["runs"]
    (run,) = [one for one in found if one["verb"] == "apply"]
    assert (run["outcome"], 0 < run["seconds"] < BACK.total_seconds() / 2) == ("done", True), run
    assert all(one["seconds"] >= 0 for one in found)
    assert ward.ask("books", WAVE).code == 0
