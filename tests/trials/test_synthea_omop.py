"""Is a warehouse that nobody here designed moved with declarations alone? Synthea27Nj (OMOP CDM 5.4), recounted by the csv module."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from shared_data import shared
from ward import Done, Ward, rows_of

HERE = Path(__file__).resolve().parent
NEW_JERSEY = ZoneInfo("America/New_York")

# As the data's own README counts the rows.
DELIVERED = {
    "PERSON": 28,
    "VISIT_OCCURRENCE": 1_791,
    "CONDITION_OCCURRENCE": 470,
    "DRUG_EXPOSURE": 883,
    "MEASUREMENT": 10_040,
    "OBSERVATION": 8_099,
    "PROCEDURE_OCCURRENCE": 1_649,
}
# Extracted, loaded, rejected, excluded. Of the measurements 885 say no result and are acts; two numbers have a unit that is none.
FATES = {
    "synthea.person": (28, 28, 0, 0),
    "synthea.encounter": (1_791, 1_791, 0, 0),
    "synthea.condition": (470, 470, 0, 0),
    "synthea.medication": (883, 883, 0, 0),
    "synthea.measurement": (10_040, 9_153, 2, 885),
    "synthea.observation": (8_099, 8_099, 0, 0),
    "synthea.procedure": (1_649, 1_649, 0, 0),
    "synthea.act": (10_040, 885, 0, 9_155),
}
RECORD = {"person": 28, "encounter": 1_791, "condition": 470, "observation": 17_252, "procedure": 2_534, "medication": 883}
TERMINOLOGIES = {"SNOMED": "http://snomed.info/sct", "LOINC": "http://loinc.org", "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm"}

NUMBERS, TOTAL = 9_105, Decimal("623862.8")
"""As awk adds the measured numbers up, in whole tenths: each is written with one decimal."""

Row = dict[str, str]


@pytest.fixture(scope="module")
def source() -> Path:
    return shared("synthea-omop")


@pytest.fixture(scope="module")
def moved(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ward, dict[str, Done]]]:
    """The project with its one wave applied, and what each command came to."""
    ward = Ward(tmp_path_factory.mktemp("omop") / "project")
    shutil.copytree(HERE / "omop", ward.folder)
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("SYNTHEA_OMOP", str(source))
        commands = ("validate", "mappings test", "plan all", "apply all", "books all")
        yield ward, {command: ward.ask(*command.split()) for command in commands}


@pytest.fixture(scope="module")
def target(moved: tuple[Ward, dict[str, Done]]) -> Path:
    return moved[0].target


def read(source: Path, table: str) -> list[Row]:
    """A table by the standard library's reader: every value a text, what is missing an empty one."""
    with (source / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def concepts(source: Path) -> dict[str, Row]:
    return {row["concept_id"]: row for row in read(source, "CONCEPT")}


def with_result(source: Path) -> list[Row]:
    """The measurements that are observations."""
    return [row for row in read(source, "MEASUREMENT") if row["value_source_value"]]


def instant(local: str) -> str:
    """A local time of the warehouse as the record writes it."""
    return datetime.fromisoformat(local).replace(tzinfo=NEW_JERSEY).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.story
def test_every_command_is_content(moved: tuple[Ward, dict[str, Done]]) -> None:
    assert {command: done.code for command, done in moved[1].items()} == dict.fromkeys(moved[1], 0), moved[1]
    assert "The books close." in moved[1]["books all"].out


def test_without_the_variable_the_plan_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYNTHEA_OMOP", raising=False)
    shutil.copytree(HERE / "omop", tmp_path / "project")
    done = Ward(tmp_path / "project").ask("plan", "all")
    assert done.code == 6
    assert "environment variable SYNTHEA_OMOP" in done.told
    assert "Set it to the folder" in done.told


def test_the_delivery_is_what_its_readme_says(source: Path) -> None:
    assert {table: len(read(source, table)) for table in DELIVERED} == DELIVERED


def test_every_row_has_a_fate(target: Path) -> None:
    tallied = rows_of(
        target,
        "select b.mapping, sum(t.extracted), sum(t.loaded), sum(t.rejected), sum(t.excluded) from vs_tally as t"
        " join vs_batch as b on b.batch = t.batch group by 1",
    )
    assert {mapping: tuple(numbers) for mapping, *numbers in tallied} == FATES
    assert dict(rows_of(target, "select place, sum(rows) from vs_rows group by 1")) == {"in_wave": sum(DELIVERED.values()) + 10_040}
    assert {table: rows_of(target, f"select count(*) from {table}")[0][0] for table in RECORD} == RECORD


def test_each_measurement_came_along_once(source: Path, target: Path) -> None:
    """The table is read by two mappings; key by key, a row is an observation, a procedure, or one of the two rejects."""
    found = Counter(key for (key,) in rows_of(target, "select _key from observation where came_from = 'measurement'"))
    acts = "select p._key from procedure as p join vs_batch as b on b.batch = p._batch where b.mapping = 'synthea.act'"
    found.update(key for (key,) in rows_of(target, acts))
    rejected = rows_of(target, "select source_key, reason from vs_fate where fate = 'rejected'")
    found.update(key for key, _ in rejected)
    measured = read(source, "MEASUREMENT")
    assert found == dict.fromkeys((row["measurement_id"] for row in measured), 1)
    odd = {row["measurement_id"] for row in measured if row["value_as_number"] and row["unit_source_value"] == "{nominal}"}
    assert len(odd) == 2
    assert sorted(rejected) == sorted((key, "UNMAPPED_CODE") for key in odd)


def test_persons_are_who_they_were(source: Path, target: Path) -> None:
    died = {row["person_id"]: row for row in read(source, "DEATH")}
    assert len(died) == 3
    nobody = {"death_date": None, "cause_source_value": None}
    expected = {
        row["person_id"]: (
            row["person_source_value"],
            {"M": "male", "F": "female"}[row["gender_source_value"]],
            row["birth_datetime"][:10],
            *(died.get(row["person_id"], nobody)[column] for column in ("death_date", "cause_source_value")),
        )
        for row in read(source, "PERSON")
    }
    found = rows_of(target, "select _key, source_id, sex, born_on, died_on, cause_of_death from person")
    assert {key: tuple(values) for key, *values in found} == expected


def test_encounters_keep_kind_and_instants(source: Path, target: Path) -> None:
    kinds = {"9201": "inpatient", "9202": "outpatient", "9203": "emergency"}
    expected = {
        row["visit_occurrence_id"]: (
            kinds[row["visit_concept_id"]],
            instant(row["visit_start_datetime"]),
            instant(row["visit_end_datetime"]),
        )
        for row in read(source, "VISIT_OCCURRENCE")
    }
    found = rows_of(target, "select _key, kind, started_at, ended_at from encounter")
    assert {key: tuple(values) for key, *values in found} == expected
    counted = dict(rows_of(target, "select kind, count(*) from encounter group by 1"))
    assert counted == {"outpatient": 1_722, "emergency": 56, "inpatient": 13}


# Mapping, record table, source table, its key, rows that have no visit.
CHILDREN = [
    ("synthea.condition", "condition", "CONDITION_OCCURRENCE", "condition_occurrence_id", 1),
    ("synthea.medication", "medication", "DRUG_EXPOSURE", "drug_exposure_id", 4),
    ("synthea.procedure", "procedure", "PROCEDURE_OCCURRENCE", "procedure_occurrence_id", 0),
    ("synthea.act", "procedure", "MEASUREMENT", "measurement_id", 0),
    ("synthea.measurement", "observation", "MEASUREMENT", "measurement_id", 0),
    ("synthea.observation", "observation", "OBSERVATION", "observation_id", 0),
]


@pytest.mark.parametrize(("mapping", "table", "delivered", "key", "alone"), CHILDREN, ids=[child[0] for child in CHILDREN])
def test_references_lead_to_the_right_person_and_encounter(
    source: Path, target: Path, mapping: str, table: str, delivered: str, key: str, alone: int
) -> None:
    found = rows_of(
        target,
        f"select row._key, person._key, encounter._key, encounter.person_id = row.person_id from {table} as row"
        " join vs_batch as b on b.batch = row._batch join person on person.person_id = row.person_id"
        f" left join encounter on encounter.encounter_id = row.encounter_id where b.mapping = '{mapping}'",
    )
    assert len(found) == FATES[mapping][1]
    rows = {row[key]: (row["person_id"], row["visit_occurrence_id"] or None) for row in read(source, delivered)}
    assert {one: (person, encounter) for one, person, encounter, _ in found} == {one: rows[one] for one, *_ in found}
    assert Counter(same for *_, same in found) == Counter({1: len(found) - alone, None: alone})


@pytest.mark.parametrize(
    ("table", "delivered", "kind", "begin", "end"),
    [
        ("condition", "CONDITION_OCCURRENCE", "condition", "condition_start_date", "condition_end_date"),
        ("medication", "DRUG_EXPOSURE", "drug", "drug_exposure_start_date", "verbatim_end_date"),
        ("procedure", "PROCEDURE_OCCURRENCE", "procedure", "procedure_date", "procedure_end_date"),
    ],
)
def test_codes_titles_and_days_agree(source: Path, target: Path, table: str, delivered: str, kind: str, begin: str, end: str) -> None:
    known = concepts(source)
    rows = [(row, known[row[f"{kind}_concept_id"]], row[f"{kind}_source_value"], begin, end) for row in read(source, delivered)]
    if table == "procedure":
        acts = [row for row in read(source, "MEASUREMENT") if not row["value_source_value"]]
        rows += [(row, known[row["measurement_concept_id"]], row["measurement_source_value"], "measurement_date", "") for row in acts]
    expected = Counter(
        (code, TERMINOLOGIES[concept["vocabulary_id"]], concept["concept_name"], row[first], row.get(last) or None)
        for row, concept, code, first, last in rows
    )
    assert Counter(rows_of(target, f"select code, terminology, title, started_on, ended_on from {table}")) == expected


def test_open_ends_stay_open(target: Path) -> None:
    assert rows_of(target, "select count(*) from condition where ended_on is null") == [(96,)]
    assert rows_of(target, "select count(*) from medication where ended_on is null") == [(57,)]
    # The length of a treatment: of 883 in all, 456 of a year and six days.
    assert rows_of(target, "select count(*), sum(days = 371), min(days) from medication") == [(883, 456, 0)]


def test_quantities_agree_to_the_last_digit_by_code_and_month(source: Path, target: Path) -> None:
    expected: dict[tuple[str, str, str], Decimal] = {}
    for row in with_result(source):
        unit = {"pH": "[pH]"}.get(row["unit_source_value"], row["unit_source_value"])
        if row["value_as_number"] and unit != "{nominal}":
            month = instant(row["measurement_datetime"])[:7]
            place = (row["measurement_source_value"], unit, month)
            expected[place] = expected.get(place, Decimal(0)) + Decimal(row["value_as_number"])
    found: dict[tuple[str, str, str], Decimal] = {}
    numbers = rows_of(
        target, "select code, unit, substr(observed_at, 1, 7), number, typeof(number) from observation where number is not null"
    )
    for code, unit, month, number, stored in numbers:
        assert stored == "text", "a number that was ever a float is not exact"
        found[code, unit, month] = found.get((code, unit, month), Decimal(0)) + Decimal(number)
    assert found == expected
    assert (len(numbers), sum(found.values())) == (NUMBERS, TOTAL)


def test_numbers_are_written_as_they_were(source: Path, target: Path) -> None:
    found = dict(rows_of(target, "select _key, number from observation where number is not null"))
    rows = {row["measurement_id"]: row["value_as_number"] for row in read(source, "MEASUREMENT")}
    assert found == {key: rows[key] for key in found}


def test_observations_agree_by_code_and_month(source: Path, target: Path) -> None:
    known = concepts(source)
    told = [("measurement", row) for row in with_result(source)] + [("observation", row) for row in read(source, "OBSERVATION")]
    expected = Counter(
        (
            kind,
            row[f"{kind}_source_value"],
            TERMINOLOGIES[known[row[f"{kind}_concept_id"]]["vocabulary_id"]],
            known[row[f"{kind}_concept_id"]]["concept_name"],
            instant(row[f"{kind}_datetime"])[:7],
        )
        for kind, row in told
        if not (row["unit_source_value"] == "{nominal}" and row["value_as_number"])
    )
    assert expected.total() == RECORD["observation"]
    found = rows_of(target, "select came_from, code, terminology, title, substr(observed_at, 1, 7) from observation")
    assert Counter(found) == expected


def test_results_in_words_are_kept_and_lost_answers_are_told(source: Path, target: Path) -> None:
    counted = dict(rows_of(target, "select result, count(*) from observation group by 1"))
    assert counted == {"number": 9_105, "words": 48, "finding": 450, "lost": 7_649}
    expected = Counter(row["value_source_value"] for row in with_result(source) if not row["value_as_number"])
    found = rows_of(target, "select words from observation where result = 'words' and number is null and unit is null")
    assert Counter(words for (words,) in found) == expected
    said = "select count(*) from observation where result in ('finding', 'lost') and coalesce(number, unit, words) is not null"
    assert rows_of(target, said) == [(0,)]


def test_units_are_those_of_the_warehouses_own_concepts(source: Path, target: Path) -> None:
    """The codebook reads the unit as it was written; the warehouse names it once more by a concept, where it has one."""
    known = concepts(source)
    told = {row["measurement_id"]: row["unit_concept_id"] for row in read(source, "MEASUREMENT")}
    found = rows_of(target, "select _key, unit from observation where unit is not null")
    pairs = Counter((known[told[key]]["concept_code"] if told[key] != "0" else "", unit) for key, unit in found)
    # UCUM itself writes [pH]; units that the warehouse has no concept for are UCUM all the same, or a score.
    odd = {pair: rows for pair, rows in pairs.items() if pair[0] != pair[1]}
    assert odd == {("pH", "[pH]"): 2, ("", "U/L"): 156, ("", "kU/L"): 75, ("", "{score}"): 471}
    assert len(pairs) == 23
    assert rows_of(target, "select count(*) from observation where number is not null and unit is null") == [(0,)]


def test_the_warehouse_itself_was_not_touched(source: Path, moved: tuple[Ward, dict[str, Done]]) -> None:
    assert not list(source.glob("*.sqlite*"))
    assert {path.suffix for path in source.iterdir()} == {".csv"}
    assert not [path for path in moved[0].folder.rglob("*.csv") if path.parent.name != "codes"]
