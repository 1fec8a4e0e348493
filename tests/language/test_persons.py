"""Does every value stay with its own person, however the keys of a system's tables coincide?"""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import fates, landed, project, rows

RECORD = """\
code_systems: []
tables:
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns: [{column: patient_id, type: uuid, required: true}, {column: name, type: text}]
  - table: finding
    title: Findings
    key: finding_id
    columns:
      - {column: finding_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, references: patient}
      - {column: code, type: text}
"""
PERSON = """\
reads: {table}
into: patient
key: [pid]
unit: {{wherever: [of_{table}.pid]}}
identities: {identities}
conflict: {conflict}
fields:
  name: {{from: name}}
"""
FINDING = """\
reads: of_{table}
into: finding
key: [id]
unit: {{is: ward}}
fields:
  patient_id: {{find: patient, by: pid, in: old.{table}}}
  code: {{from: code}}
"""
NUMBERED = "[{from: number, through: personal_identity}]"


def two_tables(folder: Path, second: str, *, identities: str = NUMBERED, conflict: str = "first") -> Path:
    """Two tables of persons in one system, each with a key 1: Asa, and whoever `second` is."""
    source = [
        statement
        for table in ("a", "b")
        for statement in (
            f"create table {table} (pid integer, number text, name text)",
            f"create table of_{table} (id integer, pid integer, code text)",
            f"insert into of_{table} values (1{ord(table)}, 1, 'of {table}')",
        )
    ]
    source += ["insert into a values (1, '198112289874', 'Asa')", f"insert into b values {second}"]
    mappings = {
        "a": PERSON.format(table="a", identities=NUMBERED, conflict=conflict),
        "b": PERSON.format(table="b", identities=identities, conflict=conflict),
        "of_a": FINDING.format(table="a"),
        "of_b": FINDING.format(table="b"),
    }
    return project(folder, source=source, record=RECORD, mappings=mappings)


def whose(folder: Path) -> dict[str, str]:
    """Finding to the person's name."""
    return dict(rows(folder, "select code, name from finding join patient using (patient_id)"))


@pytest.mark.parametrize("conflict", ["first", "review"])
def test_another_person_under_the_same_key_goes_to_review_and_takes_its_findings_along(conflict: str, tmp_path: Path) -> None:
    two_tables(tmp_path, "(1, '19810829M071', 'Eva')", conflict=conflict)
    assert landed(tmp_path).books.closes
    assert whose(tmp_path) == {"of a": "Asa"}
    assert {reason for *_, reason in fates(tmp_path)} == {"IDENTITY_REVIEW", "PARENT_REJECTED"}


def test_the_same_person_under_the_same_key_is_one(tmp_path: Path) -> None:
    two_tables(tmp_path, "(1, '19811228-9874', 'Asa again')")
    assert landed(tmp_path).books.closes
    assert whose(tmp_path) == {"of a": "Asa", "of b": "Asa"}


def test_a_table_without_numbers_shares_the_keys_of_its_system(tmp_path: Path) -> None:
    two_tables(tmp_path, "(1, null, 'Asa again')", identities="[]")
    assert landed(tmp_path).books.closes
    assert whose(tmp_path) == {"of a": "Asa", "of b": "Asa"}


def test_a_find_leads_to_what_the_named_mapping_brought(tmp_path: Path) -> None:
    two_tables(tmp_path, "(2, '19810829M071', 'Eva')")
    assert landed(tmp_path).books.closes
    assert whose(tmp_path) == {"of a": "Asa"}
    assert ("1" + str(ord("b")), "", "rejected", "PARENT_MISSING") in fates(tmp_path)
