"""Does the hospital's synthetic journal hold Elvis's persons, texts of several encodings, and come to what its key says?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from demo_books import Moved, assert_books_agree, assert_codes_agree, moved
from demo_recount import identity, mapping_file
from demo_ward import NOW, SEED, UNITS
from ward import rows_of

from vardskiftet.demo import elvis, melior
from vardskiftet.demo import words as say
from vardskiftet.demo.outcomes import OF_ADULTS, STRUCK_IN_MELIOR
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.population import Population
from vardskiftet.errors import Usage


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    """Elvis and Melior of one population; the key of the second."""
    folder, people = tmp_path_factory.mktemp("both"), Population(5_000)
    elvis.generate(folder, "small", SEED, UNITS, NOW, population=people)
    return folder, melior.generate(folder, "small", SEED, UNITS, NOW, population=people)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    return moved(tmp_path_factory.mktemp("melior"), "elvis", "melior", patients=900)


def texts(path: Path, query: str) -> list[bytes]:
    """The first column of a query as the bytes that lie in the file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        return [row[0] for row in connection.execute(query)]


def contents(path: Path) -> list[list[tuple[bytes, ...]]]:
    """Every row of every table, texts as bytes."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        names = [name.decode() for (name,) in connection.execute("select name from sqlite_schema where type = 'table' order by 1")]
        return [connection.execute(f"select * from {name} order by rowid").fetchall() for name in names]


def broken(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def test_the_books_agree_with_both_keys(loaded: Moved) -> None:
    assert_books_agree(loaded)


def test_coverage_names_the_planted_codes_and_no_others(loaded: Moved) -> None:
    assert_codes_agree(loaded)


def test_what_is_no_text_is_rejected_and_what_is_odd_arrives_byte_for_byte(loaded: Moved) -> None:
    journal = loaded.ward.folder / "journals" / "melior.sqlite"
    odd = {text.encode() for text in (*say.CONTROLS, *say.TWICE_ENCODED)}
    lying = set(texts(journal, "select fragestallning from remiss union all select kommentar from matning"))
    arrived = set(texts(loaded.ward.target, "select reason_text from referral union all select comment from child_measurement"))
    assert any(broken(raw) for raw in lying)
    assert not any(broken(raw) for raw in arrived if raw is not None)
    assert arrived & odd
    assert arrived - {None} <= lying | set(texts(loaded.ward.journal, "select orsak_text from remiss"))


def test_a_code_written_otherwise_is_the_same_diagnosis(loaded: Moved) -> None:
    found = {code for (code,) in rows_of(loaded.ward.target, "select diagnosis from referral where source_system = 'melior'")}
    assert found <= {*say.DIAGNOSES, None}
    assert None in found and len(found) > 5


def test_each_kind_of_dirt_is_there_more_than_once(both: tuple[Path, Planted]) -> None:
    assert len(both[1].dirt) > 35
    assert not {kind: rows for kind, rows in both[1].dirt.items() if rows < 4}


def test_as_many_texts_are_damaged_as_the_key_says(both: tuple[Path, Planted]) -> None:
    path, dirt = both[0] / "melior.sqlite", both[1].dirt
    for table, column, kind in (("remiss", "fragestallning", "cp1252 in UTF-8"), ("matning", "kommentar", "cp1252 in UTF-8")):
        assert sum(broken(raw) for raw in texts(path, f"select {column} from {table}")) == dirt[f"{table}: {kind}"]
    named = texts(path, "select efternamn from (select distinct patnr, efternamn from patient)")
    assert sum(broken(raw) for raw in named) == dirt["patient: name of another encoding"]


def test_the_first_wave_meets_every_reason_that_is_planted_and_every_exclusion(both: tuple[Path, Planted]) -> None:
    wave = both[1].waves["south-1"]
    assert set(wave.budgets.rejected) >= {
        "AMBIGUOUS_CENTURY", "DUPLICATE_KEY", "IDENTITY_CHECKSUM", "IDENTITY_FORMAT", "IDENTITY_MISSING", "INVALID_DATE",
        "INVALID_ENCODING", "INVALID_NUMBER", "PARENT_EXCLUDED", "PARENT_MISSING", "PARENT_REJECTED", "TOO_LONG", "UNMAPPED_CODE",
    }  # fmt: skip
    assert {because for found in wave.mappings.values() for because in found.excluded} == {STRUCK_IN_MELIOR, OF_ADULTS}


def test_a_measurement_whose_contact_does_not_exist_has_no_unit(both: tuple[Path, Planted]) -> None:
    path = both[0] / "melior.sqlite"
    ((orphans,),) = rows_of(path, "select count(*) from matning where kontakt_id not in (select kontakt_id from kontakt)")
    assert orphans >= both[1].dirt["matning: contact missing"] > 3
    assert both[1].tables["matning"].no_unit > orphans


def test_its_persons_are_those_of_elvis(both: tuple[Path, Planted]) -> None:
    known = {identity(number) for (number,) in rows_of(both[0] / "elvis.sqlite", "select personnummer from person")}
    numbers = [number for (number,) in rows_of(both[0] / "melior.sqlite", "select personnr from patient") if number and " " not in number]
    assert len(numbers) > 2_000
    assert len([number for number in numbers if identity(number) in known]) > 0.9 * len(numbers)


def test_the_same_arguments_give_the_same_rows(tmp_path: Path) -> None:
    made = [melior.generate(tmp_path / name, 400, seed, UNITS, NOW) for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    first, again, other = (contents(tmp_path / name / "melior.sqlite") for name in "abc")
    assert first == again != other
    assert made[0] == made[1] != made[2]


def test_exclusions_are_said_word_for_word_as_the_mappings_do() -> None:
    said = {name: [one["because"] for one in mapping_file(name, "melior")["exclude"]] for name in ("person", "referral", "measurement")}
    assert said == {"person": [STRUCK_IN_MELIOR], "referral": [STRUCK_IN_MELIOR], "measurement": [STRUCK_IN_MELIOR, OF_ADULTS]}


def test_without_a_unit_there_is_nothing_to_make(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="No unit of the programme uses melior"):
        melior.generate(tmp_path / "never", 10, 1, (), NOW)
    assert not (tmp_path / "never").exists()
