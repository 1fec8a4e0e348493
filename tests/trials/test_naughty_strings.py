"""Are hostile texts carried byte for byte, through names and notes, from a file into the record? The Big List of Naughty Strings."""

from __future__ import annotations

import csv
import io
import json

import pytest
from delivered import deliver, small_project
from shared_data import shared
from ward import Done, Ward, rows_of


def hostile() -> list[str]:
    """The published texts, and two more that hold what theirs do not: a NUL, and quotes with a line end between them."""
    published = json.loads((shared("naughty-strings") / "blns.json").read_text(encoding="utf-8"))
    assert len(published) >= 485
    return [*published, "a\0b", '"\r\n","']


def written(head: list[str], rows: list[list[str]]) -> str:
    """Rows as the standard library writes them."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([head, *rows])
    return text.getvalue()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ward, list[str], list[Done]]:
    """A project of declarations alone, its wave planned and applied."""
    texts = hostile()
    folder = tmp_path_factory.mktemp("naughty")
    small_project(folder)
    numbered = [[str(number), text] for number, text in enumerate(texts)]
    notes = [[number, number, text] for number, text in numbered]
    deliver(folder, person__csv=written(["person_id", "name"], numbered), note__csv=written(["note_id", "person_id", "words"], notes))
    ward = Ward(folder)
    return ward, texts, [ward.ask("plan", "first"), ward.ask("apply", "first"), ward.ask("books", "first")]


def test_every_name_and_note_arrives_byte_for_byte(told: tuple[Ward, list[str], list[Done]]) -> None:
    ward, texts, done = told
    assert [one.code for one in done] == [0, 0, 0], "".join(one.told for one in done)
    for query in ("select number, cast(name as blob) from patient", "select number, cast(words as blob) from note"):
        found = {int(number): bytes(raw) for number, raw in rows_of(ward.target, query)}
        assert found == {number: text.encode() for number, text in enumerate(texts)}


def test_no_hostile_text_is_said(told: tuple[Ward, list[str], list[Done]]) -> None:
    _, texts, done = told
    said = "".join(one.told for one in done)
    # Short ones are words of any output.
    assert [text for text in texts if len(text) > 12 and text in said] == []
