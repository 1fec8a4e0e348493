"""Is every table of a source spoken of, and do profile and plan agree on it? Patterns, joins, and units by a path."""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import FINDINGS, project
from ward import Ward, opened

RECORD = FINDINGS.replace("type: text", "type: text, required: true")
FINDING = """\
sql: select d.*, words.word from d left join words on words.id = d.id
counts: d
into: finding
key: [id]
unit: {via: room, on: room, to: room, from: place}
fields:
  code: {from: word}
"""
SOURCE = [
    "create table d (id integer, room integer)",
    "create table words (id integer, word text)",
    "create table room (room integer, place text)",
    "insert into d values (1, 100), (2, 100)",
    "insert into words values (1, 'a'), (2, 'b')",
    "insert into room values (100, 'ward')",
    "create virtual table words_fts using fts5(word)",
]


def with_ignored(folder: Path, *patterns: str) -> Ward:
    return Ward(project(folder, source=SOURCE, record=RECORD, mappings={"finding": FINDING}, ignored=[f'"{one}"' for one in patterns]))


def test_a_pattern_speaks_of_all_tables_like_it_and_profile_says_how_each_is_needed(tmp_path: Path) -> None:
    ward = with_ignored(tmp_path, "words_fts*")
    done = ward.ask("plan", "first")
    assert done.code == 0, done.told
    spoken = ward.ask("profile", "old", "--json").document["spoken"]
    shadows = {name for name in spoken if name.startswith("words_fts")}
    assert len(shadows) > 3, "FTS5 makes tables of its own"
    assert {spoken[name] for name in shadows} == {"ignored"}
    assert {name: words for name, words in spoken.items() if name not in shadows} == {
        "d": "old.finding", "words": "old.finding (joined)", "room": "old.finding (units)"
    }  # fmt: skip
    assert "NOTHING" not in ward.ask("profile", "old").out


def test_tables_that_no_pattern_is_like_are_gaps_still_and_profile_names_the_same_ones(tmp_path: Path) -> None:
    ward = with_ignored(tmp_path, "words_fts_*")
    refused = ward.ask("plan", "first")
    assert (refused.code, "'words_fts'" in refused.err, "'words_fts_data'" in refused.err) == (2, True, False), refused.told
    spoken = ward.ask("profile", "old", "--json").document["spoken"]
    assert [name for name, words in spoken.items() if not words] == ["words_fts"]


def test_a_pattern_like_no_table_is_a_line_and_a_whole_name_that_is_gone_is_a_fault(tmp_path: Path) -> None:
    ward = with_ignored(tmp_path / "pattern", "words_fts*", "old_*")
    assert ward.ask("plan", "first").code == 0
    for verb in (("profile", "old"), ("doctor",)):
        done = ward.ask(*verb)
        assert done.code == 0, done.told
        assert "'old_*' is like no table" in done.out
    named = with_ignored(tmp_path / "name", "words_fts*", "old_log").ask("plan", "first")
    assert (named.code, "'old_log'" in named.err) == (2, True), named.told


@pytest.mark.parametrize(
    ("pattern", "covered"), [("a*", True), ("*b?[c", True), ("a*c", True), ("*x*", False), ("A*", False), ("ab", False)]
)
def test_only_the_star_is_no_letter(pattern: str, covered: bool) -> None:
    from vardskiftet.model.system import IgnoredTable

    assert IgnoredTable(table=pattern, because="A test.").covers("ab?[c") is covered


def test_a_stale_plan_is_told_in_sentences_that_end_once(tmp_path: Path) -> None:
    ward = with_ignored(tmp_path, "words_fts*")
    assert ward.ask("plan", "first").code == 0
    with opened(tmp_path / "old.sqlite") as connection:
        connection.execute("create table fresh (x)")
    done = ward.ask("apply", "first")
    assert (done.code, "'fresh'" in done.told) == (10, True), done.told
    assert ".." not in done.told and ".;" not in done.told


def test_status_says_beside_a_wave_that_nobody_decided_on_that_its_load_is_done(tmp_path: Path) -> None:
    ward = with_ignored(tmp_path, "words_fts*")
    assert ward.ask("plan", "first").code == 0
    before = ward.ask("status", "first")
    assert "are in the record" not in before.out
    assert ward.ask("apply", "first").code == 0
    after = ward.ask("status", "first")
    assert (after.code, ward.ask("status", "first", "--json").document["waves"][0]["status"]) == (0, "planned")
    assert "first: 1 of 1 batches are in the record. Its status is 'planned' all the same" in after.out
    heading = next(line for line in after.out.splitlines() if "status" in line)
    assert "its load" in heading and "source rows read" in heading
