"""Does a replay end on a PostgreSQL server, and in a drop of files, as it does in a SQLite file; after a kill, and taken back, as well?"""

from __future__ import annotations

from pathlib import Path

import pytest
from canonical import content
from drop_ward import drop_of, on_drop, unnamed
from mending import MENDED, brought, exported, loaded, mend_workbook, mended_rows, mending_ward
from ward import Ward

KINDS = [pytest.param("file_drop", marks=pytest.mark.story), pytest.param("postgresql", marks=pytest.mark.server)]


@pytest.fixture(params=KINDS)
def ward(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ward:
    """The ward, its record of another kind, loaded, and its corrections brought in."""
    made = mending_ward(tmp_path / "there")
    if request.param == "file_drop":
        made = on_drop(made)
    else:
        monkeypatch.setenv("RECORD_URL", request.getfixturevalue("postgresql"))
        made.edit("waves/programme.yaml", "{kind: sqlite, path: work/record.sqlite}", "{kind: postgresql, url_from: RECORD_URL}")
    for verb in ("plan", "apply"):
        done = made.ask(verb, "first", "--quiet")
        assert done.code == 0, done.told
    path = exported(made)
    mend_workbook(path, MENDED)
    assert brought(made, path).code == 0
    return made


def told(ward: Ward) -> dict[str, list[str]]:
    """What stands there; a unit without items has a line of noughts only where it had some once."""
    found = content(ward)
    found["vs_tally"] = [line for line in found["vs_tally"] if "'0', '0', '0', '0', '0', '0'" not in line]
    return found


def whole(ward: Ward) -> None:
    """The books close, and a drop holds no file that nothing names."""
    assert ward.ask("books", "first").code == 0
    if drop_of(ward).is_dir():
        assert unnamed(drop_of(ward)) == []


def test_it_ends_where_right_sources_would_have_come_and_can_be_taken_back(ward: Ward, tmp_path: Path) -> None:
    done = ward.ask("rejects", "replay", "first", "--json")
    assert (done.code, done.document["closes"]) == (0, True), done.told
    assert done.document["released"] == {"old.person": 1, "old.referral": 2, "old.booking": 2}
    here = loaded(tmp_path / "here", rows=mended_rows())
    ours, theirs = told(ward), told(here)
    for name, rows in theirs.items():
        assert ours[name] == rows, name
    whole(ward)
    assert ward.ask("undo", "first", "--confirm", "first").code == 0
    assert {name for name, rows in content(ward).items() if rows} == {"vs_identity"}
    assert not [path.name for path in (drop_of(ward) / "rows").glob("*/*") if "removed" not in path.name]


@pytest.mark.parametrize("point", ["target.amend.before:exit:2", "target.amend.after:exit:1"])
def test_killed_there_the_same_command_goes_on(ward: Ward, point: str) -> None:
    assert ward.run("rejects", "replay", "first", failpoint=point).code == 137
    done = ward.run("rejects", "replay", "first")
    assert done.code == 0, done.told
    assert len(content(ward)["booking"]) == 3
    whole(ward)
