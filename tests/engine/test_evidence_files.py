"""What people hand in: understood as it is written, or refused with the line; never half, and never repeated in a message."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.declare.scalars import Unreadable
from vardskiftet.engine.evidence import content_of, read_rows, values
from vardskiftet.engine.evidence.raw import MOST_BYTES, Unusable
from vardskiftet.engine.evidence.table import Names, Understood, understand
from vardskiftet.errors import Fault
from vardskiftet.model.evidence import ColumnKind, EvidenceColumn, EvidenceSource, Format

ZONE = ZoneInfo("Europe/Stockholm")
NAMES = Names({"kinna": "kinna", "närhälsan kinna": "kinna", "se2321000131-x1": "kinna", "sas": "sas"}, {"south-1": "south-1"}, ZONE)
KINDS = {"Enhet": ColumnKind.UNIT, "Ska": ColumnKind.COUNT, "Klara": ColumnKind.COUNT, "Andel": ColumnKind.SHARE, "Tid": ColumnKind.NUMBER}


def source(**more: object) -> EvidenceSource:
    columns = tuple(EvidenceColumn(column=name.lower(), heading=name, kind=kind) for name, kind in KINDS.items())
    told: dict[str, object] = {
        "evidence": "training",
        "title": "t",
        "columns": columns,
        "key": ("enhet",),
        "unit": "enhet",
        "parts": (("klara", "ska"),),
        "max_age": timedelta(days=7),
        "owner": "o",
        **more,
    }
    return EvidenceSource.model_validate(told)


HEAD = "Enhet;Ska;Klara;Andel;Tid"
GOOD = f"{HEAD}\nNärhälsan Kinna;1 200;1 130;94,2 %;12,5\nSAS;24;17;0,708;0,8\n"
ROWS = [
    {"enhet": "kinna", "ska": 1200, "klara": 1130, "andel": Decimal("0.942"), "tid": Decimal("12.5")},
    {"enhet": "sas", "ska": 24, "klara": 17, "andel": Decimal("0.708"), "tid": Decimal("0.8")},
]
Taken = Callable[..., tuple[Understood, tuple[Fault, ...]]]


@pytest.fixture
def taken(tmp_path: Path) -> Taken:
    def take(content: bytes | str, name: str = "t.csv", of: EvidenceSource | None = None) -> tuple[Understood, tuple[Fault, ...]]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return understand(of or source(), read_rows(of or source(), path, content_of(path)), NAMES, name)

    return take


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le-bom"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_table_is_read_as_it_happens_to_be_written(taken: Taken, encoding: str, delimiter: str, newline: str) -> None:
    text = GOOD.replace(";", delimiter).replace("\n", newline)
    content = ("\ufeff" + text).encode("utf-16-le") if encoding == "utf-16-le-bom" else text.encode(encoding)
    found, faults = taken(content)
    assert faults == ()
    assert list(found.rows) == ROWS
    assert found.lines == (2, 3)


def test_a_comma_can_be_the_delimiter_where_it_is_not_the_decimal_sign(taken: Taken) -> None:
    found, faults = taken('Enhet,Ska,Klara,Andel,Tid\nkinna,1200,1130,"94,2 %",12.5\nsas,24,17,0.708,0.8\n')
    assert (list(found.rows), faults) == (ROWS, ())


def workbook(path: Path, *rows: tuple[object, ...], more: dict[str, list[tuple[object, ...]]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    for title, other in (more or {}).items():
        sheet = book.create_sheet(title)
        for row in other:
            sheet.append(list(row))
    book.save(path)
    return path.read_bytes()


HEADINGS = tuple(HEAD.split(";"))


def test_a_workbook_with_a_title_above_and_numbers_as_numbers_is_the_same(taken: Taken, tmp_path: Path) -> None:
    title: tuple[object, ...] = ("Utbildning vecka 45", None, None)
    content = workbook(tmp_path / "a.xlsx", title, (), HEADINGS, ("Närhälsan Kinna", 1200, 1130, 0.942, 12.5), ("SAS", 24, 17, 0.708, 0.8))
    found, faults = taken(content, "t.xlsx")
    assert (list(found.rows), faults) == (ROWS, ())
    assert found.lines == (4, 5)


def test_json_is_the_same(taken: Taken) -> None:
    found, faults = taken(
        '{"rows": [{"Enhet": "kinna", "Ska": 1200, "Klara": 1130, "Andel": "94,2 %", "Tid": 12.5},'
        ' {"Enhet": "sas", "Ska": 24, "Klara": 17, "Andel": 0.708, "Tid": 0.8}]}',
        "t.json",
    )
    assert (list(found.rows), faults) == (ROWS, ())


UNUSABLE = [
    (b"", "t.csv", "not one byte"),
    (b"\x00\x01\x02Enhet", "t.csv", "bytes that are no text"),
    ("Enhet;Ska;Klara;Andel\n", "t.csv", "lacks the column 'Tid'"),
    ("Enhet;Ska;Klar;Andel;Tid\n", "t.csv", "lacks the column 'Klara' (is it 'klar' now?)"),
    ("Enhet;Ska;Ska;Klara;Andel;Tid\nkinna;1;1;1;1;1\n", "t.csv", "has the column 'ska' 2 times"),
    (f'{HEAD}\n"kinna;1;1;1;1\n', "t.csv", "cannot be read as rows"),
    (f"{HEAD}\nkinna;1;1;1;1;more;and more\n", "t.csv", "has 7 cells in this row, and 5 columns"),
    (GOOD.encode("utf-16")[:-1], "t.csv", "is not whole as utf-16"),
    (b"PK\x03\x04 half a workbook", "t.xlsx", "is no whole workbook"),
    (b"x", "~$t.xlsx", "Excel's note"),
    (b"x", "t.pdf", "an ending that says nothing"),
    ('[{"Enhet": "kinna"', "t.json", "is not JSON, or not to its end"),
    ('{"Enhet": "kinna"}', "t.json", "is no list of objects"),
    ('[{"Enhet": ["kinna"], "Ska": 1, "Klara": 1, "Andel": 1, "Tid": 1}]', "t.json", "where one value is wanted"),
    ('[{"Enhet": "kinna", "Ska": NaN, "Klara": 1, "Andel": 1, "Tid": 1}]', "t.json", "NaN, which is no number"),
    ('[{"Enhet": "kinna", "Enhet": "sas", "Ska": 1, "Klara": 1, "Andel": 1, "Tid": 1}]', "t.json", "the same name twice"),
    ("[" * 100_000, "t.json", "nested too deeply"),
]


@pytest.mark.parametrize(("content", "name", "what"), UNUSABLE, ids=[what for *_, what in UNUSABLE])
def test_a_file_that_is_no_evidence_is_refused_whole(taken: Taken, content: bytes | str, name: str, what: str) -> None:
    with pytest.raises(Unusable) as wrong:
        taken(content, name)
    assert what in wrong.value.message


def test_a_workbook_that_excel_never_calculated_or_that_holds_errors_is_refused(taken: Taken, tmp_path: Path) -> None:
    formula = workbook(tmp_path / "f.xlsx", HEADINGS, ("sas", 24, "=1+1", 0.7, 1))
    _, faults = taken(formula, "t.xlsx")
    assert [(fault.trail, fault.message) for fault in faults] == [("line 2 › Klara", "is empty.")]
    twice = workbook(tmp_path / "2.xlsx", HEADINGS, ("sas", 24, 17, 0.7, 1), more={"more": [HEADINGS, ("sas", 24, 17, 0.7, 1)]})
    with pytest.raises(Unusable, match="on 2 sheets"):
        taken(twice, "t.xlsx")


def test_a_workbook_that_would_fill_the_memory_is_refused_unread(taken: Taken, tmp_path: Path) -> None:
    rows = workbook(tmp_path / "r.xlsx", HEADINGS, ("sas", 24, 17, 0.7, 1))
    bomb = spoilt(rows, lambda sheet: sheet.replace(b"</sheetData>", b" " * (MOST_BYTES + 1) + b"</sheetData>"))
    assert len(bomb) < len(rows) + 200_000
    with pytest.raises(Unusable, match="unpacks to"):
        taken(bomb, "t.xlsx")
    far = spoilt(rows, lambda sheet: sheet.replace(b"</sheetData>", b'<row r="3"><c r="XFD3"><v>1</v></c></row></sheetData>'))
    with pytest.raises(Unusable, match="more than 1,000 columns"):
        taken(far, "t.xlsx")
    entities = (
        b'<!DOCTYPE a [<!ENTITY a "aa">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)) + b"]>"
    )
    laughs = spoilt(rows, lambda sheet: sheet.replace(b"<worksheet", entities + b"<worksheet", 1).replace(b"sas", b"&i;"))
    with pytest.raises(Unusable, match="no whole workbook"):
        taken(laughs, "t.xlsx")


def spoilt(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook whose first sheet is changed in its XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as other:
        for part in whole.infolist():
            held = whole.read(part)
            other.writestr(part.filename, change(held) if part.filename == "xl/worksheets/sheet1.xml" else held)
    assert made.getvalue() != content
    return made.getvalue()


def test_merged_cells_and_days_as_numbers_are_told_with_their_line(taken: Taken, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (HEADINGS, ("sas", 24, 17, 0.7, 1), ("sas", 24, 17, 0.7, 1)):
        page.append(list(row))
    page.merge_cells("A2:A3")
    book.save(tmp_path / "m.xlsx")
    _, faults = taken((tmp_path / "m.xlsx").read_bytes(), "t.xlsx")
    assert [(fault.trail, fault.message) for fault in faults] == [("line 3 › Enhet", "is empty.")]
    dated = source(columns=(*source().columns, EvidenceColumn(column="den", heading="Den", kind=ColumnKind.DAY)))
    _, faults = taken(workbook(tmp_path / "d.xlsx", (*HEADINGS, "Den"), ("sas", 24, 17, 0.7, 1, 45601)), "t.xlsx", dated)
    assert [(fault.trail, fault.message) for fault in faults] == [("line 2 › Den", "is not a day.")]


FAULTY = [
    ("kinna;10;11;1;1", "line 2 › klara", "is above ska"),
    ("kinna;-1;0;1;1", "line 2 › Ska", "is negative"),
    ("kinna;1.5;0;1;1", "line 2 › Ska", "is not a whole number"),
    ("kinna;NaN;0;1;1", "line 2 › Ska", "is not a number"),
    ("kinna;inf;0;1;1", "line 2 › Ska", "is not a number"),
    ("kinna;1e99;0;1;1", "line 2 › Ska", "is too large"),
    ("kinna;1;1;95;1", "line 2 › Andel", "can be percent or a share"),
    ("kinna;1;1;101 %;1", "line 2 › Andel", "lies outside"),
    ("kinna;1;1;-1 %;1", "line 2 › Andel", "lies outside"),
    ("kinna;1;1;1;1,234", "line 2 › Tid", "thousands or a decimal comma"),
    ("kinna;1;1;1;1.234,5", "line 2 › Tid", "is not a number"),
    ("kinna;;1;1;1", "line 2 › Ska", "is empty"),
    ("vard;1;1;1;1", "line 2 › Enhet", "is not a unit of this programme"),
    ("Totalt;1;1;1;1", "line 2", "is a row of totals"),
    ("Summa:;1;1;1;1", "line 2", "is a row of totals"),
    ("kinna;1;1;1;1\nKINNA ;1;1;1;1", "line 3 › enhet", "stands in the file already"),
    ("kinna;1;1;1;1\nSE2321000131-X1;2;1;1;1", "line 3 › enhet", "stands in the file already"),
    ("", "line", "has a header and no row"),
]


@pytest.mark.parametrize(("row", "where", "what"), FAULTY, ids=[f"{row[:20]} {what}" for row, _, what in FAULTY])
def test_a_row_that_cannot_be_right_is_told_with_its_line(taken: Taken, row: str, where: str, what: str) -> None:
    _, faults = taken(f"{HEAD}\n{row}\n")
    assert any(what in fault.message and where in f"line {fault.line} {fault.trail}" for fault in faults), faults


def test_one_fault_on_many_lines_is_one_fault(taken: Taken) -> None:
    rows = "".join(f"vard {number};1;1;1;1\n" for number in range(4000))
    _, faults = taken(f"{HEAD}\n{rows}")
    assert [fault.trail for fault in faults] == ["lines 2, 3, 4, 5, 6, 7, 8, 9 and 3,992 more › Enhet"]


def test_no_message_repeats_a_row(taken: Taken) -> None:
    secret, good = "19811228-9874 Anna", ["kinna", "1", "1", "1", "1"]
    rows = [";".join([*good[:place], secret, *good[place + 1 :]]) for place in range(5)]
    found, faults = taken("\n".join([HEAD, *rows]))
    assert len(faults) >= 5
    assert not any("Anna" in text or "9874" in text for fault in faults for text in (fault.message, fault.hint, fault.trail))
    assert found.identifiers == 5


def test_a_register_may_be_empty_where_that_is_declared(taken: Taken) -> None:
    found, faults = taken(f"{HEAD}\n", of=source(may_be_empty=True))
    assert (found.rows, faults) == ((), ())


def test_columns_that_nobody_asked_for_are_passed_over_and_told_without_doing_harm(taken: Taken) -> None:
    found, faults = taken(f"{HEAD};=cmd|x;\x1b[31m\u202eevil\nkinna;1;1;1;1;a;b\n")
    assert faults == ()
    assert found.ignored == ("=cmd|x", "\\x1b[31m\\u202eevil")


JUNIT = EvidenceSource(
    evidence="interfaces",
    title="t",
    format=Format.JUNIT,
    columns=tuple(EvidenceColumn(column=name, heading=name) for name in ("suite", "test", "attempt", "outcome")),
    key=("suite", "test", "attempt"),
    max_age=timedelta(days=7),
    owner="o",
)


def test_every_attempt_of_a_test_is_a_row(taken: Taken) -> None:
    text = """<testsuites><testsuite name="lab"><testcase classname="a" name="x"><failure/></testcase>
    <testcase classname="a" name="x"/><testcase classname="a" name="y"><skipped/></testcase>
    <testsuite name="inner"><testcase name="z"><error/></testcase></testsuite></testsuite></testsuites>"""
    found, faults = taken(text, "t.xml", JUNIT)
    assert faults == ()
    assert [(row["suite"], row["test"], row["attempt"], row["outcome"]) for row in found.rows] == [
        ("lab", "a.x", "1", "failed"),
        ("lab", "a.x", "2", "passed"),
        ("lab", "a.y", "1", "skipped"),
        ("inner", "z", "1", "error"),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><testsuites>&a;</testsuites>', "entities"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><testsuites/>', "entities"),
        (f"<testsuites>{'<testsuite>' * 9_999}{'</testsuite>' * 9_999}</testsuites>", "nested too deeply"),
        ("<testsuites><testsuite>", "not to its end"),
        ("<html/>", "no JUnit report"),
    ],
)
def test_xml_that_is_no_report_is_refused(taken: Taken, text: str, what: str) -> None:
    with pytest.raises(Unusable) as wrong:
        taken(text.encode("utf-16" if "utf-16" in text else "utf-8"), "t.xml", JUNIT)
    assert what in wrong.value.message


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-11-05 07:00", "2024-11-05T07:00:00+01:00"),
        ("2024-11-05T07:00:00.123", "2024-11-05T07:00:00+01:00"),
        ("2024-11-05 06:00Z", "2024-11-05T07:00:00+01:00"),
        ("2024-10-27 02:30 +02:00", "2024-10-27T02:30:00+02:00"),
        ("2024-10-27 02:30 +01:00", "2024-10-27T02:30:00+01:00"),
        ("2024-11-05", "2024-11-05T00:00:00+01:00"),
        ("2024-10-27 02:30", "comes twice"),
        ("2025-03-30 02:30", "is missing"),
        ("2024-11-05 07:00 +02:00", "does not have that offset"),
        ("12/11/2024", "is not a moment"),
        ("24-11-05 07:00", "is not a moment"),
        ("v. 46", "is not a moment"),
        ("45600", "is not a moment"),
        ("2024-11-05 24:00", "is not a moment"),
    ],
)
def test_a_moment_is_one_moment_or_none(text: str, moment: str) -> None:
    read = values.moment_in(ZONE)
    if moment.startswith("20"):
        assert (read(text), read(text).tzinfo) == (datetime.fromisoformat(moment), UTC)
    else:
        with pytest.raises(Unreadable, match=moment):
            read(text)


SHARES = {"95 %": "0.95", "0,95": "0.95", "1": "1", "0": "0", "100%": "1", "-0": "0", "9.5e-1": "0.95"}


@pytest.mark.parametrize(("text", "value"), SHARES.items())
def test_a_share_is_read_as_people_write_it(text: str, value: str) -> None:
    assert values.share(text) == Decimal(value)
    assert str(values.share(text))[0] != "-"


@given(st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_as_it_was_written(number: Decimal) -> None:
    for text in (f"{number}", f"{number}".replace(".", ","), f"{number:,}".replace(",", "\u00a0")):
        if "," in text and len(text.split(",")[1]) == 3 and len(text.split(",")[0]) <= 3 and text[0] != "0":
            with pytest.raises(Unreadable):
                values.number(text)
        else:
            assert values.number(text) == number
