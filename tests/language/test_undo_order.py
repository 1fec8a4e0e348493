"""Is a wave that another one stands on taken back only after it?"""

from __future__ import annotations

from pathlib import Path

from landing import landed, rows
from test_kin import tree
from ward import Ward, opened


def test_the_wave_that_others_refer_to_goes_last(tmp_path: Path) -> None:
    ward = Ward(tree(tmp_path))
    landed(tmp_path)
    landed(tmp_path, "second")
    assert rows(tmp_path, "select count(*) from contact") == [(7,)]
    refused = ward.ask("undo", "first", "--confirm", "first")
    assert refused.code == 2
    assert "wave 'second' refers to 1 rows of contact" in refused.err and "vardskiftet undo second" in refused.err
    assert rows(tmp_path, "select count(*) from contact") == [(7,)]
    assert ward.ask("undo", "second", "--confirm", "second").code == 0
    assert ward.ask("undo", "first", "--confirm", "first").code == 0
    assert rows(tmp_path, "select count(*) from contact") == [(0,)]
    assert landed(tmp_path).books.closes


def test_rows_that_stayed_are_told_when_there_is_nothing_left_to_do(tmp_path: Path) -> None:
    ward = Ward(tree(tmp_path))
    landed(tmp_path)
    with opened(ward.target) as target:
        target.execute("update contact set note = 'edited in the new system' where _key = '3'")
        target.commit()
    assert ward.ask("undo", "first", "--confirm", "first").code == 1
    again = ward.ask("undo", "first", "--confirm", "first")
    assert again.code == 0
    assert "1 of contact" in again.out
