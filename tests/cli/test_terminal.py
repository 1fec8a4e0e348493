"""Can every verb be read on any terminal: 40 columns, no colour, redirected, dumb, without UTF-8?"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len
from ward import Done, Ward

ROOT = Path(__file__).resolve().parents[2]
READING = [
    ["validate"],
    ["doctor"],
    ["status"],
    ["books", "south-1"],
    ["runs", "list"],
    ["runs", "show", "last"],
    ["audit", "show"],
    ["lock", "status"],
    ["schema"],
    ["waves", "list"],
    ["waves", "show", "south-1"],
    ["waves", "timeline"],
    ["waves", "what-if", "south-1", "--to", "2024-12-24"],
    ["--help"],
    ["books", "nope"],
]
SIGNS = "✔✖▲·›…→×–"


def environment(**own: str) -> dict[str, str]:
    dropped = ("VARDSKIFTET", "PYTEST", "COLUMNS", "NO_COLOR", "TERM", "PYTHONIOENCODING", "LC_", "LANG")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)} | {"PYTHONPATH": str(ROOT), **own}


def redirected(ward: Ward, *arguments: str, **own: str) -> Done:
    """What a file would get."""
    command = [sys.executable, "-m", "vardskiftet", *arguments]
    done = subprocess.run(command, cwd=ward.folder, env=environment(**own), capture_output=True, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def on_terminal(ward: Ward, columns: int, *arguments: str, **own: str) -> list[str]:
    """The lines that a terminal of so many columns gets."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = environment(**{"TERM": "xterm-256color", **own})
    command = [sys.executable, "-m", "vardskiftet", *arguments]
    with subprocess.Popen(command, cwd=ward.folder, env=env, stdin=follower, stdout=follower, stderr=follower, close_fds=True) as process:
        os.close(follower)
        told = b""
        while chunk := read(leader):
            told += chunk
        process.wait(timeout=120)
    os.close(leader)
    return told.decode(errors="strict").replace("\r\n", "\n").split("\n")


def read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # Linux says so when the other side has closed
        return b""


def plain(line: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_forty_columns_are_enough(arguments: list[str], demo: Ward) -> None:
    lines = on_terminal(demo, 40, *arguments)
    copied = next((at for at, line in enumerate(lines) if plain(line) == "next:"), len(lines))
    wide = [line for line in map(plain, lines[:copied]) if cell_len(line) > 40 and len(line.split()) > 2]
    assert wide == []
    assert any(line.strip() for line in lines)


@pytest.mark.parametrize("arguments", [["books", "south-1"], ["doctor"]], ids=" ".join)
def test_without_colour_and_on_a_dumb_terminal_nothing_but_text_comes(arguments: list[str], demo: Ward) -> None:
    coloured = re.compile(r"\x1b\[[0-9;]*3[0-9]")
    assert not any(coloured.search(line) for line in on_terminal(demo, 100, *arguments, NO_COLOR="1"))
    assert "\x1b" not in "".join(on_terminal(demo, 100, *arguments, TERM="dumb"))
    assert "\x1b" not in redirected(demo, *arguments).told


def test_what_is_redirected_is_never_folded(demo: Ward) -> None:
    lines = redirected(demo, "books", "south-1", COLUMNS="40").out.splitlines()
    headings = [line for line in lines if line.startswith("mapping")]
    assert len(headings) == 1
    assert headings[0].split() == ["mapping", "unit", "extracted", "loaded", "merged", "rejected", "excluded", "unchanged", "in", "target"]


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_reader_without_utf_8_loses_signs_but_no_sentence(arguments: list[str], demo: Ward) -> None:
    told = redirected(demo, *arguments, PYTHONIOENCODING="ascii")
    assert told.code == redirected(demo, *arguments).code
    assert told.told.isascii()
    assert told.told.strip()
    assert "Traceback" not in told.told


def test_a_latin_terminal_gets_the_letters_that_it_has(demo: Ward) -> None:
    command = [sys.executable, "-m", "vardskiftet", "validate"]
    done = subprocess.run(command, cwd=demo.folder, env=environment(PYTHONIOENCODING="latin-1"), capture_output=True, check=False)
    assert "Västra Götalandsregionen" in done.stdout.decode("latin-1")


def test_a_document_in_ascii_says_the_same(demo: Ward) -> None:
    narrow = redirected(demo, "waves", "show", "south-1", "--json", PYTHONIOENCODING="ascii").out
    whole = redirected(demo, "waves", "show", "south-1", "--json", PYTHONIOENCODING="utf-8").out
    assert narrow.isascii()
    assert not whole.isascii()
    assert json.loads(narrow) == json.loads(whole)


def test_faults_are_told_in_ascii_with_their_trail(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    ward.edit("waves/south-1.yaml", "after: []", "aftre: []")
    told = redirected(ward, "validate", PYTHONIOENCODING="ascii")
    assert told.code == 2
    assert "south-1 > aftre" in told.err


def test_progress_is_ascii_where_it_must_be(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    told = redirected(ward, "plan", "south-1", PYTHONIOENCODING="ascii")
    assert told.code == 0, told.told
    assert told.err.isascii()


def test_signs_are_drawn_where_they_can_be(demo: Ward) -> None:
    assert any(sign in redirected(demo, "doctor", PYTHONIOENCODING="utf-8").out for sign in SIGNS)
