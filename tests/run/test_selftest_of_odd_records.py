"""Is a sound verifier found sound in records of other shapes: times with fractions, a code called `unknown`, a wave of several rounds?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from landing import PATIENTS, landed, project
from ward import Ward

RECORD = (
    "code_systems: [{code_system: kind, title: Kind, version: '1'}]\ntables:\n"
    + PATIENTS
    + """\
  - table: reading
    title: Readings
    key: reading_id
    columns:
      - {column: reading_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, references: patient}
      - {column: at, type: instant}
      - {column: kind, type: text, code_system: kind}
"""
)
PERSON = "reads: person\ninto: patient\nkey: [pid]\nunit: {wherever: [reading.pid]}\nidentities: []\nfields:\n  name: {from: name}\n"
READING = """\
reads: reading
into: reading
key: [rid]
unit: {is: ward}
fields:
  patient_id: {find: patient, by: pid}
  at: {from: at, through: {local_time: "%Y-%m-%d %H:%M:%S%.f", repeated_hour: first}}
  kind: {from: kind, through: {codebook: kinds, sentinels: ["-"]}}
"""
CODES = {"kinds": "# code_system: kind\nsource,target\nA,weight\nU,unknown\n"}
SOURCE = [
    "create table person (pid integer, name text)",
    "insert into person values (1, 'Åsa'), (2, 'Bo')",
    "create table reading (rid integer, pid integer, at text, kind text)",
    (
        "insert into reading values (1, 1, '2024-10-27 02:30:00.5', 'A'), (2, 2, '2024-07-01 12:00:00.996577', 'U'),"
        " (3, 1, '2024-01-01 12:00:00', 'A'), (4, 1, '2024-01-01 12:00:07', 'U'), (5, 9, '2024-01-02 12:00:00', 'A')"
    ),
]


def made(folder: Path) -> Ward:
    project(folder, source=SOURCE, record=RECORD, mappings={"person": PERSON, "reading": READING}, codes=CODES, batch_rows=100)
    with (folder / "waves" / "first.yaml").open("a", encoding="utf-8") as file:
        file.write("budgets: {rejected: {PARENT_MISSING: 9}}\n")
    assert landed(folder).books.closes
    return Ward(folder)


def test_times_with_fractions_and_a_code_that_is_unknown(tmp_path: Path) -> None:
    done = made(tmp_path).ask("verify", "first", "--selftest", "--json")
    assert (done.code, done.document["selftest"]["missed"]) == (0, []), done.told
    assert done.document["selftest"]["seen"] == done.document["selftest"]["seeded"] > 15


def test_a_wave_of_two_rounds(tmp_path: Path) -> None:
    ward = made(tmp_path)
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as old:
        old.execute("insert into reading values (6, 8, '2024-01-03 12:00:00', 'A'), (7, 2, '2024-01-03 12:00:00', 'A')")
        old.commit()
    for command in (("plan", "first"), ("apply", "first")):
        assert ward.ask(*command).code == 0
    done = ward.ask("verify", "first", "--selftest", "--json")
    assert (done.code, done.document["selftest"]["missed"]) == (0, []), done.told
