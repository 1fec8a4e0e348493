"""How is a demo made whose record is of one kind or another, and what does it hold, kind by kind alike?"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import sqlalchemy as sa
from ward import Done, Ward

from vardskiftet.cli import main
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.tables import layout

SIZE = "60"
NOT_COMPARED = {"batch", "_batch", "plan", "run_id", "committed_at"}
"""Columns that tell one run, or one plan, from another."""
NOT_TOLD_ALIKE = ("readiness", "project", "report", "planted", "plan", "next_steps")
"""Keys of the document that tell one folder from another."""


def command(folder: Path, *options: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run(["demo", "--dir", str(folder), "--size", SIZE, *options])
    return Done(code, out.getvalue(), err.getvalue())


def demo(folder: Path, target: str) -> tuple[Ward, Done]:
    done = command(folder, "--target", target, "--json")
    assert done.code == 0, done.told
    return Ward(folder), done


def content(ward: Ward) -> dict[str, list[str]]:
    """Every table of the record and the books but the locks: its rows as texts, sorted."""
    programme = ward.programme()
    target = open_target(programme)
    found: dict[str, list[str]] = {}
    for name, table in layout(programme.record).tables.items():
        kept = [column for column in table.columns if column.name not in NOT_COMPARED]
        if name != "vs_lock":
            # Kinds tell bytes that are missing as nothing, or as no bytes.
            rows = target.arrow(sa.select(*kept)).to_pylist()
            found[name] = sorted(repr(tuple(value if value != "" else None for value in row.values())) for row in rows)
    target.close()
    return found


def manifests(ward: Ward) -> set[str]:
    return {path.stem for path in ward.manifests.glob("*.parquet")}
