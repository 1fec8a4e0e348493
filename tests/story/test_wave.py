"""Does a wave told, rehearsed, lived, asked, taken back and caught up come to what the journal's key says?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ward import WAVE, Ward, logical, make_ward, manifest_lines, record_tables, rows_of

from vardskiftet.cli.opening import open_desk
from vardskiftet.cli.options import Given
from vardskiftet.judge.books import exit_code
from vardskiftet.run.balance import present_books

pytestmark = pytest.mark.story

FATES = ("extracted", "loaded", "merged", "rejected", "excluded", "unchanged")


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """A project large enough for every kind of dirt, planned in several batches."""
    ward = make_ward(tmp_path_factory.mktemp("village") / "planned", 800, 700)
    assert ward.ask("plan", WAVE, "--quiet").code == 0
    return ward


@pytest.fixture(scope="session")
def moved(village: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """The same, loaded; only asked by those who take it as it is."""
    ward = village.copy(tmp_path_factory.mktemp("village") / "loaded")
    done = ward.ask("apply", WAVE, "--quiet")
    assert done.code == 0, done.told
    return ward


@pytest.fixture
def mine(moved: Ward, tmp_path: Path) -> Ward:
    """A loaded project of one's own."""
    return moved.copy(tmp_path / "ward")


def books_of(ward: Ward) -> dict[str, Any]:
    return ward.ask("books", WAVE, "--json").document


def test_the_books_agree_with_the_key_in_every_mapping_unit_and_table(moved: Ward) -> None:
    books, planted = books_of(moved), moved.planted
    wave = planted["waves"][WAVE]
    assert books["closes"] and books["ok"]
    lines = {(line["mapping"], line["unit"]): {fate: line[fate] for fate in FATES} for line in books["lines"]}
    key = {(mapping, unit): tally for mapping, found in wave["mappings"].items() for unit, tally in found["units"].items()}
    assert lines == key
    assert all(line["closes"] and line["in_target"] == line["loaded"] for line in books["lines"])
    places = ("rows", "in_waves", "excluded_units", "no_unit", "no_care")
    assert {table["table"]: {place: table[place] for place in places} for table in books["tables"]} == planted["tables"]
    assert all(table["counted"] == table["rows"] and table["closes"] for table in books["tables"])
    assert {line["reason"]: line["items"] for line in books["rejects"]} == wave["budgets"]["rejected"]
    assert books["no_unit"]["items"] == wave["budgets"]["no_unit"]
    excluded = {(one["mapping"], one["because"]): one["items"] for one in books["exclusions"]}
    assert excluded == {(name, because): items for name, found in wave["mappings"].items() for because, items in found["excluded"].items()}
    total = {fate: sum(tally[fate] for tally in key.values()) for fate in FATES}
    assert {fate: books["total"][fate] for fate in FATES} == total
    assert manifest_lines(moved.manifests) == total["extracted"]


def test_rejects_stand_in_the_target_by_mapping_as_the_key_says(moved: Ward) -> None:
    found: dict[str, Counter[str]] = {}
    query = "select b.mapping, f.reason from vs_fate as f join vs_batch as b on b.batch = f.batch where f.fate = 'rejected'"
    for mapping, reason in rows_of(moved.target, query):
        found.setdefault(mapping, Counter())[reason] += 1
    key = {name: one["rejected"] for name, one in moved.planted["waves"][WAVE]["mappings"].items() if one["rejected"]}
    assert {name: dict(reasons) for name, reasons in found.items()} == key


def test_identities_are_those_that_were_planted(moved: Ward) -> None:
    counted = dict(rows_of(moved.target, "select domain, count(*) from vs_identity where domain <> 'elvis' group by domain"))
    assert counted == {domain: items for domain, items in moved.planted["waves"][WAVE]["identities"].items() if items}


def test_each_planted_budget_is_exact_so_one_less_is_a_finding(moved: Ward) -> None:
    desk = open_desk(Given(moved.folder, as_json=True, now=None, quiet=True, clock=lambda: pytest.fail("the demo has a clock")))
    wave = desk.programme.wave(WAVE)
    budgets = wave.budgets
    lowered = [budgets.model_copy(update={"no_unit": budgets.no_unit - 1})]
    lowered += [
        budgets.model_copy(update={"rejected": budgets.rejected | {reason: items - 1}}) for reason, items in budgets.rejected.items()
    ]
    assert len(lowered) > 8
    assert exit_code(present_books(desk, WAVE)[1]) == 0
    for one in lowered:
        waves = tuple(wave.model_copy(update={"budgets": one}) if other.wave == WAVE else other for other in desk.programme.waves)
        poorer = type(desk)(desk.programme.model_copy(update={"waves": waves}), desk.clock, desk.tool, desk.command, desk.notify)
        _, books = present_books(poorer, WAVE)
        assert books.closes and exit_code(books) == 1, one


@pytest.mark.parametrize("budget", ["no_unit", "PARENT_REJECTED"])
def test_a_lowered_budget_in_the_file_is_exit_1_in_plan_apply_and_books(budget: str, mine: Ward) -> None:
    planted = mine.planted["waves"][WAVE]["budgets"]
    allowed = planted["no_unit"] if budget == "no_unit" else planted["rejected"][budget]
    mine.edit(f"waves/{WAVE}.yaml", f"{budget}: {allowed}\n", f"{budget}: {allowed - 1}\n")
    assert mine.ask("plan", WAVE, "--json").code == (1 if budget == "no_unit" else 0)
    for verb in ("apply", "books"):
        done = mine.ask(verb, WAVE, "--json")
        over = [reason for reason in done.document["reasons"] if reason["id"] == "OVER_BUDGET"]
        assert done.code == 1 and [one["where"] for one in over] == [f"waves/{WAVE}.yaml"]
        assert over[0]["message"] == f"{budget}: {allowed:,}, the budget is {allowed - 1:,}"


def test_a_rehearsal_leaves_the_record_untouched_and_comes_to_the_same(village: Ward, moved: Ward, mine: Ward, tmp_path: Path) -> None:
    for ward in (village.copy(tmp_path / "empty"), mine):
        before = logical(ward.target)
        done = ward.ask("rehearse", WAVE, "--json")
        assert done.code == 0, done.told
        assert logical(ward.target) == before
        (record,) = (ward.work / "rehearsals").glob("*/record.sqlite")
        rehearsed = logical(record)
        assert {name: rehearsed[name] for name in record_tables(ward)} == {
            name: logical(moved.target)[name] for name in record_tables(ward)
        }


def test_a_finished_plan_is_nothing_to_do(mine: Ward) -> None:
    before = logical(mine.target)
    done = mine.ask("apply", WAVE)
    assert done.code == 0 and "Nothing to do" in done.out
    assert mine.ask("apply", WAVE, "--json").document["committed"] == 0
    assert logical(mine.target) == before


def test_undo_empties_the_record_and_loading_again_gives_the_same_ids_and_rows(mine: Ward, moved: Ward) -> None:
    assert mine.ask("undo", WAVE, "--confirm", WAVE, "--quiet").code == 0
    for table in record_tables(mine):
        assert rows_of(mine.target, f"select count(*) from {table}") == [(0,)]
    assert logical(mine.target)["vs_identity"] == logical(moved.target)["vs_identity"], "identities stay as tombstones"
    assert mine.ask("books", WAVE).code == 8, "a wave that was taken back is not complete"
    again = mine.ask("apply", WAVE, "--quiet")
    assert again.code == 0, again.told
    assert logical(mine.target) == logical(moved.target)
    assert mine.ask("undo", WAVE, "--confirm", WAVE, "--quiet").code == 0
    assert mine.ask("undo", WAVE, "--confirm", WAVE, "--quiet").code == 0, "repeating is harmless"


def test_undo_leaves_a_row_that_somebody_edited_and_says_so(mine: Ward) -> None:
    (key,) = rows_of(mine.target, "select appointment_id from appointment order by 1 limit 1")[0]
    with mine.record_open() as record:
        record.execute("update appointment set note = 'Ringt patienten' where appointment_id = ?", (key,))
    patient, referral = rows_of(mine.target, "select patient_id, referral_id from appointment where appointment_id = ?", key)[0]
    done = mine.ask("undo", WAVE, "--confirm", WAVE, "--json")
    assert done.code == 1
    left = {"elvis.booking": 1, "elvis.person": 1} | ({"elvis.referral": 1} if referral else {})
    assert done.document["rows_left"] == left
    assert {reason["where"] for reason in done.document["reasons"] if reason["id"] == "LEFT_STANDING"} == set(left)
    assert rows_of(mine.target, "select appointment_id, note from appointment") == [(key, "Ringt patienten")]
    assert rows_of(mine.target, "select patient_id from patient") == [(patient,)], "what the row refers to stays too"
    assert rows_of(mine.target, "select count(*) from waiting_list_entry") == [(0,)]


# As Elvis itself does it: whoever changes a row moves its mark.
REWORDED = "update bokning set anteckning = 'Ny tid önskas', andrad_tid = (select max(andrad_tid) from bokning) where bokning_id = ?"


def loaded_bookings(ward: Ward) -> list[tuple[str, str]]:
    """(key, unit) of bookings in the record, sorted."""
    return rows_of(ward.target, "select _key, _unit from appointment order by 1")


def test_after_the_source_changed_a_new_plan_is_a_delta(mine: Ward) -> None:
    (changed, changed_in), (copied, copied_in) = loaded_bookings(mine)[:2]
    with mine.journal_open() as journal:
        journal.execute(REWORDED, (changed,))
        journal.execute(
            "insert into bokning select 99000001, person_id, enhet_hsaid, remiss_id, starttid, langd_min, besokstyp, status,"
            " anteckning, makulerad, andrad_tid from bokning where bokning_id = ?",
            (copied,),
        )
    before = {(line["mapping"], line["unit"]): line for line in books_of(mine)["lines"]}
    stood = dict(rows_of(mine.target, "select _key, appointment_id from appointment"))
    planned = mine.ask("plan", WAVE, "--json").document
    assert len(planned["delta_on"]) == 1
    done = mine.ask("apply", WAVE, "--json")
    assert done.code == 0, done.told
    # By hand: one row new, one changed; all else that was loaded is unchanged.
    new = Counter([("elvis.booking", changed_in), ("elvis.booking", copied_in)])
    for line in done.document["lines"]:
        place = (line["mapping"], line["unit"])
        was = before[place]
        added = int(place == ("elvis.booking", copied_in))
        assert line["loaded"] == new[place]
        assert line["unchanged"] == was["loaded"] + added - new[place]
        assert line["extracted"] == was["extracted"] + added
        assert (line["merged"], line["rejected"], line["excluded"]) == (was["merged"], was["rejected"], was["excluded"])
        assert line["closes"]
    assert rows_of(mine.target, "select note from appointment where _key = ?", changed) == [("Ny tid önskas",)]
    now = dict(rows_of(mine.target, "select _key, appointment_id from appointment"))
    assert {key: now[key] for key in stood} == stood and len(now) == len(stood) + 1, "ids are kept"
    again = mine.ask("apply", WAVE)
    assert again.code == 0 and "Nothing to do" in again.out


def test_after_a_delta_undo_empties_the_record_too(mine: Ward) -> None:
    (changed, _), *_ = loaded_bookings(mine)
    with mine.journal_open() as journal:
        journal.execute(REWORDED, (changed,))
    assert mine.ask("plan", WAVE, "--quiet").code == 0
    assert mine.ask("apply", WAVE, "--quiet").code == 0
    done = mine.ask("undo", WAVE, "--confirm", WAVE, "--quiet")
    assert done.code == 0, done.told
    for table in record_tables(mine):
        assert rows_of(mine.target, f"select count(*) from {table}") == [(0,)]


def edit_on_both_sides(ward: Ward) -> tuple[str, str]:
    """A booking changed in the record and in the journal: (key, unit)."""
    (key, unit), *_ = loaded_bookings(ward)
    with ward.record_open() as record:
        record.execute("update appointment set note = 'Ringt patienten' where _key = ?", (key,))
    with ward.journal_open() as journal:
        journal.execute(REWORDED, (key,))
    return key, unit


def test_a_row_that_was_edited_in_the_record_is_rejected_and_not_overwritten(mine: Ward) -> None:
    key, unit = edit_on_both_sides(mine)
    assert mine.ask("plan", WAVE, "--quiet").code == 0
    done = mine.ask("apply", WAVE, "--json")
    assert done.code in (1, 8), done.told
    rejects = {line["reason"]: line["items"] for line in done.document["rejects"]}
    assert rejects["CHANGED_IN_TARGET"] == 1
    assert rows_of(mine.target, "select note from appointment where _key = ?", key) == [("Ringt patienten",)]
    where = "select f.unit, f.reason from vs_fate as f where f.source_key = ? and f.fate = 'rejected'"
    assert rows_of(mine.target, where, key) == [(unit, "CHANGED_IN_TARGET")]


def test_the_books_of_a_delta_close_over_a_row_that_was_edited_in_the_record(mine: Ward) -> None:
    edit_on_both_sides(mine)
    assert mine.ask("plan", WAVE, "--quiet").code == 0
    done = mine.ask("apply", WAVE, "--json")
    assert done.document["closes"]
    assert done.code == 1, "rejected without a budget: a finding"


def test_the_books_of_a_delta_close_when_a_row_has_vanished_from_the_source(mine: Ward) -> None:
    (key, _), *_ = loaded_bookings(mine)
    with mine.journal_open() as journal:
        journal.execute("delete from bokning where bokning_id = ?", (key,))
    assert mine.ask("plan", WAVE, "--quiet").code == 0
    assert mine.ask("apply", WAVE, "--json").document["closes"]
    assert rows_of(mine.target, "select count(*) from appointment where _key = ?", key) == [(1,)], "what vanished is kept"


def test_a_person_that_a_delta_renewed_goes_with_the_wave(mine: Ward) -> None:
    (key,) = rows_of(mine.target, "select _key from patient order by 1 limit 1")[0]
    with mine.journal_open() as journal:
        journal.execute("update person set telefon = '0700000000' where person_id = ?", (key,))
    assert mine.ask("plan", WAVE, "--quiet").code == 0
    assert mine.ask("apply", WAVE, "--quiet").code == 0
    assert mine.ask("undo", WAVE, "--confirm", WAVE, "--quiet").code == 0
