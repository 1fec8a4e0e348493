"""What does each word of the mapping language do? Through the real path: declarations, plan, apply, record."""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import fates, landed, project, rows

from vardskiftet.errors import DeclarationsWrong

PLAIN = "reads: d\ninto: finding\nkey: [id]\nunit: {is: ward}\n"
MIXED = ["Åsa".encode(), "Åsa".encode("cp1252"), "€ 5".encode("cp1252"), b"f\x81el"]
CODE_TABLE = """\
tables:
  - table: finding
    title: Findings
    key: finding_id
    columns:
      - {column: finding_id, type: uuid, required: true}
      - {column: code, type: text, required: true}
      - {column: noted_at, type: instant}
      - {column: number, type: decimal}
      - {column: comparator, type: text}
      - {column: unit, type: text}
"""


def test_a_row_splits_into_named_items_and_one_without_a_piece_is_left_out(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=[
            "create table d (id, main, second)",
            "insert into d values (1, 'J45', 'E11'), (2, 'J45', null), (3, null, null), (4, null, 'I10')",
        ],
        record=CODE_TABLE,
        mappings={
            "diagnosis": """\
reads: d
into: finding
key: [id]
unit: {is: ward}
split:
  - {item: main, when: "main is not null", code: main}
  - {item: secondary, when: "second is not null", code: second}
fields:
  code: {from: code}
"""
        },
    )
    books = landed(tmp_path).books
    assert books.closes
    assert (books.total.extracted, books.total.loaded, books.total.excluded) == (5, 4, 1)
    assert sorted(rows(tmp_path, "select code from finding")) == [("E11",), ("I10",), ("J45",), ("J45",)]
    assert fates(tmp_path) == [("3", "", "excluded", "NO_ITEM")]


def test_each_part_of_a_cell_is_an_item(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=["create table d (id, codes)", "insert into d values (1, 'J45; E11 ;'), (2, ''), (3, 'I10')"],
        record=CODE_TABLE,
        mappings={
            "diagnosis": """\
reads: d
into: finding
key: [id]
unit: {is: ward}
split: {each: codes, by: ";", as: code}
fields:
  code: {from: code}
"""
        },
    )
    books = landed(tmp_path).books
    assert books.closes
    assert sorted(rows(tmp_path, "select _key, code from finding")) == [("1", "E11"), ("1", "J45"), ("3", "I10")]
    assert fates(tmp_path) == [("2", "", "excluded", "NO_ITEM")]


def test_a_query_over_several_tables_is_held_against_the_count_of_one(tmp_path: Path) -> None:
    tables = [
        "create table contact (cid, ward_code)",
        "create table d (id, cid, code)",
        "insert into contact values (10, 'A'), (20, 'B'), (30, 'C')",
        "insert into d values (1, 10, 'J45'), (2, 20, 'E11'), (3, 30, 'I10'), (4, 99, 'X')",
    ]
    mapping = """\
sql: select d.id, d.code, contact.ward_code from d {join} join contact on contact.cid = d.cid
counts: d
into: finding
key: [id]
unit: {{from: ward_code, codebook: wards}}
fields:
  code: {{from: code}}
"""
    codes = {"wards": "# code_system: unit\nsource,target\nA,ward\nB,clinic\nC,later\n"}
    whole = project(tmp_path / "whole", source=tables, record=CODE_TABLE, mappings={"diagnosis": mapping.format(join="left")}, codes=codes)
    books = landed(whole).books
    assert books.closes
    assert {line.unit: line.loaded for line in books.lines} == {"ward": 1, "clinic": 1}
    assert [(table.rows, table.counted, table.in_waves, table.no_unit) for table in books.tables] == [(4, 4, 3, 1)]
    lossy = project(tmp_path / "lossy", source=tables, record=CODE_TABLE, mappings={"diagnosis": mapping.format(join="inner")}, codes=codes)
    with pytest.raises(DeclarationsWrong, match="1 problem") as wrong:
        landed(lossy)
    assert "gives 3 rows where 'd' has 4" in wrong.value.faults[0].message, "an inner join that loses a row is found by the count"


def test_whole_rows_without_a_key_merge_when_they_are_the_same(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=[
            "create table d (code, noted)",
            "insert into d values ('J45', null), ('J45', null), ('J45', '2024-01-01 10:00'), ('E11', null), ('E11', ''), (null, null)",
        ],
        record=CODE_TABLE,
        mappings={
            "diagnosis": """\
reads: d
into: finding
key: whole_row
unit: {is: ward}
fields:
  code: {from: code}
"""
        },
    )
    books = landed(tmp_path).books
    assert books.closes
    assert (books.total.loaded, books.total.merged, books.total.rejected) == (4, 1, 1)


def test_the_latest_of_several_copies_stands(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=[
            "create table d (id, code, changed)",
            "insert into d values (1, 'old', '2023-01-01'), (1, 'new', '2024-01-01'), (1, 'undated', null), (2, 'only', null)",
        ],
        record=CODE_TABLE,
        mappings={
            "diagnosis": """\
reads: d
into: finding
key: [id]
unit: {is: ward}
conflict: {latest: changed}
fields:
  code: {from: code}
"""
        },
    )
    books = landed(tmp_path).books
    assert books.closes
    assert sorted(rows(tmp_path, "select code from finding")) == [("new",), ("only",)]
    assert [fate for _, _, fate, _ in fates(tmp_path)] == ["merged", "merged"]


def test_a_time_is_built_from_a_date_and_an_offset_and_a_value_keeps_its_comparator_and_unit(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=[
            "create table lab (id, day, minutes, value, unit)",
            "insert into lab values (1, '2024-07-01', '90', '<0,5', 'mg/dL'), (2, '2024-03-31', '150', '7', 'g')",
            "insert into lab values (3, '2024-01-01', null, '90', 'mg/dL')",
        ],
        record=CODE_TABLE,
        mappings={
            "lab": """\
reads: lab
into: finding
key: [id]
unit: {is: ward}
fields:
  code: {is: GLU}
  noted_at: {sql: "strftime(day::timestamp + to_minutes(minutes::integer), '%Y-%m-%d %H:%M')", through: {local_time: "%Y-%m-%d %H:%M"}}
  number: {from: value, through: [{quantity: number, separator: ","}, {unit: mmol/L, written_in: unit, factors: {mg/dL: "0.0555"}}]}
  comparator: {from: value, through: {quantity: comparator, separator: ","}}
  unit: {is: mmol/L}
"""
        },
    )
    assert landed(tmp_path).books.closes
    assert rows(tmp_path, "select _key, noted_at, number, comparator from finding order by 1") == [
        ("1", "2024-06-30T23:30:00Z", "0.02775", "<"),
        ("3", None, "4.995", None),
    ]
    assert fates(tmp_path) == [("2", "", "rejected", "MISSING_HOUR")]


def test_sql_that_fails_on_a_row_rejects_that_row_alone(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=["create table d (id, code)", "insert into d values (1, '12'), (2, 'x'), (3, '14')"],
        record=CODE_TABLE,
        mappings={
            "diagnosis": """\
reads: d
into: finding
key: [id]
unit: {is: ward}
exclude:
  - {when: "code::integer > 13", because: "Too large."}
fields:
  code: {sql: "(code::integer + 1)::varchar"}
"""
        },
    )
    assert landed(tmp_path).books.closes
    assert rows(tmp_path, "select code from finding") == [("13",)]
    assert fates(tmp_path) == [("2", "", "rejected", "SQL_FAILED"), ("3", "", "excluded", "Too large.")]


def test_the_latest_number_is_the_greatest_and_not_the_last_by_its_letters(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=[
            "create table d (id, version, code)",
            "insert into d values (1, '9', 'old'), (1, '10', 'new'), (2, 95.0, 'low'), (2, 1000.0, 'high')",
        ],
        record=CODE_TABLE,
        mappings={"diagnosis": f"{PLAIN}conflict: {{latest: version}}\nfields:\n  code: {{from: code}}\n"},
    )
    assert landed(tmp_path).books.closes
    assert rows(tmp_path, "select _key, code from finding order by 1") == [("1", "new"), ("2", "high")]


def test_a_real_arrives_as_the_shortest_text_that_is_the_same_number(tmp_path: Path) -> None:
    reals = [128.90478085742, 0.1 + 0.2, 1.4e-11, 1e22, -2.5, 1 / 3]
    project(
        tmp_path,
        source=["create table d (id, x real)", *(f"insert into d values ({at}, {real!r})" for at, real in enumerate(reals))],
        record=CODE_TABLE,
        mappings={
            "value": "reads: d\ninto: finding\nkey: [id]\nunit: {is: ward}\nfields:\n  code: {from: x}\n"
            "  number: {from: x, through: {decimal: '.'}}\n"
        },
    )
    assert landed(tmp_path).books.closes
    found = rows(tmp_path, "select code, number from finding order by cast(_key as integer)")
    assert [float(code) for code, _ in found] == reals == [float(number) for _, number in found]
    assert [code for code, _ in found][:3] == ["128.90478085742", "0.30000000000000004", "1.4e-11"]
    assert found[2][1] == "0.000000000014"


def test_a_query_that_loses_one_row_and_doubles_another_is_refused(tmp_path: Path) -> None:
    query = "select * from d where id <> 1 union all select * from d where id = 2"
    project(
        tmp_path,
        source=["create table d (id, code)", "insert into d values (1, 'a'), (2, 'b'), (3, 'c')"],
        record=CODE_TABLE,
        mappings={"value": f"sql: {query}\ncounts: d\ninto: finding\nkey: [id]\nunit: {{is: ward}}\nfields:\n  code: {{from: code}}\n"},
    )
    with pytest.raises(DeclarationsWrong) as wrong:
        landed(tmp_path)
    assert "some keys are lost, others come twice" in wrong.value.faults[0].message


def test_a_value_that_is_no_utf_8_is_read_in_the_declared_encoding(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=[
            "create table d (id, code)",
            *(f"insert into d values ({at}, cast(x'{code.hex()}' as text))" for at, code in enumerate(MIXED)),
        ],
        record=CODE_TABLE,
        mappings={"value": f"{PLAIN}fields:\n  code: {{from: code}}\n"},
    )
    system = tmp_path / "mappings/old/system.yaml"
    system.write_text(system.read_text(encoding="utf-8") + "encoding: cp1252\n", encoding="utf-8")
    assert landed(tmp_path).books.closes
    assert rows(tmp_path, "select code from finding order by _key") == [("Åsa",), ("Åsa",), ("€ 5",)]
    assert fates(tmp_path) == [("3", "", "rejected", "INVALID_ENCODING")], "0x81 is nothing in either"


def test_a_rule_compares_a_decimal_as_a_number_and_its_text_stays_exact(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=["create table d (id, x)", "insert into d values (1, '9.50'), (2, '10'), (3, '200.5'), (4, '1.00000000000000001')"],
        record=CODE_TABLE,
        mappings={
            "value": f"{PLAIN}fields:\n  code: {{from: x}}\n  number: {{from: x, through: decimal}}\n"
            'reject:\n  - {when: "number > 100", reason: TOO_MUCH}\n'
            "examples:\n  - {row: {id: '1', x: '9.50'}, gives: {number: '9.50'}}\n"
        },
    )
    assert landed(tmp_path).books.closes
    assert rows(tmp_path, "select number from finding order by _key") == [("9.50",), ("10",), ("1.00000000000000001",)]
    assert fates(tmp_path) == [("3", "", "rejected", "TOO_MUCH")]
