"""Do delivered files come into the record with closed books, their damaged rows among them?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from delivered import deliver, small_project
from ward import Ward, litter, logical, rows_of

NOTES = 2000


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    """A project whose delivery holds one row with too many fields and one that does not decode."""
    small_project(tmp_path)
    people = "".join(f"{number},Tolvan {number}\n" for number in range(20))
    notes = [f"{number},{number % 20},Åter om {number} dagar" for number in range(NOTES)]
    notes[7] += ",för mycket"
    text = "\r\n".join(["note_id,person_id,words", *notes]).encode()
    deliver(tmp_path, person__csv=f"person_id,name\n{people}", note__csv=text.replace("Åter om 9 ".encode(), b"\xc5ter om 9 "))
    return Ward(tmp_path)


def test_a_damaged_row_is_rejected_with_its_reason_and_the_books_close(ward: Ward) -> None:
    done = [ward.ask(*command) for command in (("plan", "first"), ("rehearse", "first"), ("apply", "first"), ("books", "first"))]
    assert [one.code for one in done] == [0, 0, 0, 0], "".join(one.told for one in done)
    assert rows_of(ward.target, "select source_key, reason from vs_fate where fate = 'rejected' order by 1") == [
        ("7", "MALFORMED_ROW"),
        ("9", "INVALID_ENCODING"),
    ]
    assert rows_of(ward.target, "select count(*), count(distinct patient_id) from note") == [(NOTES - 2, 20)]
    assert rows_of(ward.target, "select words from note where number = '10'") == [("Åter om 10 dagar",)]
    assert litter(ward) == []


@pytest.mark.story
def test_a_run_that_was_killed_goes_on_without_the_files(ward: Ward, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert ward.ask("plan", "first").code == 0
    whole = ward.copy(tmp_path_factory.mktemp("whole") / "ward")
    assert whole.ask("apply", "first").code == 0
    assert ward.run("apply", "first", failpoint="target.commit.after:exit:9").code == 137
    shutil.rmtree(ward.folder / "drops")
    resumed = ward.run("apply", "first")
    assert resumed.code == 0, resumed.told
    assert logical(ward.target) == logical(whole.target)


def test_a_delivery_that_is_replaced_after_the_plan_is_a_finding_and_no_surprise(ward: Ward) -> None:
    assert ward.ask("plan", "first").code == 0
    deliver(ward.folder, note__csv="note_id,person_id,text\n1,1,x\n")
    stale = ward.ask("apply", "first")
    assert stale.code == 10, stale.told
    assert not ward.target.exists()
