"""Does coverage name exactly the codes that no codebook knows, with rows and patients, and is a lost safety-critical one a finding?"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from region import UNITS, write
from ward import Ward

WAVE = "stad"


@pytest.fixture
def town(tmp_path: Path) -> Ward:
    folder = tmp_path / "region"
    folder.mkdir()
    write(folder)
    return Ward(folder)


def fields(ward: Ward) -> dict[str, dict[str, Any]]:
    document = ward.ask("coverage", WAVE, "--json").document
    return {f"{one['mapping']}.{one['column']}": one for one in document["fields"]}


def by_hand(ward: Ward) -> Counter[str]:
    """Main and secondary diagnoses of the wave's units, counted by another program, spelled as the codebook is asked."""
    here = [UNITS["lasarettet"], UNITS["norrgatan"]]
    query = (
        "select replace(upper(trim(code)), '.', ''), count(*) from (select kontaktid, huvud as code from diagnos"
        " union all select kontaktid, bi from diagnos) as d join kontakt as k using (kontaktid)"
        " where code <> '' and k.enhet in (?, ?) group by 1"
    )
    with closing(sqlite3.connect(ward.folder / "journals/vera.sqlite")) as connection:
        return Counter(dict(connection.execute(query, here).fetchall()))


def test_it_counts_every_code_as_it_reaches_its_codebook(town: Ward) -> None:
    found = fields(town)["vera.condition.code"]
    counted = by_hand(town)
    missing = {code: rows for code, rows in counted.items() if code not in ("J459", "E119", "I109", "F329")}
    assert {one["code"]: one["rows"] for one in found["missing"]} == missing == {"X999": 1}
    assert (found["rows"], found["rows_mapped"]) == (counted.total(), counted.total() - 1)
    assert found["patients"] is None, "a diagnosis finds its contact, not its patient"


def test_patients_are_counted_once_where_the_mapping_knows_them(town: Ward) -> None:
    found = fields(town)["lina.answer.code"]
    assert (found["patients"], found["rows"]) == (20, 2 * 20 + 5)  # two answers each, and a third of five patients
    assert found["patients_unmapped"] == 0


def test_a_lost_safety_critical_code_is_a_finding_of_coverage_and_of_plan(town: Ward) -> None:
    town.edit("mappings/codes/atc.csv", "C07AB02,C07AB02\n", "c07-ab02,C07AB02\n")
    done = town.ask("coverage", WAVE)
    assert done.code == 1
    assert "SAFETY-CRITICAL" in done.out and "nearly c07-ab02" in done.out
    planned = town.ask("plan", WAVE, "--json")
    assert planned.code == 1
    assert [reason["id"] for reason in planned.document["reasons"]] == ["UNMAPPED_CRITICAL"]


def test_a_code_that_was_not_there_the_last_time_is_new(town: Ward) -> None:
    assert town.ask("coverage", WAVE).code == 0
    with closing(sqlite3.connect(town.folder / "journals/vera.sqlite")) as connection:
        assert connection.execute("update kontakt set typ = 'NYTT' where typ = 'AKUT' and enhet = ?", [UNITS["norrgatan"]]).rowcount > 0
        connection.commit()
    again = town.ask("coverage", WAVE, "--json")
    assert again.code == 1
    assert [reason["id"] for reason in again.document["reasons"]] == ["NEW_UNMAPPED"]
    assert town.ask("coverage", WAVE).code == 0, "what was seen is not new any more"


def test_other_waves_are_not_counted(town: Ward) -> None:
    assert (
        fields(town)["vera.encounter.kind"]["rows"] == 2 * 20 + 1
    )  # two contacts each, and one more of patient 3; the struck one is elsewhere
