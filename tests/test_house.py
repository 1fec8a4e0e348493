"""Does the package keep the rules of the house, and would the rules notice if it did not?"""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import house
import pytest

from vardskiftet import failpoint

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = house.modules(ROOT / "vardskiftet")

CLOCKS_ALLOWED = {
    "engine/move.py": "a batch's entry in the books says when the machine loaded it; no verdict reads it",
    "engine/sources/pace.py": "the hours in which a source may be read are the machine's, whatever the programme's clock says",
    "run/lock.py": "a lock's heartbeat and its owner's start are machine time, whatever the programme's clock says",
    "store/store.py": "an event's recorded_at is machine time, whatever the programme's clock says",
}
"""Modules beside cli/main.py that read the machine's clock, each with its reason."""

AGREED = {
    ".ci",
    ".editorconfig",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "checks",
    "mappings",
    "pyproject.toml",
    "reports",
    "requirements.lock",
    "tests",
    "vardskiftet",
    "waves",
}


def keeps(offences: list[str]) -> None:
    """Fails with every offence on a line of its own."""
    assert not offences, "\n  " + "\n  ".join(offences)


def test_imports_go_down_the_house_only() -> None:
    keeps(house.upward(PACKAGE, "vardskiftet"))


def test_the_verifier_borrows_nothing_from_the_loader() -> None:
    keeps(house.verifiers_that_borrow(PACKAGE, "vardskiftet"))


@pytest.mark.parametrize("rule", house.RULES)
def test_rule(rule: str) -> None:
    keeps(house.RULES[rule](PACKAGE))


def test_the_machines_clock_is_read_only_where_a_reason_is_given() -> None:
    keeps(house.clocks(PACKAGE, CLOCKS_ALLOWED))


def test_every_failpoint_is_registered_and_every_registered_one_is_reached() -> None:
    keeps(house.failpoints(PACKAGE, set(failpoint.NAMES)))


def test_the_top_level_holds_only_the_agreed_names() -> None:
    keeps([f"{name} stands at the top of the repository" for name in sorted(top_level(ROOT) - AGREED)])


def test_files_of_tests_have_names_of_their_own() -> None:
    files = [file for file in (ROOT / "tests").rglob("*.py") if file.name != "conftest.py"]
    names = Counter(file.name for file in files)
    keeps(sorted(f"{file.relative_to(ROOT)}: another file has this name too" for file in files if names[file.name] > 1))


def top_level(root: Path) -> set[str]:
    """What git tracks, or would on `git add`; without git (an unpacked archive) all that is not hidden or made by make."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, check=False, text=True
    )
    if listed.returncode == 0:
        return {path.split("/")[0] for path in listed.stdout.split("\0") if path}
    made = {"demo-work", "work", "build", "dist", "PKG-INFO"}
    return {path.name for path in root.iterdir() if not path.name.startswith(".")} - made


def bad(tmp_path: Path, **files: str) -> list[house.Module]:
    """A small package `ward` of the given files; `__` in a name stands for a folder."""
    package = tmp_path / "ward"
    for name, text in files.items():
        file = package / (name.replace("__", "/") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return house.modules(package)


@pytest.mark.parametrize(
    ("room", "text"),
    [
        ("model__unit", "from ward.engine import move"),
        ("model__unit", "from ward import engine"),
        ("model__unit", "def late():\n    import ward.store.chain"),
        ("model__unit", "from ..cli import main"),
        ("engine__move", "from ward.store.chain import Chain"),
        ("plan__batches", "from ward.judge import books"),
        ("run__walk", "import importlib\nimportlib.import_module('ward.report.facts')"),
        ("errors", "from ward.model import unit"),
        ("attic__box", "x = 1"),
    ],
)
def test_an_import_up_or_across_is_noticed(tmp_path: Path, room: str, text: str) -> None:
    assert len(house.upward(bad(tmp_path, **{room: text}), "ward")) == 1


@pytest.mark.parametrize(
    ("room", "text"),
    [
        ("cli__main", "from ward.run import walk\nfrom ward.report import facts\nfrom ward import __version__"),
        ("engine__move", "from ward.engine.sources import sqlite\nfrom . import sources\nfrom ward.failpoint import reach"),
        ("store__chain", "from ward.model.event import Event"),
        ("shipped", "from ward.errors import Usage"),
    ],
)
def test_imports_down_and_within_a_room_pass(tmp_path: Path, room: str, text: str) -> None:
    assert house.upward(bad(tmp_path, **{room: text}), "ward") == []


@pytest.mark.parametrize(
    ("text", "offences"),
    [
        ("from ward.engine.compile import sql", 1),
        ("from ward.engine import transforms", 1),
        ("import ward.engine.move", 1),
        ("from ward.engine import names", 0),
    ],
)
def test_a_verifier_that_borrows_is_noticed(tmp_path: Path, text: str, offences: int) -> None:
    package = bad(tmp_path, engine__rederive=text, engine__corrupt__seed=text, engine__compare=text)
    assert len(house.verifiers_that_borrow(package, "ward")) == 2 * offences


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("no import guard", "import typing\nx = typing.TYPE_CHECKING"),
        ("no import guard", "from typing import TYPE_CHECKING"),
        ("one voice", "print('loud')"),
        ("one voice", "import sys\nsys.stderr.write('loud')"),
        ("one voice", "from rich.console import Console\nout = Console()"),
        ("one voice", "import rich.console\nout = rich.console.Console()"),
        ("nothing caught blindly", "try:\n    x = 1\nexcept Exception:\n    raise"),
        ("nothing caught blindly", "try:\n    x = 1\nexcept (OSError, Exception):\n    x = 2"),
        ("nothing caught blindly", "try:\n    x = 1\nexcept:\n    x = 2"),
        ("nothing caught blindly", "try:\n    x = 1\nexcept BaseException:\n    x = 2"),
        ("nothing caught blindly", "import contextlib\nwith contextlib.suppress(Exception):\n    x = 1"),
        ("a question each", "x = 1"),
        ("a question each", '"""Helpers"""'),
        ("no file over 400 lines", "x = 1\n" * 401),
        ("no function over 60 lines", "def f():\n" + "    x = 1\n" * 60),
        ("no mode flags", "def load(dry_run=False):\n    pass"),
        ("no mode flags", "option('--dry-run')"),
        ("no mode flags", "x.is_dryrun"),
    ],
)
def test_a_broken_rule_is_noticed(tmp_path: Path, rule: str, text: str) -> None:
    assert house.RULES[rule](bad(tmp_path, engine__move=text)) != []


def test_what_the_rules_allow_passes(tmp_path: Path) -> None:
    text = '''"""What is a good ward? A small one."""
import contextlib

def tidy(connection, printer):
    """Takes back what was begun."""
    with contextlib.suppress(FileNotFoundError):
        printer.prints("not print")
    try:
        connection.commit()
    except OSError as error:
        raise ValueError from error
    except BaseException:
        connection.rollback()
        raise
'''
    package = bad(tmp_path, engine__move=text, cli__console='"""What is said?"""\nprint("said")\n')
    assert {rule: found for rule, check in house.RULES.items() if (found := check(package))} == {}


@pytest.mark.parametrize("text", ["datetime.now(UTC)", "dt.datetime.now()", "clock = time.time", "date.today()"])
def test_a_clock_read_in_passing_is_noticed(tmp_path: Path, text: str) -> None:
    package = bad(tmp_path, engine__move=text, cli__main=text)
    assert len(house.clocks(package, {})) == 1
    assert house.clocks(package, {"engine/move.py": "the heartbeat"}) == []
    stale = {"engine/move.py": "the heartbeat", "store/chain.py": "once"}
    assert house.clocks(package, stale) == ["store/chain.py: reads no clock any more"]


def test_unknown_and_unreached_failpoints_are_noticed(tmp_path: Path) -> None:
    package = bad(tmp_path, engine__move="reach('a.before')\nfailpoint.reach('z')\nreach(f'{kind}.rename.after')\nwrite('plan')")
    assert house.failpoints(package, {"a.before", "plan.rename.after", "hold.rename.after"}) == [
        "engine/move.py:2: 'z' is not in failpoint.NAMES",
        "failpoint.py: nothing reaches hold.rename.after",
    ]
