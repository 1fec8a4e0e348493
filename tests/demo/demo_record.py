"""How is a demo made whose record is of one kind or another?"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from ward import Done, Ward

from vardskiftet.cli import main

SIZE = "60"
NOT_TOLD_ALIKE = ("readiness", "project", "report", "planted", "plan", "next_steps")
"""Keys of the document that tell one folder from another."""


def command(folder: Path, *options: str, size: str = SIZE) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run(["demo", "--dir", str(folder), "--size", size, *options])
    return Done(code, out.getvalue(), err.getvalue())


def demo(folder: Path, target: str, size: str = SIZE) -> tuple[Ward, Done]:
    done = command(folder, "--target", target, "--json", size=size)
    assert done.code == 0, done.told
    return Ward(folder), done


def manifests(ward: Ward) -> set[str]:
    return {path.stem for path in ward.manifests.glob("*.parquet")}
