"""Do the walls of the tests hold, and are the unexamined named last?"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import walls

HERE = Path(__file__).resolve().parent

SKIPS = """
import pytest

def test_passes():
    pass

@pytest.mark.skip(reason="not examined: oracle server")
def test_of_oracle():
    pass

@pytest.mark.skip(reason="another reason")
def test_of_another():
    pass
"""

LEAKS = """
import os
import pathlib

def test_nothing_leaks_in():
    assert "VARDSKIFTET_FAILPOINT" not in os.environ

def test_a_variable_leaks_out():
    os.environ["VARDSKIFTET_X"] = "1"

def test_a_work_folder_leaks_out():
    (pathlib.Path(__file__).parent.parent / "work").mkdir()
"""


@pytest.fixture
def small_checkout(tmp_path: Path) -> Path:
    """A checkout of one test file and the real conftest."""
    tests = tmp_path / "tests"
    tests.mkdir()
    (tmp_path / "vardskiftet").mkdir()
    for name in ("conftest.py", "house.py", "mariadb.py", "servers.py", "walls.py"):
        shutil.copy(HERE / name, tests / name)
    (tests / "not_examined.txt").write_text("# nothing\n", encoding="utf-8")
    (tests / "test_small.py").write_text(SKIPS, encoding="utf-8")
    return tmp_path


def run_pytest(checkout: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs the small checkout's tests in a process of their own."""
    inherited = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith(("PYTEST", "VARDSKIFTET"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "tests"]
    return subprocess.run(
        command, cwd=checkout, env={**inherited, "TMPDIR": str(checkout), **variables}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_the_unexamined_are_named_last(small_checkout: Path, options: tuple[str, ...]) -> None:
    done = run_pytest(small_checkout, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-2:] == ["not examined: oracle server", "    tests/test_small.py::test_of_oracle"]


def test_with_ci_an_unexcused_skip_fails_the_run(small_checkout: Path) -> None:
    done = run_pytest(small_checkout, CI="true")
    assert done.returncode == 1
    assert "without an excuse in not_examined.txt: oracle server" in done.stdout


def test_with_ci_an_excused_skip_passes_and_shows_its_reason(small_checkout: Path) -> None:
    (small_checkout / "tests" / "not_examined.txt").write_text("oracle server: no licence here\n", encoding="utf-8")
    done = run_pytest(small_checkout, CI="true")
    assert done.returncode == 0
    assert "not examined: oracle server (no licence here)" in done.stdout


def test_what_leaks_in_or_out_fails(small_checkout: Path) -> None:
    (small_checkout / "tests" / "test_small.py").write_text(LEAKS, encoding="utf-8")
    done = run_pytest(small_checkout, VARDSKIFTET_FAILPOINT="store.event.before")
    assert done.returncode == 1
    assert "left in the environment: VARDSKIFTET_X" in done.stdout
    assert "a test made a work folder in the checkout" in done.stdout
    assert "test_nothing_leaks_in" not in done.stdout


@pytest.mark.parametrize("folder", walls.WORK_FOLDERS, ids=lambda folder: folder.name)
def test_the_checkouts_work_folders_cannot_be_opened(folder: Path) -> None:
    with pytest.raises(PermissionError, match="tmp_path"):
        (folder / "store.sqlite").read_bytes()
    with pytest.raises(PermissionError, match="tmp_path"):
        sqlite3.connect(folder / "store.sqlite")


def test_an_excuse_without_a_reason_is_none() -> None:
    assert walls.excuses("# a: b\nchromium:\noracle: no licence\n\n") == {"oracle": "no licence"}
