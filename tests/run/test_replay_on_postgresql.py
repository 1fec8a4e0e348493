"""Does a replay end on a PostgreSQL server as it does in a file, and after a kill as well?"""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from mending import MENDED, brought, exported, loaded, mend_workbook, mended_rows, mending_ward
from ward import Ward

from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.tables import layout

pytestmark = pytest.mark.server

PASSING = {"batch", "_batch", "plan", "run_id", "committed_at", "before_batch"}
"""Columns that tell one run, or one plan, from another."""


def content(ward: Ward) -> dict[str, list[str]]:
    """Every table of the record and the books but the locks: its rows as texts, sorted."""
    programme = ward.programme()
    target = open_target(programme)
    found: dict[str, list[str]] = {}
    for name, table in layout(programme.record).tables.items():
        kept = [column for column in table.columns if column.name not in PASSING]
        if name not in ("vs_lock", "vs_meta"):
            found[name] = sorted(repr(tuple(row.values())) for row in target.arrow(sa.select(*kept)).to_pylist())
    target.close()
    # A unit without items has a line of noughts only where it had some once.
    found["vs_tally"] = [line for line in found["vs_tally"] if "'0', '0', '0', '0', '0', '0'" not in line]
    return found


@pytest.fixture
def ward(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> Ward:
    """The ward, its record on a server, loaded, and its corrections brought in."""
    monkeypatch.setenv("RECORD_URL", postgresql)
    made = mending_ward(tmp_path / "there")
    made.edit("waves/programme.yaml", "{kind: sqlite, path: work/record.sqlite}", "{kind: postgresql, url_from: RECORD_URL}")
    for verb in ("plan", "apply"):
        done = made.ask(verb, "first", "--quiet")
        assert done.code == 0, done.told
    path = exported(made)
    mend_workbook(path, MENDED)
    assert brought(made, path).code == 0
    return made


def test_it_ends_where_right_sources_would_have_come(ward: Ward, tmp_path: Path) -> None:
    done = ward.ask("rejects", "replay", "first", "--json")
    assert (done.code, done.document["closes"]) == (0, True), done.told
    assert done.document["released"] == {"old.person": 1, "old.referral": 2, "old.booking": 2}
    here = loaded(tmp_path / "here", rows=mended_rows())
    ours, theirs = content(ward), content(here)
    for name, rows in theirs.items():
        assert ours[name] == rows, name


@pytest.mark.parametrize("point", ["target.amend.before:exit:2", "target.amend.after:exit:1"])
def test_killed_there_the_same_command_goes_on(ward: Ward, point: str) -> None:
    assert ward.run("rejects", "replay", "first", failpoint=point).code == 137
    done = ward.run("rejects", "replay", "first")
    assert done.code == 0, done.told
    assert len(content(ward)["booking"]) == 3
    assert ward.ask("books", "first").code == 0
