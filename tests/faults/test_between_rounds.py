"""Faults H9, H10, I4, I5, I10, A16 and A17: what becomes of a wave whose source, clock, tool or plan goes on between its rounds?"""

from __future__ import annotations

from pathlib import Path

import pytest
from fault import WAVE, deliver, project
from landing import NOTES
from story.three_waves import WRONG, Journal, Region, Visit, number, region
from ward import Ward, opened, rows_of

from vardskiftet.engine import move
from vardskiftet.errors import Stale
from vardskiftet.run.desk import Desk

EVENTS = """\
reads: event
into: note
key: [nid]
unit: {is: ward}
changed: version
conflict: {latest: version}
fields: {words: {from: words}}
"""


def three(folder: Path, *, marked: bool = True) -> tuple[Journal, Region]:
    """Two persons with care in the first wave, one of them in the third too."""
    persons = {"p1": (number(1), "Anna"), "p2": (number(2), "Bo")}
    visits = {"v1": Visit("p1", "north", "a"), "v2": Visit("p2", "north", "b"), "v3": Visit("p1", "south", "c")}
    journal = Journal(persons, visits, {})
    return journal, region(folder, journal, marked=marked)


def loaded(journal: Journal, place: Region, wave: str) -> dict[str, dict[str, int]]:
    """A plan of the wave on the journal as it is, and its load; mapping to its items by fate."""
    journal.write(place.folder / "old.sqlite")
    books = place.apply(place.plan(wave)).books
    assert books.closes
    return {line.mapping: line.model_dump() for line in books.lines}


def test_h9_a_person_merged_in_the_source_after_the_rehearsal_keeps_an_id_and_the_children_follow(tmp_path: Path) -> None:
    journal, place = three(tmp_path)
    ward = Ward(tmp_path)
    assert [ward.ask(verb, "first").code for verb in ("plan", "rehearse")] == [0, 0]
    loaded(journal, place, "first")
    ids = dict(rows_of(ward.target, "select _key, patient_id from patient"))
    journal.visits["v2"].pid = "p1"  # Bo turned out to be Anna
    del journal.persons["p2"]
    lines = loaded(journal, place, "first")
    assert (lines["old.visit"]["loaded"], lines["old.visit"]["unchanged"]) == (1, 1)
    assert lines["old.person"]["left"] == {"vanished": 1}, "recorded, and kept: somebody may have written on it"
    assert place.standing()["visit", "v2"][0] == "p1"
    assert dict(rows_of(ward.target, "select _key, patient_id from patient")) == ids
    known = rows_of(ward.target, "select target_id from vs_identity where domain = 'old' and identifier = 'p2'")
    assert known == [(ids["p2"],)], "the old key still leads to its person"


def test_h10_a_person_of_two_waves_is_loaded_once_and_a_reject_in_the_later_leaves_the_first(tmp_path: Path) -> None:
    journal, place = three(tmp_path)
    loaded(journal, place, "first")
    journal.persons["p1"] = (number(1), "Anna, extended")
    assert loaded(journal, place, "third")["old.person"]["loaded"] == 1
    assert place.standing()["patient", "p1"] == (number(1), "Anna, extended"), "one row, extended"
    journal.persons["p1"] = (WRONG, "Anna")
    lines = loaded(journal, place, "third")
    assert (lines["old.person"]["rejected"], lines["old.person"]["left"]) == (1, {"rejected": 1})
    assert place.standing()["patient", "p1"] == (number(1), "Anna, extended")
    assert place.open_lines("first") == []
    place.undo("third")
    assert place.standing()["patient", "p1"] == (number(1), "Anna"), "and the first wave has its own words back"
    assert place.open_lines("first") == []


def test_i4_marks_are_the_sources_own_and_one_from_the_future_moves_none(tmp_path: Path) -> None:
    ward = project(
        tmp_path,
        record=NOTES,
        mappings={"event": EVENTS.replace("conflict: {latest: version}\n", "")},
        source=[
            "create table event (nid, version, words)",
            "insert into event values ('1', '2024-11-05 07:00', 'a'), ('2', '2024-11-05 06:00', 'b'), ('3', '2099-01-01 00:00', 'c')",
        ],
    )
    assert [ward.ask(verb, WAVE).code for verb in ("plan", "apply")] == [0, 0]
    assert rows_of(ward.target, "select distinct moment from vs_mark") == [("2024-11-05 07:00:00",)], "not 2099"
    with opened(tmp_path / "old.sqlite") as old:  # its clock is ten minutes behind the one that wrote the newest row
        old.execute("update event set words = 'late', version = '2024-11-05 06:50' where nid = '2'")
        old.execute("update event set words = 'from the future' where nid = '3'")
    assert [ward.ask(verb, WAVE).code for verb in ("plan", "apply")] == [0, 0]
    assert rows_of(ward.target, "select words from note order by _key") == [("a",), ("late",), ("from the future",)]


def test_i5_what_is_written_while_a_wave_is_read_comes_with_the_next_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, place = three(tmp_path)
    journal.write(tmp_path / "old.sqlite")
    plan = place.plan("first")
    written: list[str] = []

    def reach(name: str) -> None:
        if name == "batch.read.after" and not written:
            journal.visits["v1"].note = "written meanwhile"
            journal.write(tmp_path / "old.sqlite")
            written.append(name)

    with monkeypatch.context() as patch:
        patch.setattr(move, "reach", reach)
        assert place.apply(plan).books.closes
    assert written, "nothing was written meanwhile: this test shows nothing"
    assert place.standing()["visit", "v1"][1] == "a", "the wave shows the source at one moment"
    assert loaded(journal, place, "first")["old.visit"]["loaded"] == 1
    assert place.standing()["visit", "v1"][1] == "written meanwhile"


def test_i10_events_that_come_twice_or_late_leave_the_newest_version(tmp_path: Path) -> None:
    heads = "nid,version,words\n"
    files = {"event_1.csv": f"{heads}1,1,first\n2,1,other\n"}
    ward = project(tmp_path, record=NOTES, mappings={"event": EVENTS}, files=files, options=', tables: {event: "event_*.csv"}')
    for name, rows, stands in (
        ("event_1", "1,1,first\n2,1,other\n", "first"),
        ("event_2", "1,3,third\n", "third"),
        ("event_3", "1,2,second\n", "third"),
        ("event_4", "1,3,third\n1,2,second\n", "third"),
    ):
        deliver(ward, {f"{name}.csv": heads + rows})
        assert ward.ask("plan", WAVE).code == 0
        done = ward.ask("apply", WAVE, "--json")
        assert done.document["closes"], done.told
        assert rows_of(ward.target, "select words from note where _key = '1'") == [(stands,)], name
    assert done.document["total"]["loaded"] == 0, "what came twice changes nothing"
    assert rows_of(ward.target, "select count(*) from note") == [(2,)]


def test_a16_another_version_of_the_tool_does_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, place = three(tmp_path)
    journal.write(tmp_path / "old.sqlite")
    plan = place.plan("first")
    before = Desk.__init__

    def newer(self: Desk, *given: object, **named: object) -> None:
        before(self, *given, **named)
        object.__setattr__(self, "tool", "9.9.0")

    monkeypatch.setattr(Desk, "__init__", newer)
    with pytest.raises(Stale, match=r"the tool is 9\.9\.0, the plan was made by 0\.1\.0"):
        place.apply(plan)
    assert place.standing() == {}


@pytest.mark.story
def test_a17_a_wave_that_was_begun_does_not_go_on_with_other_declarations(tmp_path: Path) -> None:
    journal, place = three(tmp_path)
    ward = Ward(tmp_path)
    journal.write(tmp_path / "old.sqlite")
    assert ward.ask("plan", "first").code == 0
    assert ward.run("apply", "first", failpoint="target.commit.after:exit:2").code == 137
    stood = place.standing()
    ward.edit("mappings/old/visit.yaml", "note: {from: note}", 'note: {sql: "upper(note)"}')
    refused = ward.ask("apply", "first")
    assert refused.code == 10 and "mappings/old/visit.yaml was changed" in refused.err and "vardskiftet plan first" in refused.err
    assert place.standing() == stood
    assert ward.ask("plan", "first").code == 0, "a new plan is a delta on what is there"
    assert ward.ask("apply", "first", "--json").document["closes"]
    assert place.standing()["visit", "v1"][1] == "A"
