"""Does a replay end in a drop of files as it does in a SQLite file, after a kill and taken back as well?"""

from __future__ import annotations

from pathlib import Path

import pytest
from drop_ward import drop_of, on_drop, unnamed
from mending import MENDED, brought, exported, loaded, mend_workbook, mended_rows, mending_ward
from test_replay_on_postgresql import content
from ward import Ward

pytestmark = pytest.mark.story


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    """The ward, its record a drop, loaded, and its corrections brought in."""
    made = on_drop(mending_ward(tmp_path / "there"))
    for verb in ("plan", "apply"):
        done = made.ask(verb, "first", "--quiet")
        assert done.code == 0, done.told
    path = exported(made)
    mend_workbook(path, MENDED)
    assert brought(made, path).code == 0
    return made


def test_it_ends_where_right_sources_would_have_come_and_can_be_taken_back(ward: Ward, tmp_path: Path) -> None:
    done = ward.ask("rejects", "replay", "first", "--json")
    assert (done.code, done.document["closes"]) == (0, True), done.told
    assert done.document["released"] == {"old.person": 1, "old.referral": 2, "old.booking": 2}
    here = loaded(tmp_path / "here", rows=mended_rows())
    ours, theirs = content(ward), content(here)
    for name, rows in theirs.items():
        assert ours[name] == rows, name
    assert ward.ask("books", "first").code == 0 and unnamed(drop_of(ward)) == []
    assert ward.ask("undo", "first", "--confirm", "first").code == 0
    assert {name for name, rows in content(ward).items() if rows} == {"vs_identity"}
    assert not [path.name for path in (drop_of(ward) / "rows").glob("*/*") if "removed" not in path.name]


@pytest.mark.parametrize("point", ["target.amend.before:exit:2", "target.amend.after:exit:1"])
def test_killed_there_the_same_command_goes_on(ward: Ward, point: str) -> None:
    assert ward.run("rejects", "replay", "first", failpoint=point).code == 137
    done = ward.run("rejects", "replay", "first")
    assert done.code == 0, done.told
    assert len(content(ward)["booking"]) == 3
    assert ward.ask("books", "first").code == 0 and unnamed(drop_of(ward)) == []
