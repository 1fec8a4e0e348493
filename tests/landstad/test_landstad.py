"""Does everything of a small region arrive, wave by wave, as its key says?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from region import PATIENTS, WORDS, Key, write
from ward import Ward, rows_of

WAVES = ("stad", "land")


@pytest.fixture(scope="module")
def landstad(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ward, Key]:
    """Both waves planned and loaded; only asked."""
    folder = tmp_path_factory.mktemp("landstad") / "region"
    folder.mkdir()
    key = write(folder)
    ward = Ward(folder)
    assert ward.ask("validate").code == 0
    for wave in WAVES:
        assert ward.ask("plan", wave, "--quiet").code == 0
        done = ward.ask("apply", wave, "--quiet")
        assert done.code == 1, done.told  # rejects that no budget allows: a finding, and no more
    return ward, key


def fates(ward: Ward, wave: str) -> Counter[tuple[Any, ...]]:
    """(mapping, fate, reason) of all items of a wave; loaded ones from the tallies."""
    of_wave = "join vs_batch as b on b.batch = f.batch where b.wave = ?"
    told = rows_of(ward.target, f"select b.mapping, f.fate, coalesce(f.reason, '') from vs_fate as f {of_wave}", wave)
    loaded = rows_of(ward.target, f"select b.mapping, sum(f.loaded) from vs_tally as f {of_wave} group by 1", wave)
    return Counter(told) + Counter({(mapping, "loaded", ""): number for mapping, number in loaded})


@pytest.mark.parametrize("wave", WAVES)
def test_every_item_has_the_fate_that_the_key_says(wave: str, landstad: tuple[Ward, Key]) -> None:
    ward, key = landstad
    assert fates(ward, wave) == key.waves[wave]


@pytest.mark.parametrize("wave", WAVES)
def test_the_books_close_over_every_row_of_every_table(wave: str, landstad: tuple[Ward, Key]) -> None:
    ward, key = landstad
    books = ward.ask("books", wave, "--json").document
    assert books["closes"] is True
    counted = {table["table"]: table["counted"] for table in books["tables"]}
    assert counted == {name: number for name, number in key.rows.items() if name in counted}
    assert set(counted) == {"patient", "kontakt", "diagnos", "matning", "lakemedel", "varning", "anteckning", "svar"}


def test_every_example_of_every_mapping_holds(landstad: tuple[Ward, Key]) -> None:
    assert landstad[0].ask("mappings", "test").code == 0


def test_words_are_carried_byte_for_byte(landstad: tuple[Ward, Key]) -> None:
    held = Counter(words for (words,) in rows_of(landstad[0].target, "select words from note"))
    assert set(held) == set(WORDS)


def test_values_keep_number_comparator_and_unit(landstad: tuple[Ward, Key]) -> None:
    query = "select comparator, number, unit, said, taken_at from observation where code = ? limit 1"
    assert rows_of(landstad[0].target, query, "NPU19748") == [("<", "5", "mg/L", "<5", "2024-05-01T06:30:00Z")]
    # 02:30 came twice that night; the first is meant.
    assert rows_of(landstad[0].target, query, "NPU02192") == [(None, "5.40", "mmol/L", "5,40", "2024-10-27T00:30:00Z")]
    weights = rows_of(landstad[0].target, "select distinct number, unit from observation where code = 'NPU03804' order by 1")
    assert weights == [("3.45", "kg"), ("71.50", "kg")]


def test_protection_and_decease_travel(landstad: tuple[Ward, Key]) -> None:
    shielded = rows_of(landstad[0].target, "select count(*) from patient where protected_identity = 1")
    assert shielded == [(PATIENTS // 10,)]
    assert rows_of(landstad[0].target, "select died_on from patient where died_on is not null") == [("2024-09-30",)]


def test_the_latest_copy_of_a_prescription_stands(landstad: tuple[Ward, Key]) -> None:
    assert rows_of(landstad[0].target, "select count(*) from medication where dosage = 'old dose'") == [(0,)]


def test_nothing_is_left_when_both_waves_are_taken_back(landstad: tuple[Ward, Key], tmp_path: Path) -> None:
    ward = landstad[0].copy(tmp_path / "ward")
    for wave in reversed(WAVES):
        assert ward.ask("undo", wave, "--confirm", wave).code == 0
    tables = ("patient", "encounter", "condition", "observation", "medication", "alert", "note")
    assert [rows_of(ward.target, f"select count(*) from {table}") for table in tables] == [[(0,)]] * len(tables)
