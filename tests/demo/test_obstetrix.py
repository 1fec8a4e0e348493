"""Does the synthetic drop of maternity care hold what its manifest and its key say, and is a broken one refused?"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest
from demo_books import Moved, assert_books_agree, assert_codes_agree, moved
from demo_recount import identity, mapping_file, rows_of
from demo_ward import NOW, SEED, UNITS
from ward import WAVE, make_ward
from ward import rows_of as asked_of

from vardskiftet.demo import elvis, obstetrix
from vardskiftet.demo.csv_drop import truncate
from vardskiftet.demo.outcomes import NO_ITEM, PAST_IN_OBSTETRIX, STRUCK_IN_OBSTETRIX
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.population import Population
from vardskiftet.errors import Usage


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    """Elvis and Obstetrix of one population; the key of the second."""
    folder, people = tmp_path_factory.mktemp("both"), Population(5_000)
    elvis.generate(folder, "small", SEED, UNITS, NOW, population=people)
    return folder, obstetrix.generate(folder, "small", SEED, UNITS, NOW, population=people)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    return moved(tmp_path_factory.mktemp("obstetrix"), "elvis", "obstetrix", patients=900)


def lines(drop: Path, name: str) -> list[dict[str, str]]:
    with (drop / f"{name}.csv").open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_the_books_agree_with_both_keys(loaded: Moved) -> None:
    assert_books_agree(loaded)


def test_coverage_names_the_planted_codes_and_no_others(loaded: Moved) -> None:
    assert_codes_agree(loaded)


def test_a_comparator_and_a_decimal_comma_arrive_as_they_were_written(loaded: Moved) -> None:
    query = "select value, count(*) from child_measurement where comparator = '<' group by 1"
    assert [value for value, _ in asked_of(loaded.ward.target, query)] == ["0.5"]
    (lengths,) = asked_of(loaded.ward.target, "select count(*) from child_measurement where kind = 'body_length' and value like '%.%'")
    assert lengths[0] > 10


def test_each_kind_of_dirt_is_there_more_than_once(both: tuple[Path, Planted]) -> None:
    assert len(both[1].dirt) > 35
    assert {kind for kind, rows in both[1].dirt.items() if rows < 4} == {"besok: file delivered twice"}


def test_the_first_wave_meets_every_reason_that_is_planted_and_every_exclusion(both: tuple[Path, Planted]) -> None:
    wave = both[1].waves["south-1"]
    assert set(wave.budgets.rejected) >= {
        "AMBIGUOUS_CENTURY", "DUPLICATE_KEY", "IDENTITY_CHECKSUM", "IDENTITY_FORMAT", "IDENTITY_MISSING", "INVALID_DATE",
        "INVALID_NUMBER", "PARENT_MISSING", "PARENT_REJECTED", "UNMAPPED_CODE",
    }  # fmt: skip
    excluded = {because for found in wave.mappings.values() for because in found.excluded}
    assert excluded == {STRUCK_IN_OBSTETRIX, PAST_IN_OBSTETRIX, NO_ITEM}


def test_the_manifest_promises_what_lies_there(both: tuple[Path, Planted]) -> None:
    drop = both[0] / "obstetrix"
    with (drop / "manifest.csv").open(encoding="utf-8", newline="") as file:
        promised = {row["file"]: row for row in csv.DictReader(file)}
    assert sorted([*promises_of(drop), "manifest.csv"]) == sorted(path.name for path in drop.iterdir())
    for name, row in promised.items():
        content = (drop / name).read_bytes()
        assert (row["bytes"], row["sha256"]) == (str(len(content)), hashlib.sha256(content).hexdigest())
        assert int(row["rows"]) == len(lines(drop, name.removesuffix(".csv")))


def promises_of(drop: Path) -> list[str]:
    with (drop / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return [row["file"] for row in csv.DictReader(file)]


def test_one_file_is_delivered_twice_and_counted_once(both: tuple[Path, Planted]) -> None:
    drop = both[0] / "obstetrix"
    assert (drop / "besok_2.csv").read_bytes() == (drop / "besok_2_igen.csv").read_bytes()
    assert both[1].tables["besok"].rows == len(lines(drop, "besok_1")) + len(lines(drop, "besok_2"))


def test_texts_hold_lines_semicolons_and_letters_of_cp1252(both: tuple[Path, Planted]) -> None:
    notes = {row["anteckning"] for row in lines(both[0] / "obstetrix", "besok_1")}
    assert "Rad ett\r\nRad två: ej bokad\n" in notes
    assert 'Citat: "inga fynd"; 50 % <0,5' in notes
    assert b"\xe5" in (both[0] / "obstetrix" / "besok_1.csv").read_bytes()


def test_women_and_children_are_those_of_elvis(both: tuple[Path, Planted]) -> None:
    known = {identity(row["personnummer"]) for row in rows_of(both[0] / "elvis.sqlite", "person")}
    for name in ("kvinna", "barn"):
        numbers = [row["personnummer"] for row in lines(both[0] / "obstetrix", name)]
        mine = [identity(number) for number in numbers if " " not in number]
        assert len(mine) > 250
        assert len([found for found in mine if found in known]) > 0.9 * len(mine)


def test_a_file_that_broke_off_stops_the_plan_before_anything_is_loaded(tmp_path: Path) -> None:
    ward = make_ward(tmp_path / "project", journals=("elvis", "obstetrix"))
    truncate(ward.folder / "journals" / "obstetrix", "barn.csv")
    done = ward.ask("plan", WAVE, "--json")
    assert done.code == 8, done.told
    assert "barn.csv" in done.told
    assert not ward.target.exists()


def test_an_earlier_drop_is_replaced_and_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    first = obstetrix.generate(tmp_path, 400, 1, UNITS, NOW)
    before = {path.name: path.read_bytes() for path in (tmp_path / "obstetrix").iterdir()}
    (tmp_path / "obstetrix" / "left.csv").write_text("from before")
    (tmp_path / ".obstetrix.making").mkdir()
    assert obstetrix.generate(tmp_path, 400, 1, UNITS, NOW) == first
    assert {path.name: path.read_bytes() for path in (tmp_path / "obstetrix").iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["obstetrix", "obstetrix.planted.json"]
    assert obstetrix.generate(tmp_path, 400, 2, UNITS, NOW) != first


def test_exclusions_are_said_word_for_word_as_the_mappings_do() -> None:
    said = {
        name: [one["because"] for one in mapping_file(name, "obstetrix")["exclude"]] for name in ("woman", "child", "booking", "newborn")
    }
    struck = [STRUCK_IN_OBSTETRIX]
    assert said == {"woman": struck, "child": struck, "booking": [STRUCK_IN_OBSTETRIX, PAST_IN_OBSTETRIX], "newborn": struck}


def test_without_a_unit_there_is_nothing_to_make(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="No unit of the programme uses obstetrix"):
        obstetrix.generate(tmp_path / "never", 10, 1, (), NOW)
    assert not (tmp_path / "never").exists()
