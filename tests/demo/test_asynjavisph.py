"""Does primary care's synthetic journal hold Elvis's persons, its own dirt, and come to what its key says?"""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_books import Moved, assert_books_agree, assert_codes_agree, moved
from demo_recount import identity, mapping_file, rows_of
from demo_ward import NOW, SEED, UNITS
from test_elvis import digest

from vardskiftet.demo import asynjavisph, elvis
from vardskiftet.demo.outcomes import STRUCK_IN_ASYNJA
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.population import Population
from vardskiftet.errors import Usage


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    """Elvis and AsynjaVisph of one population; the key of the second."""
    folder, people = tmp_path_factory.mktemp("both"), Population(5_000)
    elvis.generate(folder, "small", SEED, UNITS, NOW, population=people)
    return folder, asynjavisph.generate(folder, "small", SEED, UNITS, NOW, population=people)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    return moved(tmp_path_factory.mktemp("asynjavisph"), "elvis", "asynjavisph", patients=900)


def test_the_books_agree_with_both_keys(loaded: Moved) -> None:
    assert_books_agree(loaded)


def test_coverage_names_the_planted_codes_and_no_others(loaded: Moved) -> None:
    assert_codes_agree(loaded)


def test_each_kind_of_dirt_is_there_more_than_once(both: tuple[Path, Planted]) -> None:
    assert len(both[1].dirt) > 30
    assert not {kind: rows for kind, rows in both[1].dirt.items() if rows < 4}


def test_the_first_wave_meets_every_reason_that_is_planted_and_its_exclusion(both: tuple[Path, Planted]) -> None:
    wave = both[1].waves["south-1"]
    assert set(wave.budgets.rejected) == {
        "DUPLICATE_KEY", "FUTURE_DATE", "IDENTITY_CHECKSUM", "IDENTITY_FORMAT", "IDENTITY_MISSING", "IMPLAUSIBLE_VALUE", "INVALID_DATE",
        "INVALID_NUMBER", "MISSING_HOUR", "PARENT_EXCLUDED", "PARENT_MISSING", "PARENT_REJECTED", "REQUIRED_EMPTY", "TOO_LONG",
        "UNMAPPED_CODE",
    }  # fmt: skip
    assert {because for found in wave.mappings.values() for because in found.excluded} == {STRUCK_IN_ASYNJA}


def test_its_persons_are_those_of_elvis_and_some_stand_under_a_reserve_number(both: tuple[Path, Planted]) -> None:
    known = {identity(row["personnummer"]) for row in rows_of(both[0] / "elvis.sqlite", "person")}
    mine = [identity(row["pnr"]) for row in rows_of(both[0] / "asynjavisph.sqlite", "patient") if row["pnr"] and " " not in row["pnr"]]
    new = [found for found in mine if found[0] and found not in known]
    assert len(mine) > 2_500
    assert len([found for found in new if found[0] == "vgr-reserve"]) > 40
    # Those whose number is wrong or missing in Elvis are right here.
    assert 0 < len([found for found in new if found[0] == "personnummer"]) < len(mine) / 50


def test_a_number_is_misspelt_in_four_ways(both: tuple[Path, Planted]) -> None:
    texts = [row["pnr"] or "" for row in rows_of(both[0] / "asynjavisph.sqlite", "patient")]
    assert any("-" in text and len(text) == 13 for text in texts)
    assert any(text != text.strip() for text in texts)
    assert any(" " in text.strip() for text in texts)
    assert any(len(text) == 11 for text in texts)


def test_most_of_its_persons_are_merged_into_those_whom_elvis_brings(both: tuple[Path, Planted], tmp_path: Path) -> None:
    alone = asynjavisph.generate(tmp_path, "small", SEED, UNITS, NOW)
    (after,) = both[1].waves["south-1"].mappings["asynjavisph.person"].units.values()
    (by_itself,) = alone.waves["south-1"].mappings["asynjavisph.person"].units.values()
    assert digest(tmp_path / "asynjavisph.sqlite") == digest(both[0] / "asynjavisph.sqlite")
    assert after.loaded + after.merged == by_itself.loaded + by_itself.merged
    assert after.merged > after.loaded
    assert by_itself.merged < by_itself.loaded / 20


def test_the_key_of_chunks_is_without_a_person_in_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (elvis, asynjavisph):
        monkeypatch.setattr(module, "CHUNK", 300)
    people = Population(1_000)
    elvis.generate(tmp_path, 1_000, 5, UNITS, NOW, population=people)
    asynjavisph.generate(tmp_path, 1_000, 5, UNITS, NOW, population=people)
    keys = [row["patient_id"] for row in rows_of(tmp_path / "asynjavisph.sqlite", "patient")]
    names = {row["personnummer"]: row["efternamn"] for row in rows_of(tmp_path / "elvis.sqlite", "person")}
    shared = [row for row in rows_of(tmp_path / "asynjavisph.sqlite", "patient") if row["pnr"] in names and row["pnr"]]
    assert len(shared) > 300
    assert all(names[row["pnr"]].casefold() == row["efternamn"].casefold() for row in shared), "the same number, and the same person"
    assert len(keys) - len(set(keys)) < 20


def test_exclusions_are_said_word_for_word_as_the_mappings_do() -> None:
    for name in ("person", "child_measurement", "vaccination"):
        assert [condition["because"] for condition in mapping_file(name, "asynjavisph")["exclude"]] == [STRUCK_IN_ASYNJA]


def test_without_a_unit_there_is_nothing_to_make(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="No unit of the programme uses asynjavisph"):
        asynjavisph.generate(tmp_path / "never", 10, 1, (), NOW)
    assert not (tmp_path / "never").exists()
