"""Does a wave catch up with a journal that went on? By its own marks, through every command, with the books told line by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from story.killed import killed_at
from story.three_waves import Journal, Region, Visit, number, region
from ward import Ward, logical, opened, record_tables, rows_of

pytestmark = pytest.mark.story


def begun(folder: Path, *, marked: bool) -> tuple[Journal, Region, Ward]:
    """A first wave of four persons, loaded."""
    persons = {f"p{place}": (number(place), f"Person {place}") for place in range(1, 5)}
    visits = {f"v{place}": Visit(f"p{place}", "north", "a") for place in range(1, 5)}
    journal = Journal(persons, visits, {"a1": ("v1", "x"), "a2": ("v2", "y")})
    place = region(folder, journal, marked=marked)
    place.apply(place.plan("first"))
    return journal, place, Ward(folder)


def caught_up(journal: Journal, place: Region, wave: str = "first") -> dict[str, Any]:
    """The journal as it is now, planned and applied with the real commands; the answer of `apply`."""
    journal.write(place.folder / "old.sqlite")
    ward = Ward(place.folder)
    assert ward.ask("plan", wave, "--json").code == 0
    done = ward.ask("apply", wave, "--json")
    assert done.document["closes"], done.told
    return done.document | {"code": done.code}


@pytest.mark.parametrize("marked", [True, False])
def test_only_what_changed_is_read_and_the_rest_is_counted(tmp_path: Path, marked: bool) -> None:
    journal, place, ward = begun(tmp_path, marked=marked)
    journal.visits["v1"].note = "b!"
    done = caught_up(journal, place)
    assert {fate: done["total"][fate] for fate in ("extracted", "loaded", "unchanged")} == {"extracted": 10, "loaded": 1, "unchanged": 9}
    told = [json.loads(text) for (text,) in rows_of(ward.work / "store.sqlite", "select payload from event where kind = 'keys.scanned'")]
    assert {one["mapping"] for one in told} == {"old.person", "old.visit", "old.act"}
    assert sum(one["rows"] for one in told) == (10 if marked else 0), "keys are scanned where whole rows are not read"


def test_a_change_that_the_journal_does_not_own_up_to_is_not_read(tmp_path: Path) -> None:
    journal, place, ward = begun(tmp_path, marked=True)
    journal.visits["v2"].note = "b!"
    assert caught_up(journal, place)["total"]["loaded"] == 1, "now the mark lies beyond the first load's rows"
    with opened(tmp_path / "old.sqlite") as old:
        old.execute("update visit set note = 'silent' where vid = 'v1'")
    assert ward.ask("plan", "first").code == 0
    done = ward.ask("apply", "first", "--json")
    assert done.document["total"]["loaded"] == 0 and done.document["closes"]
    assert rows_of(ward.target, "select note from visit where _key = 'v1'") == [("a",)]
    assert ward.ask("plan", "first", "--final").code == 0
    done = ward.ask("apply", "first", "--json")
    assert done.document["total"]["loaded"] == 1 and done.document["closes"], "the last delta asks no mark"
    assert rows_of(ward.target, "select note from visit where _key = 'v1'") == [("silent",)]
    with opened(tmp_path / "old.sqlite") as old:
        old.execute("update visit set note = 'silent again' where vid = 'v1'")
    ward.edit("mappings/old/visit.yaml", "note: {from: note}", 'note: {sql: "note"}')
    assert ward.ask("plan", "first").code == 0
    done = ward.ask("apply", "first", "--json")
    assert done.document["total"]["loaded"] == 1, "a mapping that changed looks at every row again"
    assert rows_of(ward.target, "select note from visit where _key = 'v1'") == [("silent again",)]


def test_what_the_source_bears_out_no_more_is_listed_and_a_finding_unless_it_is_kept(tmp_path: Path) -> None:
    journal, place, ward = begun(tmp_path, marked=True)
    del journal.visits["v4"]
    journal.visits["v3"].unit = "middle"
    journal.visits["v2"].struck = True
    done = caught_up(journal, place)
    assert done["code"] == 1
    assert done["total"]["left"] == {"excluded": 1, "moved": 3, "vanished": 1}, "two of the persons have no care any more"
    visits = next(line for line in done["lines"] if line["mapping"] == "old.visit")
    assert visits["left"] == {"excluded": 1, "moved": 1, "vanished": 1} and visits["in_target"] == 4
    listed = (tmp_path / done["left_list"]).read_text(encoding="utf-8")
    assert {line.split(",")[3]: line.split(",")[5] for line in listed.splitlines() if ",visit," in line} == {
        "v2": "excluded",
        "v3": "moved",
        "v4": "vanished",
    }
    assert {one["where"] for one in done["reasons"] if one["id"] == "OUTLIVED"} >= {"old.visit"}
    books = ward.ask("books", "first", "--json")
    assert books.code == 1 and books.document["closes"]
    for name in ("person", "visit", "act"):
        path = tmp_path / "mappings" / "old" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8") + "on_vanish: keep\n", encoding="utf-8")
    assert caught_up(journal, place)["code"] == 0


def test_after_the_final_delta_what_is_written_in_the_source_is_listed_by_key(tmp_path: Path) -> None:
    journal, _, ward = begun(tmp_path, marked=True)
    journal.visits["v1"].note = "b!"
    journal.write(tmp_path / "old.sqlite")
    assert ward.ask("plan", "second", "--final").code == 2, "a first load is no final delta"
    assert ward.ask("plan", "first", "--final").code == 0
    done = ward.ask("apply", "first", "--json")
    assert (done.code, done.document["late"], done.document["late_list"]) == (0, [], ""), done.told
    journal.visits["v2"].note = "after the freeze"
    journal.visits["v9"] = Visit("p1", "north", "new")
    del journal.acts["a2"]
    journal.write(tmp_path / "old.sqlite")
    again = ward.ask("apply", "first", "--json")
    assert (again.code, again.document["committed"], again.document["closes"]) == (1, 0, True)
    log = (tmp_path / again.document["late_list"]).read_text(encoding="utf-8").splitlines()
    assert log[1:] == ["old.act,a2,deleted", "old.visit,v2,written", "old.visit,v9,written"]
    assert "after the freeze" not in again.told


def test_a_round_is_taken_back_and_the_load_before_stands_as_it_did(tmp_path: Path) -> None:
    journal, place, ward = begun(tmp_path, marked=True)
    before = {table: logical(ward.target)[table] for table in record_tables(ward)}
    journal.visits["v1"].note = "changed"
    journal.visits["v9"] = Visit("p1", "north", "new")
    done = caught_up(journal, place)
    undone = ward.ask("undo", "first", "--round", done["plan"], "--confirm", "first", "--json")
    assert undone.code == 0, undone.told
    assert undone.document["rows_restored"] == {"old.visit": 1} and undone.document["rows_removed"] == 1
    assert (tmp_path / undone.document["list"]).read_text(encoding="utf-8").count("restored") == 1
    assert {table: logical(ward.target)[table] for table in record_tables(ward)} == before, "row for row, batch for batch"
    assert ward.ask("books", "first", "--json").document["closes"]
    again = ward.ask("undo", "first", "--round", done["plan"], "--confirm", "first", "--json")
    assert (again.code, again.document["batches"]) == (0, 0), "repeating is harmless"
    assert ward.ask("apply", done["plan"] + ".json", "--json").document["closes"], "and the round can be loaded again"


def test_what_a_round_changed_is_not_told_as_restored_when_the_whole_wave_goes(tmp_path: Path) -> None:
    journal, place, ward = begun(tmp_path, marked=True)
    journal.visits["v1"].note = "changed"
    caught_up(journal, place)
    undone = ward.ask("undo", "first", "--confirm", "first", "--json")
    assert undone.code == 0, undone.told
    assert (undone.document["rows_restored"], undone.document["list"]) == ({}, ""), "the row is gone, and nothing stands"
    assert rows_of(ward.target, "select count(*) from visit") == [(0,)]


def test_an_edited_row_is_left_by_undo_and_listed(tmp_path: Path) -> None:
    _, place, ward = begun(tmp_path, marked=True)
    place.edit("visit", "v1", "what a nurse wrote")
    undone = ward.ask("undo", "first", "--confirm", "first", "--json")
    assert undone.code == 1
    listed = (tmp_path / undone.document["list"]).read_text(encoding="utf-8").splitlines()[1:]
    assert {(line.split(",")[1], line.split(",")[3], line.split(",")[4]) for line in listed} == {
        ("visit", "v1", "edited"),
        ("patient", "p1", "referred"),
    }
    assert place.standing()["visit", "v1"][1] == "what a nurse wrote"


def test_undoing_the_second_of_three_waves_leaves_the_others_digest_for_digest(tmp_path: Path) -> None:
    persons = {f"p{place}": (number(place), f"Person {place}") for place in range(1, 4)}
    visits = {f"v{place}": Visit(f"p{1 + place % 3}", unit, "a") for place, unit in enumerate(["north", "middle", "south"] * 3)}
    journal = Journal(persons, visits, {})
    place = region(tmp_path, journal)
    ward = Ward(tmp_path)
    place.apply(place.plan("first"))
    journal.persons["p1"] = (journal.persons["p1"][0], "Renamed between the waves")
    journal.write(tmp_path / "old.sqlite")
    plan = place.plan("second")
    place.apply(plan)
    place.apply(place.plan("third"))

    def others() -> list[Any]:
        texts = "select v._key, v.patient_id, v.note, v._unit, p.name from visit v join patient p using (patient_id)"
        return rows_of(ward.target, f"{texts} where v._unit <> 'middle' order by 1")

    before, whole = others(), place.standing()
    with killed_at("undo.commit.after", 2):
        place.undo("second")
    place.undo("second")
    assert others() == before, "also the name, which the third wave found as the second wrote it"
    for wave in ("first", "third"):
        assert place.open_lines(wave) == []
    place.apply(plan)
    assert place.standing() == whole
    ids = "select patient_id, _key from patient order by 1"
    assert len(rows_of(ward.target, ids)) == 3
