"""What holds for every test? The walls around it, and the last words of every run."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

import house
import hypothesis
import mariadb as mariadb_at_hand
import pytest
import servers
from walls import EXCUSES, ROOT, UNSEEN, excuses, forbid_work_folders, forget_variables, unexamined

# Examples are drawn alike in every run with CI=true; elsewhere each run tries new ones. Timing belongs to benchmarks.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")


OWN_FOLDER = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A temporary folder for this run alone: two runs that share pytest's were seen to sweep it under each other's feet."""
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        config.stash[OWN_FOLDER] = config.option.basetemp = tempfile.mkdtemp(prefix="vardskiftet-tests-")


@pytest.fixture(scope="session", autouse=True)
def walls() -> Iterator[None]:
    """No test sees the checkout's work folders, nor the VARDSKIFTET_ variables of the shell it was started from.

    Native readers and child processes pass below the audit hook; for them, a work folder that a run leaves behind is a failure.
    """
    forget_variables()
    before = (ROOT / "work").exists()
    sys.addaudithook(forbid_work_folders)
    yield
    assert before or not (ROOT / "work").exists(), "a test made a work folder in the checkout"


@pytest.fixture(autouse=True)
def no_variable_stays() -> Iterator[None]:
    """A test that sets a VARDSKIFTET_ variable takes it away again (monkeypatch does)."""
    yield
    left = forget_variables()
    assert not left, f"left in the environment: {', '.join(left)}"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[servers.Postgresql]:
    """A PostgreSQL server for the whole session; tests that ask for it are marked `server`."""
    with servers.postgresql() as server:
        yield server


@pytest.fixture
def postgresql(postgresql_server: servers.Postgresql) -> Iterator[str]:
    """The URL of a PostgreSQL database of this test's own."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[mariadb_at_hand.Mariadb]:
    """A MariaDB server for the whole session; tests that ask for it are marked `server`."""
    with mariadb_at_hand.mariadb() as server:
        yield server


@pytest.fixture
def mariadb(mariadb_server: mariadb_at_hand.Mariadb) -> Iterator[str]:
    """The URL of a MariaDB database of this test's own."""
    with mariadb_server.database() as url:
        yield url


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """After pytest's own last line: full houses, then what was not examined. With CI=true an unexcused one fails the run."""
    yield
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or hasattr(session.config, "workerinput"):
        return
    for line in house.long_files(house.modules(ROOT / "vardskiftet"), house.FULL_HOUSE):
        terminal.write_line(f"full house: {line}")
    if not say_unexamined(terminal):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    own = session.config.stash.get(OWN_FOLDER, "")
    if own and session.exitstatus == pytest.ExitCode.OK:
        shutil.rmtree(own, ignore_errors=True)
    elif own:
        terminal.write_line(f"the tests' folders are kept in {own}")


def say_unexamined(terminal: pytest.TerminalReporter) -> bool:
    """Name what was not at hand and the tests it cost; false if that is not excused where it must be."""
    excused = excuses(EXCUSES.read_text(encoding="utf-8"))
    skipped = terminal.stats.get("skipped", [])
    missing = unexamined((skip.nodeid, skip.longrepr[2] if isinstance(skip.longrepr, tuple) else str(skip.longrepr)) for skip in skipped)
    for name, tests in missing.items():
        terminal.write_line(f"{UNSEEN} {name}{f' ({excused[name]})' if name in excused else ''}")
        for test in tests:
            terminal.write_line(f"    {test}")
    bare = sorted(set(missing) - set(excused)) if os.environ.get("CI") == "true" else []
    if bare:
        terminal.write_line(f"CI=true, and without an excuse in {EXCUSES.name}: {', '.join(bare)}")
    return not bare
