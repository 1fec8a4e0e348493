"""Does a run stand a terminal that is made small under it, and others who look meanwhile?"""

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

import landing
import pytest
from test_terminal import environment, read, too_wide

SMALL = 40


@pytest.mark.story
def test_r60_a_terminal_made_small_in_mid_run_gets_small_lines_and_two_may_look(tmp_path: Path) -> None:
    project = landing.findings(tmp_path, ", throttle: {pause_file: pause-old}")
    leader, follower = pty.openpty()
    sized(leader, 50, 120)
    env = environment(TERM="xterm-256color", **{landing.FINDINGS_URL: f"sqlite:///{project / 'old.sqlite'}"})
    tool = [sys.executable, "-m", "vardskiftet", "--project", str(project)]
    assert subprocess.run([*tool, "plan", "first"], env=env, capture_output=True, check=False).returncode == 0
    (project / "pause-old").touch()
    with subprocess.Popen([*tool, "apply", "first"], env=env, stdin=follower, stdout=follower, stderr=follower) as process:
        os.close(follower)
        until(leader, "wait for old (paused: pause-old lies there)")
        sized(leader, 10, SMALL)
        looked = [subprocess.Popen([*tool, "status", "first", "--json"], env=env, stdout=subprocess.PIPE) for _ in range(2)]
        answers = [(json.loads(one.communicate(timeout=120)[0]), one.returncode) for one in looked]
        until(leader, "paused")
        (project / "pause-old").unlink()
        rest = ""
        while chunk := read(leader):
            rest += chunk.decode()
        assert process.wait(timeout=120) == 0, rest
    os.close(leader)
    assert [(told["waves"][0]["load"], code) for told, code in answers] == [("running", 0)] * 2
    pieces = [piece for piece in re.split(r"[\r\n]+", rest) if piece.strip()]
    assert any(piece.startswith("load old.finding") for piece in pieces), pieces
    assert too_wide(pieces, SMALL) == []
    assert landing.rows(project, "select count(*) from finding") == [(4,)]


def sized(terminal: int, rows: int, columns: int) -> None:
    """Give a terminal another size, as whoever draws at its window's corner does."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def until(leader: int, words: str) -> None:
    """Read what the terminal gets until it got these words."""
    told = ""
    while words not in told:
        chunk = read(leader)
        assert chunk, f"it ended without a word of '{words}': {told}"
        told += chunk.decode()
