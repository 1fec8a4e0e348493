"""Does a profile count what was planted in a source, and show no value of a patient?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from landing import desk, project
from test_language import CODE_TABLE
from ward import Ward

from vardskiftet.errors import Usage
from vardskiftet.run.profile import profile

NOTES = ["Ulla Hemlig", " blank ", "A\u030asa", "fÃ¶rlorad", "f\ufffdrlorad", "bell\x07", "two\nlines", ""]
TIMES = [
    "2024-05-01 10:00",
    "0000-00-00 00:00",
    "2023-02-29 10:00",
    "2024-03-31 02:30",
    "2024-10-27 02:30",
    "2199-01-01 00:00",
    "1888-01-01 00:00",
]
RECORD = CODE_TABLE.replace("{column: unit, type: text}", "{column: unit, type: text, max_length: 4}")
MAPPING = """\
reads: d
into: finding
key: [id]
unit: {is: ward}
fields:
  code: {from: code, through: {codebook: kinds}}
  unit: {from: note}
"""


@pytest.fixture
def looked(tmp_path: Path) -> Ward:
    lines = [(str(at % 7), NOTES[at % 8], TIMES[at % 7], "AB"[at % 2]) for at in range(8)]
    values = ", ".join("(" + ", ".join("'" + one + "'" for one in line) + ")" for line in lines)
    source = [
        "create table d (id integer, note text, at text, code text)",
        f"insert into d values {values}",
        "insert into d values (null, cast(x'e5e4f6' as text), null, null)",
        "create table tmp (x)",
    ]
    codes = {"kinds": "# code_system: kind\nsource,target\nA,a\n"}
    record = "code_systems:\n  - {code_system: kind, title: K, version: '1'}\n" + RECORD.replace(
        "{column: code, type: text, required: true}", "{column: code, type: text, code_system: kind}"
    )
    return Ward(project(tmp_path, source=source, record=record, mappings={"finding": MAPPING}, codes=codes, ignored=["tmp"]))


def columns(ward: Ward) -> dict[str, dict[str, Any]]:
    document = ward.ask("profile", "old", "--json").document
    (table,) = (one for one in document["tables"] if one["table"] == "d")
    assert (table["rows"], table["counted"], table["damaged"], table["keys"]) == (9, 9, 1, [])
    assert table["repeats"] == {"id": 1}
    return {one["column"]: one for one in table["columns"]}


def test_oddities_of_text_are_counted(looked: Ward) -> None:
    note = columns(looked)["note"]
    assert note["text"] == {"blanks": 1, "control": 1, "line_ends": 1, "double_encoded": 1, "replaced": 1, "decomposed": 1}
    assert (note["nulls"], note["empty"], note["max_length"]) == (1, 1, 11)
    assert note["too_long"] == 6  # the name with a ring of its own has four signs


def test_fractions_of_a_second_are_nothing_odd(tmp_path: Path) -> None:
    source = ["create table d (id integer, at text)", "insert into d values (1, '2007-03-05 10:00:00.25'), (2, '2007-02-30 10:00:00.5')"]
    source += ["insert into d values (3, '2007-03-05 10:00:01.125'), (4, '2007-03-05 10:00:02.75')"]
    mapping = MAPPING.partition("fields:")[0] + "fields:\n  unit: {from: at}\n"
    ward = Ward(project(tmp_path, source=source, record=RECORD, mappings={"finding": mapping}))
    (at,) = (one for one in ward.ask("profile", "old", "--json").document["tables"][0]["columns"] if one["column"] == "at")
    assert at["times"] == {"invalid": 1}, "the thirtieth of February"


def test_a_declared_key_of_several_columns_is_a_key(tmp_path: Path) -> None:
    source = ["create table d (id integer, at text, primary key (id, at))", "insert into d values (1, 'a'), (1, 'b'), (2, 'a')"]
    mapping = MAPPING.partition("fields:")[0] + "fields:\n  unit: {from: at}\n"
    ward = Ward(project(tmp_path, source=source, record=RECORD, mappings={"finding": mapping}))
    assert [one["keys"] for one in ward.ask("profile", "old", "--json").document["tables"]] == [["id + at"]]


def test_oddities_of_time_are_counted(looked: Ward) -> None:
    # Eight rows over seven times: the first comes twice.
    assert columns(looked)["at"]["times"] == {
        "sentinels": 1,
        "invalid": 1,
        "before_1900": 1,
        "future": 1,
        "missing_hour": 1,
        "repeated_hour": 1,
    }


def test_codes_are_shown_and_everything_else_as_its_shape(looked: Ward) -> None:
    found = columns(looked)
    assert found["code"]["codes"] == [["A", 4], ["B", 4]]
    assert found["note"]["codes"] == []
    assert ["Aaaa Aaaaaa", 1] in found["note"]["shapes"]
    assert found["at"]["shapes"] == [["9999-99-99 99:99", 8]]


def test_no_value_is_shown_on_screen_or_page(looked: Ward) -> None:
    done = looked.ask("profile", "old")
    page = (looked.work / "reports" / "profile-old.html").read_text(encoding="utf-8")
    assert done.code == 0
    for said in (done.told, page):
        assert "Hemlig" not in said and "rlorad" not in said
    assert "key repeats" in done.out and "key empty" in done.out and "damaged" in done.out
    assert not list((looked.work / "spill").glob("profile/*"))


def test_an_unknown_system_or_table_is_told_the_nearest(looked: Ward) -> None:
    with pytest.raises(Usage) as wrong:
        profile(desk(looked.folder), "odl")
    assert "Did you mean 'old'?" in wrong.value.hint
    assert looked.ask("profile", "old", "--table", "e").code == 2
    assert [one["table"] for one in looked.ask("profile", "old", "--table", "tmp", "--json").document["tables"]] == ["tmp"]


def test_coverage_counts_the_rows_without_a_code_beside_those_with_one(looked: Ward) -> None:
    """Four are called A, four B, one nothing: what no codebook is asked about must not drop out of the count in silence."""
    (found,) = looked.ask("coverage", "first", "--json").document["fields"]
    assert (found["rows"], found["rows_mapped"], found["rows_empty"]) == (8, 4, 1)
    assert [(one["code"], one["rows"]) for one in found["missing"]] == [("B", 4)]


def test_coverage_of_a_column_that_the_source_lacks_is_told(looked: Ward) -> None:
    looked.edit("mappings/old/finding.yaml", "{from: code,", "{from: kod,")
    done = looked.ask("coverage", "first")
    assert (done.code, "'kod' is not a column of the source's table 'd'." in done.err) == (2, True), done.told
