"""Which columns may a stranger's table have? Blobs that nothing reads, generated ones, names of ours, names twice, the largest numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import FINDINGS, fates, landed, project, rows

from vardskiftet.errors import DeclarationsWrong

RECORD = f"{FINDINGS}      - {{column: number, type: integer}}\n      - {{column: noted_at, type: instant}}\n"
CODED = "code_systems:\n  - {code_system: kind, title: Kinds, version: '1'}\n" + RECORD.replace(
    "code, type: text", "code, type: text, code_system: kind, safety_critical: true"
)
PLAIN = "into: finding\nkey: [id]\nunit: {is: ward}\n"


def test_bytes_that_are_no_text_hurt_a_row_only_where_something_reads_them(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=[
            "create table d (id, code, photo blob)",
            "insert into d values (1, 'a', x'ff00'), (2, cast(x'ff' as text), x'ff'), (3, 'c', null)",
        ],
        record=RECORD,
        mappings={"value": f"reads: d\n{PLAIN}fields:\n  code: {{from: code}}\n"},
    )
    assert landed(tmp_path).books.closes
    assert rows(tmp_path, "select _key, code from finding order by 1") == [("1", "a"), ("3", "c")]
    assert fates(tmp_path) == [("2", "", "rejected", "INVALID_ENCODING")]


def test_they_hurt_where_the_whole_row_is_the_key(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=["create table d (code, photo blob)", "insert into d values ('a', x'ff00'), ('b', x'41')"],
        record=RECORD,
        mappings={"value": f"reads: d\n{PLAIN.replace('[id]', 'whole_row')}fields:\n  code: {{from: code}}\n"},
    )
    assert landed(tmp_path).books.closes
    assert rows(tmp_path, "select code from finding") == [("b",)]
    assert [fate[2:] for fate in fates(tmp_path)] == [("rejected", "INVALID_ENCODING")]


def test_a_generated_column_is_read_like_any_other(tmp_path: Path) -> None:
    virtual = "create table d (id, a, code text generated always as (a || '!') virtual, kept text generated always as (a || '?') stored)"
    project(
        tmp_path,
        source=[virtual, "insert into d (id, a) values (1, 'x')"],
        record=RECORD,
        mappings={"value": f'reads: d\n{PLAIN}fields:\n  code: {{sql: "code || kept"}}\n'},
    )
    assert landed(tmp_path).books.closes
    assert rows(tmp_path, "select code from finding") == [("x!x?",)]


def test_whole_numbers_go_as_far_as_eight_bytes(tmp_path: Path) -> None:
    most, least = 2**63 - 1, -(2**63)
    texts = [str(most), str(least), "+0000000000000000000007", str(most + 1), str(least - 1), "1" * 40]
    project(
        tmp_path,
        source=["create table d (id, code text)", *(f"insert into d values ({at}, '{text}')" for at, text in enumerate(texts))],
        record=RECORD,
        mappings={"value": f"reads: d\n{PLAIN}fields:\n  number: {{from: code}}\n"},
    )
    assert landed(tmp_path).books.closes
    assert rows(tmp_path, "select number from finding order by _key") == [(most,), (least,), (7,)]
    assert {(key, reason) for key, _, _, reason in fates(tmp_path)} == {(key, "INVALID_NUMBER") for key in ("3", "4", "5")}


def test_a_fraction_of_a_second_may_be_missing(tmp_path: Path) -> None:
    texts = [
        "2024-07-01 12:00:00",
        "2024-07-01 12:00:00.5",
        "2024-07-01 12:00:00.996577",
        "2024-07-01 12:00:00.1234567",
        "2024-07-01 12:00",
    ]
    project(
        tmp_path,
        source=["create table d (id, at)", *(f"insert into d values ({at}, '{text}')" for at, text in enumerate(texts))],
        record=RECORD,
        mappings={"value": f'reads: d\n{PLAIN}fields:\n  noted_at: {{from: at, through: {{local_time: "%Y-%m-%d %H:%M:%S%.f"}}}}\n'},
    )
    assert landed(tmp_path).books.closes
    times = ["2024-07-01T10:00:00Z", "2024-07-01T10:00:00.500000Z", "2024-07-01T10:00:00.996577Z"]
    assert rows(tmp_path, "select noted_at from finding order by _key") == [(one,) for one in times]
    assert {(key, reason) for key, _, _, reason in fates(tmp_path)} == {("3", "INVALID_DATE"), ("4", "INVALID_DATE")}


def test_a_flag_on_a_filled_column_does_not_hinder_the_counting_of_codes(tmp_path: Path) -> None:
    flagged = 'flag:\n  - {when: "number > 1", reason: DEAR}\n'
    fields = "fields:\n  number: {from: n}\n  code: {from: code, through: {codebook: kinds}, unmapped: reject}\n"
    project(
        tmp_path,
        source=["create table d (id, n, code)", "insert into d values (1, 1, 'a'), (2, 5, 'b')"],
        record=CODED,
        mappings={"value": f"reads: d\n{PLAIN}{fields}{flagged}"},
        codes={"kinds": "# code_system: kind\nsource,target\na,asthma\nb,broken\n"},
    )
    assert landed(tmp_path).books.flagged == (("old.value", "DEAR", "", 1),)


@pytest.mark.parametrize(
    ("table", "line", "said"),
    [
        ("create table d (id, vs_key, code)", "reads: d", "The column 'vs_key' bears a name of the engine's own: they begin with vs_."),
        ("create table d (id, VS_Row, code)", "reads: d", "The column 'VS_Row' bears a name of the engine's own: they begin with vs_."),
        ("create table d (id, code)", "sql: select id, code, upper(code) as code from d\ncounts: d", "Several columns are called 'code'"),
        ("create table d (id, code)", "sql: select id, code, upper(code) as Code from d\ncounts: d", "Several columns are called 'Code'"),
    ],
)
def test_names_that_cannot_be_told_apart_are_refused_at_plan(tmp_path: Path, table: str, line: str, said: str) -> None:
    mapping = f"{line}\n{PLAIN}fields:\n  code: {{from: code}}\n"
    project(tmp_path, source=[table], record=RECORD, mappings={"value": mapping})
    with pytest.raises(DeclarationsWrong) as wrong:
        landed(tmp_path)
    assert [said in fault.message for fault in wrong.value.faults] == [True], [fault.message for fault in wrong.value.faults]
    assert "sql:" in wrong.value.faults[0].hint
