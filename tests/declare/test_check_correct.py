"""Does a declaration refuse corrections that would make another row, or move one to another unit?"""

from __future__ import annotations

from pathlib import Path

import pytest
from mending import MAPPINGS, mending_ward

REFUSED = [
    ("correct: [sent]", "correct: [rid]", "'rid' is of the key"),
    ("correct: [sent]", "correct: [sent, ward]", "'ward' says whose the row is"),
    ("key: [rid]", "key: whole_row", "nothing can be corrected where the whole row is the key"),
    ("correct: [sent]", "correct: [sent, sent]", "stands twice"),
    ("correct: [sent]", 'split:\n  - {item: one, when: "true", day: sent}\ncorrect: [day]', "'day' is made by `split:`"),
]


@pytest.mark.parametrize(("old", "new", "told"), REFUSED, ids=[told for _, _, told in REFUSED])
def test_what_a_correction_may_not_reach_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    ward = mending_ward(tmp_path)
    assert old in MAPPINGS["referral"]
    ward.edit("mappings/old/referral.yaml", old, new)
    done = ward.ask("validate")
    assert (done.code, told in done.told) == (2, True), done.told


def test_what_rows_are_split_from_may_be_corrected(tmp_path: Path) -> None:
    ward = mending_ward(tmp_path)
    split = 'split:\n  - {item: one, when: "true", sent: sent, day: sent}\n'
    ward.edit("mappings/old/referral.yaml", "correct: [sent]", f"{split}correct: [sent]")
    done = ward.ask("validate")
    assert done.code == 0, done.told


def test_a_column_that_the_source_lacks_is_told_at_plan(tmp_path: Path) -> None:
    ward = mending_ward(tmp_path)
    ward.edit("mappings/old/referral.yaml", "correct: [sent]", "correct: [snet]")
    done = ward.ask("plan", "first")
    assert (done.code, "Did you mean 'sent'?" in done.told) == (2, True), done.told
