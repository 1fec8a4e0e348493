"""Does a key of several columns, as a person types it, lead to its row?"""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import landed, project
from ward import Ward

from vardskiftet.run.keys import form_of, spellings, typed

RECORD = """\
tables:
  - table: credit
    title: Credits
    key: credit_id
    columns:
      - {column: credit_id, type: uuid, required: true}
      - {column: role, type: text}
"""
MAPPING = "reads: d\ninto: credit\nkey: [actor, film]\nunit: {is: ward}\nfields:\n  role: {from: role}\n"


@pytest.fixture
def credits(tmp_path: Path) -> Ward:
    source = [
        "create table d (actor integer, film text, role text)",
        "insert into d values (1, '11', 'a'), (11, '1', 'b'), (2, 'x,y', 'c')",
    ]
    folder = project(tmp_path, source=source, record=RECORD, mappings={"credit": MAPPING})
    assert landed(folder).books.closes
    return Ward(folder)


@pytest.mark.parametrize("key", ["1,11", "1:12:11", "11,1"])
def test_values_with_commas_between_them_are_a_key(credits: Ward, key: str) -> None:
    for verb in (("trace", "old", "d", key), ("explain", "first", "old.credit", key)):
        assert credits.ask(*verb).code == 0, credits.ask(*verb).told


@pytest.mark.parametrize("key", ["1,12", "1", "2,x,y"])
def test_what_is_no_key_is_answered_with_how_one_is_written(credits: Ward, key: str) -> None:
    for verb in (("trace", "old", "d", key), ("explain", "first", "old.credit", key)):
        refused = credits.ask(*verb)
        assert (refused.code, "with commas between them: actor,film." in refused.err) == (2, True), refused.told


def test_what_differs_is_shown_and_asked_for_as_it_is_typed(credits: Ward) -> None:
    with credits.record_open() as record:
        record.execute("update credit set role = role || '!'")
    assert credits.ask("verify", "first", "--level", "rows").code == 1
    shown = credits.ask("diff", "show", "first").out
    assert "1,11" in shown and "11,1" in shown and "1:11" not in shown
    for key in ("1,11", "1:12:11"):
        done = credits.ask("diff", "explain", "first", key)
        assert done.code == 1 and "explain first old.credit 1,11" in done.out, done.told


def test_a_value_with_a_comma_leaves_a_key_as_the_books_have_it(credits: Ward) -> None:
    mapping = credits.programme().mapping("old.credit")
    assert [typed(mapping, key) for key in ("1:12:11", "1:23:x,y", "not one", "3:å11:2")] == ["1,11", "1:23:x,y", "not one", "å1,2"]


def test_a_key_of_one_column_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = project(
        tmp_path, source=["create table d (actor, role)"], record=RECORD, mappings={"credit": MAPPING.replace("[actor, film]", "[actor]")}
    )
    mapping = Ward(folder).programme().mapping("old.credit")
    assert (spellings(mapping, "1,11"), form_of(mapping)) == (("1,11",), "")
