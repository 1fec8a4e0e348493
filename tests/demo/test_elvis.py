"""Does the synthetic journal hold what its key says, all the dirt, and the same rows every time?"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from demo_recount import Recount, identity, rows_of
from demo_ward import NOW, SEED, UNITS, Journal
from stdnum.se import personnummer

from vardskiftet.demo.asked import patients_of
from vardskiftet.demo.elvis import CHUNK, generate
from vardskiftet.demo.planted import Planted
from vardskiftet.errors import Usage

UNIT_OF = {unit.hsa_id: (unit.unit, unit.wave) for unit in UNITS}


def assert_key_is_right(path: Path, planted: Planted) -> None:
    """Hold the key against the file, recounted row by row."""
    recount = Recount(path, UNIT_OF)
    assert {name: table.model_dump() for name, table in planted.tables.items()} == recount.tables()
    assert set(planted.waves) == set(recount.waves)
    for name, wave in planted.waves.items():
        lines, words = recount.lines[name], recount.words[name]
        for mapping, found in wave.mappings.items():
            told = {unit: {fate: items for fate, items in tally.model_dump().items() if items} for unit, tally in found.units.items()}
            assert told == {unit: dict(tally) for unit, tally in lines[mapping].items()}, (name, mapping)
            assert found.rejected == dict(words[mapping]["rejected"]), (name, mapping)
            assert found.excluded == dict(words[mapping]["excluded"]), (name, mapping)
        assert {domain: items for domain, items in wave.identities.items() if items} == dict(recount.identities[name])
        rejected = Counter[str]()
        for mapping in words:
            rejected.update(words[mapping]["rejected"])
        assert wave.budgets.rejected == dict(rejected)
        assert wave.budgets.no_unit == sum(places["no_unit"] for table, places in recount.tables().items() if table != "person")


def digest(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


def test_the_planted_key_equals_a_recount_row_by_row(journal: Journal) -> None:
    assert_key_is_right(journal.path, journal.planted)


@pytest.mark.parametrize(("size", "seed"), [(1, 0), (7, 1), (60, 2), (300, 3), (2500, 4)])
def test_the_key_of_any_size_equals_a_recount(tmp_path: Path, size: int, seed: int) -> None:
    assert_key_is_right(tmp_path / "elvis.sqlite", generate(tmp_path, size, seed, UNITS, NOW))


def test_the_key_holds_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vardskiftet.demo.elvis.CHUNK", 700)
    assert_key_is_right(tmp_path / "elvis.sqlite", generate(tmp_path, 2000, 5, UNITS, NOW))


def test_a_small_journal_has_well_over_ten_thousand_items_of_the_first_wave(journal: Journal) -> None:
    assert journal.planted.patients == 5_000 < CHUNK
    mappings = journal.planted.waves["south-1"].mappings.values()
    assert sum(tally.extracted for found in mappings for tally in found.units.values()) > 13_000


def test_the_key_beside_the_data_is_the_key_that_is_returned(journal: Journal) -> None:
    assert Planted.model_validate_json(journal.key.read_text(encoding="utf-8")) == journal.planted


def test_each_kind_of_dirt_is_there_more_than_once(journal: Journal) -> None:
    scarce = {kind: rows for kind, rows in journal.planted.dirt.items() if rows < 4}
    assert not scarce
    assert len(journal.planted.dirt) > 35


def test_the_first_wave_meets_every_reason_and_every_exclusion(journal: Journal) -> None:
    wave = journal.planted.waves["south-1"]
    assert set(wave.budgets.rejected) == {
        "AMBIGUOUS_CENTURY", "DUPLICATE_KEY", "FUTURE_DATE", "IDENTITY_CHECKSUM", "IDENTITY_MISSING", "INVALID_DATE", "MISSING_HOUR",
        "PARENT_EXCLUDED", "PARENT_MISSING", "PARENT_REJECTED", "UNMAPPED_CODE",
    }  # fmt: skip
    assert wave.budgets.no_unit > 0
    assert len({because for found in wave.mappings.values() for because in found.excluded}) == 3
    assert all(tally.merged for tally in wave.mappings["elvis.person"].units.values())
    assert all(items > 0 for items in wave.identities.values())


def test_the_repeated_hour_is_there_and_loads(journal: Journal) -> None:
    sent = [row["skickad_tid"] for row in rows_of(journal.path, "remiss")]
    assert sum(text.startswith("2024-10-27 02:") for text in sent) >= 4
    assert sum(text.startswith("2024-03-31 02:") for text in sent) >= 4
    assert "REPEATED_HOUR" not in journal.planted.waves["south-1"].budgets.rejected


def test_birth_numbers_are_those_set_aside_for_invented_persons(journal: Journal) -> None:
    texts = [row["personnummer"] for row in rows_of(journal.path, "person") if row["personnummer"]]
    plain = [text.replace("-", "") for text in texts]
    personal = [text for text in plain if text.isdigit()]
    assert len(personal) > 4_500
    assert all(980 <= int(text[-4:-1]) <= 999 for text in personal)
    assert any(text[8] == "X" for text in plain if len(text) == 12)


def test_a_second_opinion_agrees_on_every_check_digit(journal: Journal) -> None:
    asked = 0
    for row in rows_of(journal.path, "person"):
        domain, word = identity(row["personnummer"])
        if domain == "personnummer":
            # That library knows ten digits with a sign for the century.
            sign = "+" if 2024 - int(word[:4]) >= 100 else "-"
            assert personnummer.is_valid(f"{word[2:8]}{sign}{word[8:]}")
            asked += 1
        elif word == "IDENTITY_CHECKSUM" and row["personnummer"].replace("-", "").isdigit():
            plain = row["personnummer"].replace("-", "")
            assert not personnummer.is_valid(f"{plain[2:8]}-{plain[8:]}")
    assert asked > 4_000


def test_the_same_size_and_seed_give_the_same_rows(tmp_path: Path) -> None:
    made = [generate(tmp_path / name, 400, seed, UNITS, NOW) for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    first, again, other = (digest(tmp_path / name / "elvis.sqlite") for name in "abc")
    assert first == again != other
    assert made[0] == made[1] != made[2]


def test_an_earlier_journal_is_replaced_and_nothing_half_made_stays(tmp_path: Path) -> None:
    generate(tmp_path, 40, 1, UNITS, NOW)
    (tmp_path / ".elvis.sqlite.making").write_text("broken off")
    generate(tmp_path, 30, 1, UNITS, NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elvis.planted.json", "elvis.sqlite"]
    assert len({row["person_id"] for row in rows_of(tmp_path / "elvis.sqlite", "person")}) == 30


def test_free_text_keeps_what_a_careless_tool_would_fold(journal: Journal) -> None:
    notes = {row["anteckning"] for row in rows_of(journal.path, "bokning")}
    assert {"  ", "0", "NULL", "Rad ett\r\nRad två: ej bokad\n", "A\u030angstro\u0308m i sammansatta tecken"} <= notes
    assert any("Inga tecken till blödning" in note for note in notes)


def test_progress_is_told_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vardskiftet.demo.elvis.CHUNK", 30)
    heard: list[tuple[int, int]] = []
    generate(tmp_path, 70, SEED, UNITS, NOW, lambda done, whole: heard.append((done, whole)))
    assert heard == [(30, 70), (60, 70), (70, 70)]


@pytest.mark.parametrize(("size", "patients"), [("small", 5_000), ("medium", 50_000), ("large", 500_000), (12, 12), ("34", 34)])
def test_a_size_is_a_word_or_a_number(size: str | int, patients: int) -> None:
    assert patients_of(size) == patients


@pytest.mark.parametrize("size", ["tiny", "0", "-3", "1e3", "٣", ""])
def test_another_size_is_refused_with_the_known_ones(size: str) -> None:
    with pytest.raises(Usage) as refused:
        patients_of(size)
    assert "small, medium, large" in refused.value.hint


def test_more_patients_than_identifiers_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    for size, seed, units in ((2_000_000, 1, UNITS), (10, -1, UNITS), (10, 1, ())):
        with pytest.raises(Usage):
            generate(tmp_path / "never", size, seed, units, NOW)
    assert not (tmp_path / "never").exists()
