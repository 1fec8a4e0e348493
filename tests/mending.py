"""Which small ward has something to mend? Persons, referrals and their bookings, with one row of each kind of trouble."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from landing import project
from ward import Ward

from vardskiftet.run.worklist import OWN

RECORD = """\
tables:
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns:
      - {column: patient_id, type: uuid, required: true}
      - {column: name, type: text, protected: true}
      - {column: born, type: date}
  - table: referral
    title: Referrals
    key: referral_id
    columns:
      - {column: referral_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
      - {column: sent, type: date, required: true}
      - {column: words, type: text}
  - table: booking
    title: Bookings
    key: booking_id
    columns:
      - {column: booking_id, type: uuid, required: true}
      - {column: referral_id, type: uuid, required: true, references: referral}
      - {column: day, type: date, required: true}
  - table: finding
    title: Findings
    key: finding_id
    columns:
      - {column: finding_id, type: uuid, required: true}
      - {column: code, type: text, required: true, code_system: kind}
      - {column: day, type: date, required: true}
code_systems:
  - {code_system: kind, title: Kinds, version: "1"}
"""
MAPPINGS = {
    "person": """\
reads: person
into: patient
key: [pid]
unit: {wherever: [referral.pid]}
identities: [{from: number, through: personal_identity}]
conflict: first
correct: [number, born]
fields:
  name: {from: name}
  born: {from: born, through: day}
""",
    "referral": """\
reads: referral
into: referral
key: [rid]
unit: {from: ward}
correct: [sent]
fields:
  patient_id: {find: patient, by: pid}
  sent: {from: sent, through: day}
  words: {from: words}
""",
    "booking": """\
reads: booking
into: booking
key: [bid]
unit: {from: ward}
correct: [day]
fields:
  referral_id: {find: referral, by: rid}
  day: {from: day, through: day}
""",
    "finding": """\
reads: finding
into: finding
key: [fid]
unit: {from: ward}
correct: [main, second, day]
split:
  - {item: main, when: "main is not null", kind: main}
  - {item: second, when: "second is not null", kind: second}
fields:
  code: {from: kind, through: {codebook: kinds}, unmapped: reject}
  day: {from: day, through: day}
""",
}
CODES = {"kinds": "# code_system: kind\nsource,target\na,asthma\nb,broken\n"}
TABLES = (
    "create table person (pid integer, number text, name text, born text)",
    "create table referral (rid integer, pid integer, ward text, sent text, words text)",
    "create table booking (bid integer, rid integer, ward text, day text)",
    "create table finding (fid integer, ward text, main text, second text, day text)",
)
WRONG_DAY = "2024-02-30"
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "person": [
        (1, "19811228-9874", "Åsa", "1981-12-28"),
        (2, "19900101-9802", "Bo", "1990-13-01"),  # no such month: Bo is rejected, and all that is his waits
        (3, "191212129802", "=cmd|'/c calc'!A0", "1912-12-12"),  # wrong check digit
    ],
    "referral": [
        (10, 1, "ward", "2024-05-01", "-inga blödningar"),
        (11, 1, "ward", WRONG_DAY, "=1+1"),  # a day that never was
        (12, 2, "clinic", "2024-05-02", "ej diabetes, åter"),  # sound, waits for Bo
        (13, 3, "ward", "2024-05-03", None),
    ],
    "booking": [
        (20, 10, "ward", "2024-12-01"),
        (21, 11, "ward", "2024-12-02"),  # sound, waits for referral 11
        (22, 12, "clinic", "2024-12-03"),  # sound, waits for Bo, two steps up
        (23, 11, "ward", WRONG_DAY),  # waits, and is wrong itself
    ],
    "finding": [
        (30, "ward", "a", "?", "2024-05-01"),  # one item of two has no code
        (31, "ward", "a", "b", "2024-05-01"),
    ],
}

Change = Callable[[dict[str, str | None]], None]


def mending_ward(folder: Path, rows: dict[str, list[tuple[Any, ...]]] | None = None, batch_rows: int = 2) -> Ward:
    """The ward, not planned yet."""
    given = rows or ROWS
    literals = {None: "null"}
    source = list(TABLES)
    for table, lines in given.items():
        for line in lines:
            values = ", ".join(
                literals.get(one) or (str(one) if isinstance(one, int) else "'" + one.replace("'", "''") + "'") for one in line
            )
            source.append(f"insert into {table} values ({values})")
    project(folder, source=source, record=RECORD, mappings=MAPPINGS, codes=CODES, batch_rows=batch_rows)
    allow = "budgets: {rejected: {" + ", ".join(f"{one}: 9" for one in REASONS) + "}}\n"
    with (folder / "waves" / "first.yaml").open("a", encoding="utf-8") as file:
        file.write(allow)
    return Ward(folder)


REASONS = ("INVALID_DATE", "IDENTITY_CHECKSUM", "PARENT_REJECTED", "UNMAPPED_CODE", "IDENTITY_REVIEW")


def loaded(folder: Path, **given: Any) -> Ward:
    """The same, planned and loaded."""
    ward = mending_ward(folder, **given)
    for verb in ("plan", "apply"):
        done = ward.ask(verb, "first", "--quiet")
        assert done.code == 0, done.told
    return ward


def exported(ward: Ward, name: str = "work.xlsx") -> Path:
    """A worklist, written."""
    path = ward.folder / name
    done = ward.ask("rejects", "export", "first", "--reason", "a test", "--out", str(path))
    assert done.code == 0, done.told
    return path


def mend_workbook(path: Path, changes: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Change cells as a person does: {(sheet, value of the source's key column): {column: value}}."""
    book = openpyxl.load_workbook(path)
    done = set()
    for (sheet, key), values in changes.items():
        page = book[sheet]
        heading = [cell.value for cell in page[1]]
        for row in page.iter_rows(min_row=2):
            if row[len(OWN)].value == key:
                done.add((sheet, key))
                for column, value in values.items():
                    row[heading.index(column)].value = value
    assert done == set(changes), f"not found: {set(changes) - done}"
    book.save(path)


def mend_csv(path: Path, key: str, values: dict[str, str], encoding: str = "utf-8-sig", delimiter: str = ";") -> None:
    """The same in a CSV file, saved as another program would."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))
    mine = [row for row in rows[1:] if row[len(OWN)] == key]
    assert mine, f"{key} is not in {path.name}"
    for row in mine:
        for column, value in values.items():
            row[rows[0].index(column)] = value
    content = io.StringIO(newline="")
    csv.writer(content, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(content.getvalue().encode(encoding))


def brought(ward: Ward, path: Path) -> Any:
    """The worklist, taken in."""
    return ward.ask("rejects", "import", "first", str(path))


MENDED = {
    ("old.person", "2"): {"born": "1990-01-01"},
    ("old.referral", "11"): {"sent": "2024-02-29"},
}
"""Corrections that free Bo, his referral, and two bookings; the third booking stays wrong itself."""


def mended_rows() -> dict[str, list[tuple[Any, ...]]]:
    """What the sources would say, had they been right from the start: the oracle's side."""
    return {
        **ROWS,
        "person": [row if row[0] != 2 else (2, "19900101-9802", "Bo", "1990-01-01") for row in ROWS["person"]],
        "referral": [row if row[0] != 11 else (11, 1, "ward", "2024-02-29", "=1+1") for row in ROWS["referral"]],
    }
