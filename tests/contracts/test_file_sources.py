"""What do folders of delivered files promise beside the exam of all sources? Manifests, encodings, and rows that are none."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from delivered import deliver, opened, rows_of_table, system_of

from vardskiftet.engine.sources import files_copy, hold_source, open_held
from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.errors import IntegrityBroken, Unreachable, Usage, VardskiftetError

VISITS = "id,enhet\n1,Kinna\n2,Borås\n"


def refused(root: Path, kind: str = "csv", encoding: str = "utf-8", **options: Any) -> VardskiftetError:
    """What is said when everything is read; nothing may be left of it."""
    with pytest.raises(VardskiftetError) as told, opened(root, kind, encoding, **options) as source:
        for table in source.schema():
            source.count(table)
    assert not [path for path in (root / "work").rglob("*") if path.is_file()]
    assert told.value.hint
    return told.value


def rows(root: Path, table: str = "besok", kind: str = "csv", encoding: str = "utf-8", **options: Any) -> list[tuple[str | None, ...]]:
    """All rows of a table; as many as the second parser counts."""
    with opened(root, kind, encoding, **options) as source:
        found = rows_of_table(source, table)
        assert source.count(table) == len(found)
    return found


# --- which files make up which table --------------------------------------------------------------------------------------


def test_a_file_is_a_table_and_several_files_can_be_one(tmp_path: Path) -> None:
    deliver(tmp_path, besok_2__csv="id,enhet\n3,c\n", besok_1__csv=VISITS, Remiss__CSV="r\nx\n", readme__txt="Hello")
    with opened(tmp_path, tables={"besok": "besok_*.csv"}) as source:
        assert list(source.schema()) == ["Remiss", "besok"]
        assert rows_of_table(source, "besok") == [("1", "Kinna", None), ("2", "Borås", None), ("3", "c", None)]
        assert (source.count("besok"), source.count("Remiss")) == (3, 1)


def test_the_manifest_is_no_table_however_wide_a_pattern_is(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv=VISITS, manifest__csv="file,rows\nbesok.csv,2\n")
    assert len(rows(tmp_path, tables={"besok": "*.csv"}, manifest="manifest.csv")) == 2


def test_what_an_editor_or_a_spreadsheet_hides_is_no_delivery(tmp_path: Path) -> None:
    (deliver(tmp_path, besok__csv=VISITS) / ".#besok.csv").write_text("x", encoding="utf-8")
    with opened(tmp_path) as source:
        assert list(source.schema()) == ["besok"]


def test_files_of_one_table_must_have_its_columns(tmp_path: Path) -> None:
    deliver(tmp_path, besok_1__csv="id,enhet\n1,a\n", besok_2__csv="enhet,id\nb,2\n")
    told = refused(tmp_path, tables={"besok": "besok_*.csv"})
    assert (told.exit_code, told.where) == (8, "besok_2.csv")
    assert "besok_1.csv" in told.message


def test_the_same_file_twice_is_refused_or_passed_over_as_declared(tmp_path: Path) -> None:
    deliver(tmp_path, besok_1__csv=VISITS, besok_2__csv=VISITS)
    told = refused(tmp_path, tables={"besok": "besok_*.csv"})
    assert told.exit_code == 8
    assert "besok_1.csv" in told.message and "besok_2.csv" in told.message
    assert len(rows(tmp_path, tables={"besok": "besok_*.csv"}, duplicates="ignore")) == 2


@pytest.mark.parametrize(
    ("files", "options", "kind"),
    [
        ({"besok__csv": VISITS}, {"tables": {"kontakt": "kontakt_*.csv"}}, Unreachable),
        ({"readme__txt": "Hello"}, {}, Unreachable),
        ({"besok_1__csv": VISITS}, {"tables": {"a": "besok_*", "b": "*_1.csv"}}, Usage),
        ({"besok_1__csv": VISITS, "besok__csv": VISITS}, {"tables": {"besok": "besok_*"}}, Usage),
        ({"a__csv": VISITS, "A__csv": VISITS}, {}, Usage),
        ({"besok__csv": "id,ID\n1,2\n"}, {}, Usage),
        ({"besok__csv": "id,\n1,2\n"}, {}, Usage),
        ({"besok__csv": "id,vs_damaged\n1,2\n"}, {}, Usage),
        ({"sqlite_a__csv": VISITS}, {}, Usage),
        ({"besok__csv": ",".join(f"c{n}" for n in range(3000)) + "\n"}, {}, Usage),
        ({"besok__csv": VISITS}, {"header": "false"}, Usage),
        ({"besok__csv": VISITS}, {"columns": {"besok": ["a", "b", "c"]}}, IntegrityBroken),
        ({"besok__csv": ""}, {}, IntegrityBroken),
        ({"besok__csv": "\n\r\n"}, {}, IntegrityBroken),
        ({"besok__csv": "id,enhet\n"}, {}, IntegrityBroken),
        ({"besok__csv": '"id,enhet\n1,a\n'}, {}, IntegrityBroken),
    ],
    ids=str,
)
def test_what_cannot_be_a_table_is_refused_whole(tmp_path: Path, files: dict[str, str], options: Any, kind: type[Exception]) -> None:
    deliver(tmp_path, **files)
    assert isinstance(refused(tmp_path, **options), kind)


def test_the_folder_may_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.move(deliver(tmp_path, besok__csv=VISITS), tmp_path / "elsewhere")
    monkeypatch.setenv("OBSTETRIX_DROPS", str(tmp_path / "elsewhere"))
    with opened(tmp_path, path="", path_from="OBSTETRIX_DROPS") as source:
        assert source.count("besok") == 2
    monkeypatch.delenv("OBSTETRIX_DROPS")
    with pytest.raises(Unreachable, match="OBSTETRIX_DROPS"), opened(tmp_path, path="", path_from="OBSTETRIX_DROPS"):
        pass


# --- manifests ------------------------------------------------------------------------------------------------------------


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("head", ["file", "file,rows", "sha256,file", "file,rows,bytes,sha256", "bytes,rows,file"])
def test_a_manifest_that_is_kept_passes(tmp_path: Path, head: str) -> None:
    said = {"file": "besok.csv", "rows": "2", "bytes": str(len(VISITS.encode())), "sha256": digest(VISITS).upper()}
    line = ",".join(said[column] for column in head.split(","))
    deliver(tmp_path, besok__csv=VISITS, manifest__csv=f"{head}\r\n{line}\r\n")
    assert len(rows(tmp_path, manifest="manifest.csv")) == 2


@pytest.mark.parametrize(
    ("manifest", "where", "what"),
    [
        ("file,rows\nbesok.csv,3\n", "besok.csv", "2 rows where the manifest says 3"),
        ("file,bytes\nbesok.csv,3\n", "besok.csv", "bytes where the manifest says 3"),
        (f"file,sha256\nbesok.csv,{digest('other')}\n", "besok.csv", "SHA-256"),
        ("file,rows\n", "besok.csv", "does not name this file"),
        ("file\nbesok.csv\nremiss.csv\n", "remiss.csv", "not there"),
        ("file\nbesok.csv\n../old.csv\n", "../old.csv", "not there"),
        ("file,rows\nbesok.csv,two\n", "manifest.csv, row 2", "number"),
        ("file,rows\nbesok.csv\n", "manifest.csv, row 2", "length"),
        ("file\nbesok.csv\nbesok.csv\n", "manifest.csv, row 3", "twice"),
        ("name,rows\nbesok.csv,2\n", "manifest.csv, row 1", "columns"),
        ("", "manifest.csv, row 1", "columns"),
        ("file\nbes\xf6k.csv\n", "manifest.csv, row 1", "UTF-8"),
    ],
)
def test_a_manifest_that_is_not_kept_is_named(tmp_path: Path, manifest: str, where: str, what: str) -> None:
    deliver(tmp_path, besok__csv=VISITS, manifest__csv=manifest.encode("latin-1"))
    (tmp_path / "old.csv").write_text(VISITS, encoding="utf-8")
    told = refused(tmp_path, manifest="manifest.csv")
    assert (told.exit_code, told.where) == (8, where)
    assert what in told.message


def test_a_manifest_is_looked_at_before_any_row(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv="id\n", manifest__csv="file,bytes\nbesok.csv,100\n")
    with opened(tmp_path, manifest="manifest.csv") as source, pytest.raises(IntegrityBroken, match="bytes"):
        source.schema()


def test_a_missing_manifest_is_no_manifest(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv=VISITS)
    assert isinstance(refused(tmp_path, manifest="manifest.csv"), Unreachable)


def test_only_a_manifest_can_say_that_a_table_is_empty(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv="id,enhet\n", manifest__csv="file,rows\nbesok.csv,0\n")
    assert rows(tmp_path, manifest="manifest.csv") == []
    deliver(tmp_path, manifest__csv="file,rows\nbesok.csv,\n")
    assert refused(tmp_path, manifest="manifest.csv").where == "besok.csv"


# --- stillness ------------------------------------------------------------------------------------------------------------


def test_a_file_that_is_replaced_while_it_is_read_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = deliver(tmp_path, besok__csv=VISITS)
    replaced = []

    def fill(*given: Any) -> None:
        filled(*given)
        (folder / "besok.csv").write_text("id,enhet\n1,Kinna\n2,Skene\n", encoding="utf-8")
        replaced.append(True)

    filled = files_copy._fill
    monkeypatch.setattr(files_copy, "_fill", fill)
    with pytest.raises(IntegrityBroken, match="replaced"):
        hold_source(system_of("csv"), tmp_path, tmp_path / "held")
    assert replaced
    assert list((tmp_path / "held").iterdir()) == []
    assert open_held(system_of("csv"), tmp_path / "held") is None


def test_the_count_of_a_held_copy_is_the_second_parsers_and_not_its_own(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv=VISITS)
    held = hold_source(system_of("csv"), tmp_path, tmp_path / "held")
    held.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "held" / "obstetrix.sqlite")) as copy:
        copy.execute('delete from "vs_rows besok"')
        copy.commit()
    assert held.count("besok") == 2
    with pytest.raises(IntegrityBroken):
        held.prove()


def test_parsers_that_do_not_agree_stop_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(tmp_path, besok__csv=VISITS)
    monkeypatch.setattr("vardskiftet.engine.sources.csv.count_rows", lambda *given, **more: 3)
    told = refused(tmp_path)
    assert told.exit_code == 8
    assert "2 rows" in told.message and "3" in told.message


def test_what_planning_made_of_the_files_goes_when_it_is_done(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv=VISITS)
    with opened(tmp_path) as source:
        source.count("besok")
        made = list((tmp_path / "work").rglob("*.sqlite"))
        assert [path.stat().st_mode & 0o077 for path in (*made, made[0].parent)] == [0, 0]
    assert not list((tmp_path / "work" / "spill").iterdir())


def test_columns_are_told_without_reading_the_rows(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv=VISITS)
    with opened(tmp_path) as source:
        assert [column.name for column in source.schema()["besok"]] == ["id", "enhet"]
        assert not (tmp_path / "work").exists()


def test_a_copy_is_indexed_for_the_orders_it_will_be_read_in(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv=VISITS)
    orders = [("besok", ("enhet", "id")), ("besok", ("id",)), ("besok", ("id",)), ("besok", ("of a query",)), ("other", ("id",))]
    hold_source(system_of("csv"), tmp_path, tmp_path / "held", orders).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "held" / "obstetrix.sqlite")) as copy:
        plan = copy.execute('explain query plan select * from "vs_rows besok" as row where (row.id) >= (?)', ("1",)).fetchall()
        made = copy.execute("select count(*) from sqlite_schema where type = 'index'").fetchone()
    assert made == (3,), "and the one that tells files apart"
    assert re.search("SEARCH .* USING INDEX", plan[0][-1])


# --- queries --------------------------------------------------------------------------------------------------------------


def test_a_query_sees_sound_rows_and_its_damaged_ones_come_beside_it(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv="id,enhet\n1,k\n2,b,too much\n3,b\n", enhet__csv="kod,namn\nk,Kinna\nb,Borås\nx\n")
    query = "select b.id, e.namn from besok as b join enhet as e on e.kod = b.enhet"
    with opened(tmp_path) as source:
        assert source.columns(query) == ("id", "namn")
        assert source.columns("select * from besok") == ("id", "enhet")
        extract = Extract("besok", ("id", "namn"), ("id",), query)
        found = [row for batch in source.read(extract, None) for row in batch.to_pylist()]
        ranges = source.cuts(extract, 2)
        assert sum(source.count_range(extract, one) for one in ranges) == source.count("besok") == 3
        with pytest.raises(Usage):
            source.columns("select nothing from besok")
    assert sorted((row["id"], row["namn"], row["vs_damaged"]) for row in found if row["id"] != "2") == [
        ("1", "Kinna", None),
        ("3", "Borås", None),
    ]
    assert [(row["namn"], row["vs_damaged"]) for row in found if row["id"] == "2"] == [(None, "row: fields: 3 of 2")]


# --- encodings ------------------------------------------------------------------------------------------------------------

TEXT = "id,namn\n1,Åke Öström\n2,Zoë – “”\n"


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("windows-1252", "cp1252"),
    ],
)
def test_text_is_right_in_its_declared_encoding(tmp_path: Path, declared: str, written: str) -> None:
    deliver(tmp_path, besok__csv=TEXT.encode(written))
    assert rows(tmp_path, encoding=declared) == [("1", "Åke Öström", None), ("2", "Zoë – “”", None)]


@pytest.mark.parametrize("kind", ["csv", "fixed_width"])
@pytest.mark.parametrize(
    ("declared", "written"),
    [("utf-8", "cp1252"), ("cp1252", "utf-8-sig"), ("utf-8", "utf-16"), ("utf-16", "utf-8-sig"), ("ascii", "utf-8"), ("latin-1", "utf-16")],
)
def test_text_in_another_encoding_is_refused_whole(tmp_path: Path, kind: str, declared: str, written: str) -> None:
    deliver(tmp_path, besok__csv=TEXT.encode(written))
    places = {"files": "besok.csv", "short_lines": True, "columns": [{"column": "a", "start": 1, "width": 40}]}
    told = refused(tmp_path, kind, declared, **({"tables": {"besok": places}} if kind == "fixed_width" else {}))
    assert (told.exit_code, told.where) == (8, "besok.csv")
    assert "Zo" not in told.message + told.hint


@pytest.mark.parametrize(("bad", "passes"), [(1, True), (2, True), (3, False)])
def test_a_file_with_one_wrong_record_in_a_thousand_loses_those_and_with_more_is_refused(tmp_path: Path, bad: int, passes: bool) -> None:
    lines = [f"{number},Borås" if number < bad else f"{number},Kinna" for number in range(2000)]
    deliver(tmp_path, besok__csv="\n".join(["id,ort", *lines]).encode("latin-1"))
    if not passes:
        assert refused(tmp_path).exit_code == 8
        return
    found = rows(tmp_path)
    assert len(found) == 2000
    assert [row for row in found if row[2]] == [(str(number), None, "ort byte 4") for number in range(bad)]


def test_only_the_first_ten_thousand_records_speak_for_the_encoding(tmp_path: Path) -> None:
    lines = [f"{number:05},{'Borås' if number >= 10_000 else 'Kinna'}" for number in range(10_100)]
    deliver(tmp_path, besok__csv="\n".join(["id,ort", *lines]).encode("latin-1"))
    assert sum(damage == "ort byte 4" for *_, damage in rows(tmp_path)) == 100


def test_what_cp1252_does_not_define_is_damage_and_not_a_control_character(tmp_path: Path) -> None:
    lines = [b"%d,\x80 \x81" % number if number == 7 else b"%d,\x80" % number for number in range(2000)]
    deliver(tmp_path, besok__csv=b"id,pris\n" + b"\n".join(lines))
    found = {row[0]: row[1:] for row in rows(tmp_path, encoding="cp1252")}
    assert found["7"] == (None, "pris byte 3")
    assert found["8"] == ("€", None)


# --- dialects -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        ({"delimiter": ";"}, 'id;b\n1;"a;b"\n', ("1", "a;b", None)),
        ({"delimiter": "\t"}, "id\tb\n1\ta,b\n", ("1", "a,b", None)),
        ({"delimiter": "\x1f"}, "id\x1fb\n1\x1fx\n", ("1", "x", None)),
        ({"delimiter": "§"}, 'id§b\n1§"å§"\n', ("1", "å§", None)),
        ({"quote": "'"}, "id,b\n1,'a,\"b'''\n", ("1", "a,\"b'", None)),
        ({"quote": ""}, 'id,b\n1,"a\n', ("1", '"a', None)),
        ({"escape": "\\"}, 'id,b\n1,"a\\"b\\\\"\n', ("1", 'a"b\\', None)),
        ({"escape": "\\", "quote": ""}, "id,b\n1,a\\,b\\\nc\n", ("1", "a,b\nc", None)),
        ({"header": "false", "columns": {"besok": ["id", "b"]}}, "1,x\n", ("1", "x", None)),
        ({"columns": {"besok": ["id", "b"]}}, "ID,\n1,x\n", ("1", "x", None)),
        ({}, "id,b\r1,x\r", ("1", "x", None)),
        ({}, 'id,b\r\n1,"x\r\ny\rz\n"', ("1", "x\r\ny\rz\n", None)),
        ({}, 'id,b\n\n\r\n1," x "\n\n', ("1", " x ", None)),
        ({}, 'id,b\n1,a"b\0"\n', ("1", 'a"b\0"', None)),
        ({}, "id,b\n0042,1e3\n", ("0042", "1e3", None)),
    ],
    ids=str,
)
def test_a_declared_dialect_is_read_as_declared(tmp_path: Path, options: Any, text: str, expected: tuple[str | None, ...]) -> None:
    deliver(tmp_path, besok__csv=text)
    assert rows(tmp_path, **options) == [expected]


def test_an_empty_field_an_empty_text_and_a_declared_null_are_told_apart(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv='id,b\n1,\n2,""\n3,\\N\n4,"\\N"\n5,NULL\n')
    assert [value for _, value, _ in rows(tmp_path)] == ["", "", "\\N", "\\N", "NULL"]
    assert [value for _, value, _ in rows(tmp_path, null=["\\N"])] == ["", "", None, "\\N", "NULL"]
    assert [value for _, value, _ in rows(tmp_path, null=["", "NULL"])] == [None, "", "\\N", "\\N", None]
    assert [value for _, value, _ in rows(tmp_path, null=["\\N"], escape="\\")] == ["", "", None, "N", "NULL"]


def test_ragged_and_torn_rows_are_delivered_damaged_and_shift_nothing(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv='id,b,c\n1,x,y\n2,x\n3,x,y,z\n4,"x"x,y\n5,"a\nb"c,y\n6,x,y\n""\n7,"x,y\n8,x,y\n')
    assert rows(tmp_path) == [
        (None, None, None, "row: quotes do not balance"),
        (None, None, None, "row: quotes do not balance"),
        ("", None, None, "row: fields: 1 of 3"),
        ("1", "x", "y", None),
        ("2", "x", None, "row: fields: 2 of 3"),
        ("3", "x", "y", "row: fields: 4 of 3"),
        ("4", None, None, "row: quotes do not balance"),
        ("5", None, None, "row: quotes do not balance"),
        ("6", "x", "y", None),
        ("7", None, None, "row: quotes do not balance"),
    ]


def test_in_a_table_of_one_column_an_empty_line_is_a_row(tmp_path: Path) -> None:
    deliver(tmp_path, besok__csv='id\na\n\n""\n')
    assert rows(tmp_path) == [("", None), ("", None), ("a", None)]


def test_a_large_field_is_read_beside_small_ones(tmp_path: Path) -> None:
    note = ('rad "ett"\r\n' + "x" * 100) * 100_000
    deliver(tmp_path, besok__csv='id,b\n1,x\n2,"{}"\n3,y\n'.format(note.replace('"', '""')))
    with opened(tmp_path) as source:
        assert [(len(row[1] or ""), row[2]) for row in rows_of_table(source, "besok")] == [(1, None), (len(note), None), (1, None)]


# --- fixed width ----------------------------------------------------------------------------------------------------------

PLACES = [
    {"column": "id", "start": 1, "width": 3},
    {"column": "b", "start": 4, "width": 4, "strip": "both"},
    {"column": "c", "start": 9, "width": 2, "strip": "none"},
]


def fixed(root: Path, text: bytes, encoding: str = "utf-8", **how: Any) -> list[tuple[str | None, ...]]:
    deliver(root, besok__dat=text)
    return rows(root, kind="fixed_width", encoding=encoding, tables={"besok": {"files": "besok.dat", "columns": PLACES, **how}})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_columns_are_cut_by_characters_and_stripped_as_declared(tmp_path: Path, encoding: str, end: str) -> None:
    text = end.join(["1   åä xö ", "22 bb   y ", "", ""])
    assert fixed(tmp_path, text.encode(encoding), encoding) == [("1", "åä", "ö ", None), ("22", "bb", "y ", None)]


def test_a_line_of_another_length_is_a_damaged_row_unless_it_is_declared(tmp_path: Path) -> None:
    text = b"1  aaaa-xy\n2  aa\n3  aaaa-xyzz\n"
    short, long = ("2", "aa", "", "row: length: 5 of 10"), ("3", "aaaa", "xy", "row: length: 12 of 10")
    assert fixed(tmp_path, text) == [("1", "aaaa", "xy", None), short, long]
    assert fixed(tmp_path, text, short_lines="true") == [("1", "aaaa", "xy", None), (*short[:3], None), long]
    assert fixed(tmp_path, text, long_lines="true") == [("1", "aaaa", "xy", None), short, (*long[:3], None)]
    assert [row[3] for row in fixed(tmp_path, text, short_lines="true", long_lines="true")] == [None] * 3


def test_a_byte_that_is_no_text_damages_its_column_and_moves_no_other(tmp_path: Path) -> None:
    lines = [b"%03d\xc3\xa5\xe5aa-xy" % number if number == 5 else b"%03daaaa-xy" % number for number in range(1000)]
    found = fixed(tmp_path, b"\n".join(lines))
    assert found[5] == ("005", None, "xy", "b byte 3")
    assert [row for row in found if row[3]] == [found[5]]
    single = [b"%03d\x81aaa-xy" % number if number == 5 else b"%03daaaa-xy" % number for number in range(1000)]
    assert fixed(tmp_path, b"\n".join(single), "cp1252")[5] == ("005", None, "xy", "b byte 1")


# --- Parquet and Excel ----------------------------------------------------------------------------------------------------


def test_a_parquet_file_gives_the_exact_text_of_every_type(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2]),
            "tid": pa.array([datetime.fromisoformat("2024-10-27 02:30"), None], pa.timestamp("ms")),
            "pris": pa.array(["0.00000010", None]).cast(pa.decimal128(12, 8)),
            "text": pa.array(["", None]).dictionary_encode(),
        }
    )
    pq.write_table(table, deliver(tmp_path) / "besok.parquet")
    with opened(tmp_path, "parquet") as source:
        assert [column.type for column in source.schema()["besok"]][:2] == ["int64", "timestamp[ms]"]
    assert rows(tmp_path, kind="parquet") == [("1", "2024-10-27T02:30:00.000", "0.00000010", "", None), ("2", None, None, None, None)]


def test_several_parquet_files_of_one_table_must_agree_on_their_types(tmp_path: Path) -> None:
    folder = deliver(tmp_path)
    pq.write_table(pa.table({"id": ["1"]}), folder / "besok_1.parquet")
    pq.write_table(pa.table({"id": [2]}), folder / "besok_2.parquet")
    assert refused(tmp_path, "parquet", tables={"besok": "besok_*.parquet"}).where == "besok_2.parquet"


def workbook(root: Path, *lines: list[Any], sheet: str = "besok", name: str = "drop.xlsx") -> Path:
    """A workbook with one sheet of content and an empty one."""
    book = openpyxl.Workbook()
    book.create_sheet("tom")
    page = book.worksheets[0]
    page.title = sheet
    for line in lines:
        page.append(line)
    path = deliver(root) / name
    book.save(path)
    return path


def test_a_sheet_gives_the_exact_text_of_every_cell(tmp_path: Path) -> None:
    cells = [
        "0042",
        12,
        12.0,
        37.8,
        True,
        datetime.fromisoformat("2024-01-02 10:05"),
        date(2024, 1, 2),
        time(10, 5),
        timedelta(hours=25.5),
        None,
        " x\ny",
    ]
    texts = ["0042", "12", "12", "37.8", "true", "2024-01-02T10:05:00", "2024-01-02", "10:05:00", "25:30:00", None, " x\ny"]
    workbook(tmp_path, [f"c{number}" for number in range(len(cells))], cells, [], ["last"])
    assert rows(tmp_path, kind="excel") == [(*texts, None), ("last", *[None] * (len(cells) - 1), None)]


def test_a_header_further_down_and_a_sheet_by_name(tmp_path: Path) -> None:
    workbook(tmp_path, ["Export"], [], ["id", "b"], [1, "x"], sheet="Blad 1")
    sheets = {"besok": {"file": "drop.xlsx", "sheet": "Blad 1", "header": "3"}}
    assert rows(tmp_path, kind="excel", sheets=sheets) == [("1", "x", None)]
    with (
        pytest.raises(Unreachable, match="Blad 9"),
        opened(tmp_path, "excel", sheets={"a": {"file": "drop.xlsx", "sheet": "Blad 9"}}) as one,
    ):
        one.schema()


def test_an_error_in_a_cell_and_content_beside_the_columns_damage_the_row(tmp_path: Path) -> None:
    workbook(tmp_path, ["id", "b"], [1, "#N/A"], [2, "x", "more"], [3, "y"])
    assert rows(tmp_path, kind="excel") == [
        ("1", None, "row: column 2: #N/A"),
        ("2", "x", "row: fields: 3 of 2"),
        ("3", "y", None),
    ]


def test_a_formula_whose_result_was_never_stored_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    workbook(tmp_path, ["id", "b"], [1, "=1+1"])
    told = refused(tmp_path, "excel")
    assert (told.exit_code, told.where) == (8, "drop.xlsx")
    assert "B2" in told.message


def test_two_sheets_of_one_name_must_be_given_tables(tmp_path: Path) -> None:
    workbook(tmp_path, ["id"], [1], name="a.xlsx")
    workbook(tmp_path, ["id"], [2], name="b.xlsx")
    assert isinstance(refused(tmp_path, "excel"), Usage)
    with opened(tmp_path, "excel", sheets={"a": {"file": "a.xlsx"}, "b": {"file": "b.xlsx"}}) as source:
        assert [rows_of_table(source, name) for name in ("a", "b")] == [[("1", None)], [("2", None)]]


# --- nothing is said of what is in the files ------------------------------------------------------------------------------


def test_no_refusal_repeats_what_a_file_holds(tmp_path: Path) -> None:
    secret = "191212121212"
    deliver(tmp_path, besok__csv=f"id,namn\n{secret},Tolvan \xe5\n".encode("latin-1"))
    told = refused(tmp_path)
    assert secret not in told.message + told.hint + told.where
    assert str(tmp_path) not in told.message + told.hint + told.where
    assert os.sep not in told.where
