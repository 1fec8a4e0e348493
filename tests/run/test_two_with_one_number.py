"""Do plan and verification judge alike where a corrected row turns out to claim the number of a person who is there?"""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import PATIENTS, VISITS, landed, project
from ward import Ward, rows_of

RECORD = "tables:\n" + PATIENTS + "      - {column: born, type: date}\n" + VISITS
PERSON = """\
reads: person
into: patient
key: [pid]
unit: {wherever: [visit.pid]}
identities: [{from: number, through: personal_identity}]
fields:
  name: {from: name}
  born: {from: born, through: day}
correct: [born]
"""
VISIT = "reads: visit\ninto: visit\nkey: [vid]\nunit: {is: ward}\nfields:\n  patient_id: {find: patient, by: pid}\n"
SOURCE = [
    "create table person (pid integer, number text, name text, born text)",
    "insert into person values (107, '198112289874', 'A', '1950-00-00'), (108, '198112289874', 'B', '1981-12-28')",
    "create table visit (vid integer, pid integer)",
    "insert into visit values (1, 107), (2, 108)",
]


@pytest.mark.parametrize("batch_rows", [1, 100])
def test_verification_takes_in_the_correction_that_the_plan_stood_on(tmp_path: Path, batch_rows: int) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings={"person": PERSON, "visit": VISIT}, batch_rows=batch_rows))
    with (tmp_path / "waves" / "first.yaml").open("a", encoding="utf-8") as file:
        file.write("budgets: {rejected: {IDENTITY_REVIEW: 9, INVALID_DATE: 9, PARENT_REJECTED: 9}}\n")
    landed(tmp_path)
    listed = tmp_path / "list"
    assert ward.ask("rejects", "export", "first", "--reason", "a test", "--out", str(listed)).code == 0
    (path,) = listed.glob("*person*.csv")
    text = path.read_text(encoding="utf-8")
    assert "1950-00-00" in text
    path.write_text(text.replace("1950-00-00", "1950-01-01"), encoding="utf-8")
    assert ward.ask("rejects", "import", "first", str(listed)).code == 0
    assert ward.ask("rejects", "replay", "first").code == 0
    assert ward.ask("plan", "first").code == 0
    ward.ask("apply", "first")
    newest = "select source_key, reason from vs_fate join vs_batch using (batch) where mapping = 'old.person' and source_key = '108'"
    assert rows_of(ward.target, newest) == [("108", "IDENTITY_REVIEW")]
    done = ward.ask("verify", "first", "--json")
    shown = ward.ask("diff", "show", "first", "--json").document["differences"]
    rows = [(one["key"], one["column"], one["class"], one["explained"]) for one in shown if one["level"] == "rows"]
    assert (done.code, rows) == (1, [("108", "", "extra", True)]), done.told
    assert "left standing, and listed: rejected" in ward.ask("diff", "show", "first").out
