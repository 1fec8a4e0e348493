"""Is a copy of delivered files found out when it is not what another parser reads in them?"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.engine.rederive.files_anew import Sum, disagreeing
from vardskiftet.engine.sources import hold_source
from vardskiftet.model.system import SourceSpec, System

TEXT = 'id;note;seen\r\n1;"inga\nblödningar; ""ej""";2024-05-01\r\n2;\\N;\r\n3;a field too many;;\r\n'


MANY = b"".join(b"%d;note;\r\n" % number for number in range(10, 1500))
"""So many that one byte which cp1252 does not know is a damaged row, and no reason to refuse the file."""


def journal(folder: Path, text: str, **options: object) -> tuple[System, Path]:
    """A folder with one file, held: the system, and the copy."""
    (folder / "drop").mkdir()
    (folder / "drop" / "visit.csv").write_bytes(text.encode("cp1252") + MANY + b"4;\x81;x\r\n")
    spec = SourceSpec(kind="csv", options={"path": "drop", "delimiter": ";", "null": ["\\N"], **options})
    system = System(system="old", title="Old", source=spec, encoding="cp1252", timezone="Europe/Stockholm")
    hold_source(system, folder, folder / "held").close()
    return system, folder / "held" / "old.sqlite"


def test_a_copy_that_holds_what_the_files_hold_agrees(tmp_path: Path) -> None:
    system, copy = journal(tmp_path, TEXT)
    assert disagreeing(system, tmp_path, copy, ["visit"]) == ()


@pytest.mark.parametrize(
    "change",
    [
        "update \"vs_rows visit\" set note = 'blödningar' where id = '1'",
        "delete from \"vs_rows visit\" where id = '2'",
        "update \"vs_rows visit\" set seen = null where id = '2'",
    ],
)
def test_a_copy_that_was_read_otherwise_is_named(tmp_path: Path, change: str) -> None:
    system, copy = journal(tmp_path, TEXT)
    copy.chmod(0o600)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute(change).rowcount == 1
        connection.commit()
    assert disagreeing(system, tmp_path, copy, ["visit"]) == ("visit",)


def test_files_that_are_no_longer_the_delivered_ones_prove_nothing(tmp_path: Path) -> None:
    system, copy = journal(tmp_path, TEXT)
    (tmp_path / "drop" / "visit.csv").write_bytes(b"id;note;seen\r\n5;x;y\r\n")
    assert disagreeing(system, tmp_path, copy, ["visit"]) is None
    (tmp_path / "drop" / "visit.csv").unlink()
    assert disagreeing(system, tmp_path, copy, ["visit"]) is None


@given(st.lists(st.lists(st.one_of(st.none(), st.text()), min_size=2, max_size=2), max_size=6))
def test_a_sum_knows_rows_in_any_order_and_each_as_often_as_it_comes(rows: list[list[str | None]]) -> None:
    def summed(some: Sequence[list[str | None]]) -> Sum:
        found = Sum()
        for row in some:
            found.add(row)
        return found

    assert summed(rows) == summed(rows[::-1])
    if rows:
        assert summed(rows) != summed(rows[1:])
        assert summed([*rows, rows[0], rows[0]]) != summed(rows)


def held_of(folder: Path, spec: SourceSpec, encoding: str = "cp1252") -> tuple[System, Path]:
    system = System(system="old", title="Old", source=spec, encoding=encoding, timezone="Europe/Stockholm")
    hold_source(system, folder, folder / "held").close()
    return system, folder / "held" / "old.sqlite"


def spoil(copy: Path, change: str) -> None:
    copy.chmod(0o600)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute(change).rowcount == 1
        connection.commit()


FIXED = [
    {"column": "id", "start": 1, "width": 4, "strip": "both"},
    {"column": "note", "start": 5, "width": 8},
    {"column": "raw", "start": 13, "width": 3, "strip": "none"},
]


@pytest.mark.parametrize("lines", [{}, {"short_lines": True}, {"short_lines": True, "long_lines": True}], ids=str)
def test_lines_of_fixed_width_are_cut_a_second_time(tmp_path: Path, lines: dict[str, bool]) -> None:
    many = "".join(f"{number:4}ej röntg  x\r\n" for number in range(1500))
    odd = "".join(f"{line}\r\n" for line in ("  9 inga    a b", "", "   8åäö", "   7too long for it and more", " " * 15))
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "visit.txt").write_bytes((many + odd).encode("cp1252") + b"   6\x81       abc\r\n   5last    xyz")
    tables = {"visit": {"files": "visit.txt", "columns": FIXED, **lines}}
    system, copy = held_of(tmp_path, SourceSpec(kind="fixed_width", options={"path": "drop", "tables": tables}))
    assert disagreeing(system, tmp_path, copy, ["visit"]) == ()
    spoil(copy, "update \"vs_rows visit\" set raw = 'xyz ' where note = 'last'")
    assert disagreeing(system, tmp_path, copy, ["visit"]) == ("visit",)


def test_parquet_is_written_as_text_a_second_time(tmp_path: Path) -> None:
    moments = [0, -1, 1_730_000_000_123_456_789, None]
    columns = {
        "id": pa.array([1, 2, 3, 4], pa.int32()),
        "note": pa.array(["inga", "", None, "å\0b"], pa.string()),
        "real": pa.array([0.1, 1e300, float("nan"), -0.0], pa.float64()),
        "single": pa.array([0.1, 3.4e38, None, 1.0], pa.float32()),
        "exact": pa.array([Decimal("1.10"), Decimal("-0.05"), None, Decimal("99999.99")], pa.decimal128(9, 2)),
        "yes": pa.array([True, False, None, True]),
        "day": pa.array([date(2024, 2, 29), date(1, 1, 1), None, date(9999, 12, 31)]),
        "raw": pa.array([b"a\xff", b"", None, b"0"]),
        **{
            f"at_{unit}": pa.array(moments, pa.int64()).cast(pa.timestamp("ns")).cast(pa.timestamp(unit), safe=False)
            for unit in ("s", "ms", "us", "ns")
        },
        "zoned": pa.array([0, -1, 1_730_000_000_123_456, None], pa.timestamp("us", "Europe/Stockholm")),
    }
    (tmp_path / "drop").mkdir()
    pq.write_table(pa.table(columns), tmp_path / "drop" / "visit.parquet", row_group_size=3)
    system, copy = held_of(tmp_path, SourceSpec(kind="parquet", options={"path": "drop"}), "utf-8")
    assert disagreeing(system, tmp_path, copy, ["visit"]) == ()
    spoil(copy, "update \"vs_rows visit\" set single = '0.100001' where id = '1'")
    assert disagreeing(system, tmp_path, copy, ["visit"]) == ("visit",)


def test_lists_and_structures_of_parquet_are_read_a_second_time(tmp_path: Path) -> None:
    inner = pa.struct({"code": pa.string(), "weight": pa.float64(), "exact": pa.decimal128(9, 2), "day": pa.date32(), "sure": pa.bool_()})
    whole = {"code": 'J45 "å"', "weight": 0.1, "exact": Decimal("1.10"), "day": date(2024, 2, 29), "sure": True}
    columns = {
        "id": pa.array([1, 2, 3], pa.int32()),
        "codes": pa.array([["J45", None, ""], [], None], pa.list_(pa.string())),
        "each": pa.array([[whole, None], [{"code": None}], None], pa.list_(inner)),
        "one": pa.array([whole, {"code": "x", "weight": float("nan")}, None], inner),
        "named": pa.array([[("a", 1), ("b", None)], [], None], pa.map_(pa.string(), pa.int64())),
    }
    (tmp_path / "drop").mkdir()
    pq.write_table(pa.table(columns), tmp_path / "drop" / "visit.parquet")
    system, copy = held_of(tmp_path, SourceSpec(kind="parquet", options={"path": "drop"}), "utf-8")
    assert disagreeing(system, tmp_path, copy, ["visit"]) == ()
    for column, old, new in (("each", "1.10", "11.0"), ("codes", "J45", "J46"), ("named", '"b"', '"c"'), ("one", "true", "false")):
        spoilt = copy.with_name(f"{column}.sqlite")
        shutil.copy(copy, spoilt)
        shutil.copy(copy.with_name(f"{copy.name}.json"), spoilt.with_name(f"{spoilt.name}.json"))
        spoil(spoilt, f"update \"vs_rows visit\" set {column} = replace({column}, '{old}', '{new}') where id = '1'")
        assert disagreeing(system, tmp_path, spoilt, ["visit"]) == ("visit",), column


def test_what_has_no_second_reader_is_not_called_read_twice(tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    pq.write_table(pa.table({"id": [1], "long": pa.array([5], pa.duration("s"))}), tmp_path / "drop" / "visit.parquet")
    system, copy = held_of(tmp_path, SourceSpec(kind="parquet", options={"path": "drop"}), "utf-8")
    assert disagreeing(system, tmp_path, copy, ["visit"]) is None
