"""Can every verb be read on any terminal: 40 columns, no colour, redirected, dumb, without UTF-8?"""

from __future__ import annotations

import contextlib
import fcntl
import io
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

from vardskiftet.cli import console, main

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


def in_this_process(ward: Ward, encoding: str, *arguments: str) -> Done:
    """The same command in this interpreter, heard in an encoding; what cannot be encoded is an error, as in a real one."""
    heard = (io.BytesIO(), io.BytesIO())
    out, err = (io.TextIOWrapper(stream, encoding=encoding, write_through=True) for stream in heard)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run(["--project", str(ward.folder), *arguments])
    return Done(code, *(stream.getvalue().decode(encoding) for stream in heard))


def read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # Linux says so when the other side has closed
        return b""


def plain(line: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


def too_wide(lines: list[str], columns: int) -> list[str]:
    """Lines that could have been cut between words; what stands under `next:` is there to be copied."""
    copied = next((at for at, line in enumerate(lines) if plain(line) == "next:"), len(lines))
    return [line for line in map(plain, lines[:copied]) if cell_len(line) > columns and len(line.split()) > 2]


class Terminal(io.StringIO):
    """What says of itself that it is a terminal."""

    def isatty(self) -> bool:
        return True


def here_on_terminal(ward: Ward, columns: int, *arguments: str) -> list[str]:
    """The lines that a terminal of so many columns gets from the same command in this interpreter."""
    terminal = Terminal()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(terminal), contextlib.redirect_stderr(terminal):
        patch.setenv("COLUMNS", str(columns))
        for voice in (console._out, console._err):  # made when the module was, perhaps by a runner that says how wide it is
            patch.setattr(voice, "_width", columns)
        main.run(["--project", str(ward.folder), *arguments])
    return terminal.getvalue().split("\n")


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_forty_columns_are_enough(arguments: list[str], demo: Ward) -> None:
    lines = here_on_terminal(demo, 40, *arguments)
    assert any(line.strip() for line in lines)
    assert too_wide(lines, 40) == []


def test_what_is_folded_at_forty_columns_is_wider_where_there_is_room(demo: Ward) -> None:
    assert too_wide(here_on_terminal(demo, 200, "books", "south-1"), 40) != []


@pytest.mark.story
def test_a_real_terminal_of_forty_columns_is_enough(demo: Ward) -> None:
    for arguments in (["books", "south-1"], ["books", "nope"]):
        lines = on_terminal(demo, 40, *arguments)
        assert any(line.strip() for line in lines)
        assert too_wide(lines, 40) == []


@pytest.mark.story
def test_without_colour_and_on_a_dumb_terminal_nothing_but_text_comes(demo: Ward) -> None:
    arguments = ("books", "south-1")
    coloured = re.compile(r"\x1b\[[0-9;]*3[0-9]")
    assert not any(coloured.search(line) for line in on_terminal(demo, 100, *arguments, NO_COLOR="1"))
    assert "\x1b" not in "".join(on_terminal(demo, 100, *arguments, TERM="dumb"))
    assert "\x1b" not in redirected(demo, *arguments).told


def test_what_is_redirected_is_never_folded(demo: Ward) -> None:
    lines = redirected(demo, "books", "south-1", COLUMNS="40").out.splitlines()
    headings = [line for line in lines if line.startswith("mapping") and "unit" in line]
    assert len(headings) == 1
    assert headings[0].split() == [
        "mapping",
        "unit",
        "extracted",
        "loaded",
        "merged",
        "rejected",
        "excluded",
        "unchanged",
        "left",
        "in",
        "target",
    ]


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_reader_without_utf_8_loses_signs_but_no_sentence(arguments: list[str], demo: Ward) -> None:
    told = in_this_process(demo, "ascii", *arguments)
    assert told.code == in_this_process(demo, "utf-8", *arguments).code
    assert told.told.isascii()
    assert told.told.strip()


def test_a_real_process_without_utf_8_ends_as_any_other(demo: Ward) -> None:
    told = redirected(demo, "doctor", PYTHONIOENCODING="ascii")
    assert told.code == 0, told.told
    assert told.told.isascii()
    assert "+ clock: " in told.out


def test_a_latin_terminal_gets_the_letters_that_it_has(demo: Ward) -> None:
    assert "Västra Götalandsregionen" in in_this_process(demo, "latin-1", "validate").out


def test_a_document_in_ascii_says_the_same(demo: Ward) -> None:
    narrow = in_this_process(demo, "ascii", "waves", "show", "south-1", "--json").out
    whole = in_this_process(demo, "utf-8", "waves", "show", "south-1", "--json").out
    assert narrow.isascii()
    assert not whole.isascii()
    assert json.loads(narrow) == json.loads(whole)


def test_faults_are_told_in_ascii_with_their_trail(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    ward.edit("waves/south-1.yaml", "after: []", "aftre: []")
    told = in_this_process(ward, "ascii", "validate")
    assert told.code == 2
    assert "south-1 > aftre" in told.err


def test_progress_is_ascii_where_it_must_be(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    told = in_this_process(ward, "ascii", "plan", "south-1")
    assert told.code == 0, told.told
    assert told.err.isascii()


def test_signs_are_drawn_where_they_can_be(demo: Ward) -> None:
    assert any(sign in in_this_process(demo, "utf-8", "doctor").out for sign in SIGNS)
