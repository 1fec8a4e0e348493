"""Where does a row belong that is in no wave, and does the plan say what its unit was called?"""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import PATIENTS, UNITS, VISITS, both_ways_agree, project
from ward import Ward

RECORD = "tables:\n" + PATIENTS + VISITS
PERSON = "reads: person\ninto: patient\nkey: [pid]\nunit: {wherever: [visit.pid]}\nidentities: []\nfields:\n  name: {from: name}\n"
VISIT = "reads: visit\ninto: visit\nkey: [vid]\nunit: UNIT\nfields:\n  patient_id: {find: patient, by: pid}\n"
RULES = {
    "from": "{from: place}",
    "from, codebook": "{from: place, codebook: wards}",
    "via": "{via: room, on: room, to: room, from: place}",
    "via, codebook": "{via: room, on: room, to: room, from: place, codebook: wards}",
}
CODES = {"wards": "# code_system: unit\nsource,target\nward,ward\nlater,later\nsold,sold\n"}
SOURCE = [
    "create table person (pid integer, name text)",
    "insert into person values (1, 'A'), (2, 'B'), (3, 'C'), (4, 'D'), (5, 'E'), (6, 'F'), (7, 'G')",
    "create table visit (vid integer, pid integer, place text, room integer)",
    (
        "insert into visit values (10, 1, 'ward', 100), (11, 2, 'later', 101), (12, 3, 'sold', 102), (13, 4, 'Australia', 103),"
        " (14, 6, 'sold', 102), (15, 6, 'later', 101), (16, 7, 'Australia', 103), (17, 7, 'sold', 102), (18, 4, null, null)"
    ),
    "create table room (room integer, place text)",
    "insert into room values (100, 'ward'), (101, 'later'), (102, 'sold'), (103, 'Australia')",
]


def planned(folder: Path, rule: str, more: tuple[str, ...] = ()) -> tuple[Ward, dict[str, dict[str, object]]]:
    """A ward with one unit of no wave, and what its plan expects, by mapping."""
    mappings = {"person": PERSON, "visit": VISIT.replace("UNIT", RULES[rule])}
    ignored = () if "via" in rule else ("room",)
    project(folder, source=[*SOURCE, *more], record=RECORD, mappings=mappings, codes=CODES if "codebook" in rule else {}, ignored=ignored)
    sold = "  - {unit: sold, title: Sold, kind: narhalsan_unit, area: here, hsa_id: SE2321000131-X0004, excluded: Sold to a partner.}\n"
    (folder / "waves/units.yaml").write_text(UNITS + sold, encoding="utf-8")
    with (folder / "waves/first.yaml").open("a", encoding="utf-8") as file:
        file.write("budgets: {no_unit: 3}\n")
    ward = Ward(folder)
    done = ward.ask("plan", "first", "--json")
    assert done.code in (0, 1), done.told
    assert "NO_UNIT" not in [one["id"] for one in done.document["reasons"]], "a person is no second row without a unit"
    return ward, {one["mapping"]: one for one in done.document["expectations"]}


@pytest.mark.parametrize("rule", RULES)
def test_the_plan_says_what_stood_for_an_unknown_unit(tmp_path: Path, rule: str) -> None:
    _, expected = planned(tmp_path, rule)
    assert expected["old.visit"]["unknown_units"] == [["Australia", 2], ["", 1]]
    assert expected["old.person"]["unknown_units"] == []


def test_a_path_to_several_units_leads_to_none_and_the_plan_names_them(tmp_path: Path) -> None:
    ward, expected = planned(tmp_path, "via", ("insert into room values (103, 'later')",))
    assert expected["old.visit"]["unknown_units"] == [["(several: Australia, later)", 2], ["", 1]]
    assert "(several: Australia, later)" in ward.ask("plan", "first").out


@pytest.mark.parametrize("rule", RULES)
def test_a_person_stands_where_the_care_is_and_without_care_only_where_there_is_none(tmp_path: Path, rule: str) -> None:
    ward, _ = planned(tmp_path, rule)
    assert ward.ask("apply", "first", "--quiet").code == 0
    both_ways_agree(ward.folder)
    books = ward.ask("books", "first", "--json")
    assert (books.code, books.document["closes"]) == (0, True)
    (person,) = [one for one in books.document["tables"] if one["mapping"] == "old.person"]
    # In a wave: 1, 2, 6. Only in the unit that was sold: 3, 7. Only without a unit: 4. Nowhere: 5.
    assert {name: person[name] for name in ("rows", "in_waves", "excluded_units", "no_unit", "no_care")} == {
        "rows": 7, "in_waves": 3, "excluded_units": 2, "no_unit": 1, "no_care": 1
    }  # fmt: skip
    assert books.document["no_unit"]["items"] == 3
