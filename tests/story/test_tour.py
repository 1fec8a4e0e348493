"""Does the README's tour run as it stands there?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tour() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"tests/story/test_tour\.py\. -->\n```console\n(.*?)```", text, re.DOTALL)
    assert block is not None
    return [line.removeprefix("$ ").partition("#")[0].strip() for line in block[1].splitlines()]


def test_the_tour_is_ten_lines() -> None:
    assert len(tour()) == 10


@pytest.mark.story
def test_every_line_of_the_tour_ends_well(tmp_path: Path) -> None:
    here = tmp_path
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for line in tour():
        if line.startswith("cd "):
            here = here / line.removeprefix("cd ")
            continue
        done = subprocess.run(line, shell=True, cwd=here, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
    report = here / "work" / "reports" / "south-1.html"
    assert report.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
