"""Does `explain` follow the row that was loaded: with what people corrected, with the find that led nowhere, and with what stands?"""

from __future__ import annotations

from pathlib import Path

from landing import landed, project
from ward import Ward, opened

RECORD = """\
tables:
  - table: note
    title: Notes
    key: note_id
    columns:
      - {column: note_id, type: uuid, required: true}
      - {column: after_id, type: uuid, references: note}
      - {column: day, type: date}
      - {column: words, type: text}
"""
NOTE = """\
reads: d
into: note
key: [id]
unit: {is: ward}
fields:
  after_id: {find: note, by: after}
  day: {from: day, through: day}
  words: {from: words}
correct: [day]
"""
SOURCE = [
    "create table d (id integer, after integer, day text, words text)",
    "insert into d values (1, null, '2024-02-30', 'inga besvär'), (2, 9, '2024-02-01', 'x')",
]


def test_a_corrected_row_that_was_damaged_is_explained_as_it_was_loaded(tmp_path: Path) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings={"note": NOTE}, batch_rows=100))
    with (tmp_path / "waves" / "first.yaml").open("a", encoding="utf-8") as file:
        file.write("budgets: {rejected: {INVALID_DATE: 9, PARENT_MISSING: 9}}\n")
    assert landed(tmp_path).books.closes
    listed = tmp_path / "list"
    assert ward.ask("rejects", "export", "first", "--reason", "a test", "--out", str(listed)).code == 0
    (path,) = listed.glob("*.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("2024-02-30", "2024-02-29"), encoding="utf-8")
    for command in (("rejects", "import", "first", str(listed)), ("rejects", "replay", "first")):
        assert ward.ask(*command).code == 0
    sound = ward.ask("explain", "first", "old.note", "1")
    assert sound.code == 0 and "Corrected by hand: day." in sound.out, sound.told
    with opened(ward.target) as record:
        assert record.execute("update note set words = 'besvär'").rowcount == 1
    damaged = ward.ask("explain", "first", "old.note", "1", "--json")
    (reason,) = damaged.document["reasons"]
    assert (damaged.code, reason["id"]) == (1, "DIFFERENT") and "words" in reason["message"].lower(), damaged.told
    (lost,) = ward.ask("explain", "first", "old.note", "2", "--json").document["items"]
    (find,) = [one for one in lost["fields"] if one["column"] == "after_id"]
    assert (lost["reason"], find["steps"][-1]["step"]) == ("PARENT_MISSING", "note")
