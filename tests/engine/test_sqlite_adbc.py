"""Does a connection to an embedded record wait for others from its first word on?"""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vardskiftet.engine.sqlite_adbc import connected

HOLDS = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("begin exclusive")
print("held", flush=True)
time.sleep(0.5)
held.execute("commit")
"""
"""Another program, since two SQLite libraries in one process drop each other's locks."""


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A file that another program has for itself, for half a second more."""
    path = tmp_path / "record.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as made:
        made.execute("create table ward (name text)")
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield path


@pytest.mark.parametrize("first", ["pragma synchronous = full", "pragma cache_size = -32768", "select name from ward"])
def test_the_first_word_waits_for_another_program(locked: Path, first: str) -> None:
    with connected(locked, read_only=False) as connection, connection.cursor() as cursor:
        cursor.execute(first)
