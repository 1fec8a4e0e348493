"""Is a wave of several journals that was caught up verified like one that was just loaded?"""

from __future__ import annotations

from pathlib import Path

import pytest
from ward import WAVE, Ward, make_ward, opened, rows_of

from vardskiftet.demo.generators import GENERATORS

pytestmark = pytest.mark.story


@pytest.fixture
def caught_up(tmp_path: Path) -> Ward:
    """Four journals, loaded, and caught up after two rows of one were changed."""
    ward = make_ward(tmp_path / "ward", 120, 100, journals=tuple(GENERATORS))
    assert [ward.ask(verb, WAVE, "--quiet").code in (0, 1) for verb in ("plan", "apply")] == [True, True]
    brought = "select _key from appointment join vs_batch on batch = _batch where mapping = 'elvis.booking' and minutes <> '57' limit 2"
    keys = [int(key) for (key,) in rows_of(ward.target, brought)]
    with ward.journal_open() as journal:
        later = "update bokning set langd_min = '57', andrad_tid = (select max(andrad_tid) from bokning) where bokning_id in (?, ?)"
        assert journal.execute(later, keys).rowcount == 2
    assert [ward.ask(verb, WAVE, "--quiet").code in (0, 1) for verb in ("plan", "apply")] == [True, True]
    return ward


def test_what_a_round_carried_over_is_no_difference(caught_up: Ward) -> None:
    books = caught_up.ask("books", WAVE, "--json").document
    assert books["total"]["unchanged"] > 100 and books["total"]["loaded"] == 2
    done = caught_up.ask("verify", WAVE, "--json")
    assert (done.code, done.document["equal"]) == (0, True), done.told


@pytest.mark.parametrize(
    "lie",
    [
        "update vs_tally set unchanged = unchanged - 1, loaded = loaded + 1 where unchanged > 20",
        (
            "delete from vs_fate where rowid = (select min(f.rowid) from vs_fate as f join vs_batch using (batch) where plan ="
            " (select plan from vs_batch order by committed_at desc limit 1))"
        ),
    ],
    ids=["one-more-loaded", "a-fate-lost"],
)
def test_a_lie_in_the_books_of_a_round_is_seen(lie: str, caught_up: Ward) -> None:
    with opened(caught_up.target) as record:
        assert record.execute(lie).rowcount > 0
    done = caught_up.ask("verify", WAVE, "--level", "books", "--json")
    assert done.code == 8 and done.document["equal"] is False, done.told


def test_a_later_round_can_be_rehearsed(caught_up: Ward) -> None:
    assert caught_up.ask("plan", WAVE, "--quiet").code in (0, 1)
    done = caught_up.ask("rehearse", WAVE, "--json")
    assert done.code in (0, 1) and done.document["closes"], done.told
    assert done.document["total"]["loaded"] > 100, "a scratch record begins without the wave's own rows"


def test_a_quick_look_at_several_rounds_names_the_row_that_was_changed(caught_up: Ward) -> None:
    assert caught_up.ask("verify", WAVE, "--quick", "--json").code == 0
    with opened(caught_up.target) as record:
        assert record.execute("update appointment set minutes = 58 where _key = (select max(_key) from appointment)").rowcount
    done = caught_up.ask("verify", WAVE, "--quick", "--json")
    assert (done.code, done.document["differences"]["total"]) == (1, 1), done.told
