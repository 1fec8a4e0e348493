"""Does a replay bring the record to where it would be, had the source been right; and does it, whenever it is killed?"""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import rows
from mending import MENDED, brought, exported, loaded, mend_workbook, mended_rows, mending_ward
from ward import Ward, half_batches, litter, logical, manifests_named, manifests_on_disk, opened, rows_of

FATES = "select source_key, item, unit, fate, reason from vs_fate order by 1, 2, 3, 4, 5"
TALLIES = (
    "select b.mapping, b.number, t.unit, extracted, loaded, merged, rejected, excluded, unchanged, b.items, b.manifest"
    " from vs_tally as t join vs_batch as b on b.batch = t.batch where extracted > 0 order by 1, 2, 3"
)


def record(ward: Ward) -> dict[str, list[tuple[object, ...]]]:
    """The record's rows, whole but for the number of their batch, which is the plan's."""
    told = {}
    for table, key in (("patient", "patient_id"), ("referral", "referral_id"), ("booking", "booking_id"), ("finding", "finding_id")):
        columns = [row[1] for row in rows_of(ward.target, f"select * from pragma_table_info('{table}')") if row[1] != "_batch"]
        told[table] = rows_of(ward.target, f"select {', '.join(columns)} from {table} order by {key}")
    return told


@pytest.fixture(scope="module")
def ready(rejecting: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """Loaded, and the corrections brought in; to be copied."""
    ward = rejecting.copy(tmp_path_factory.mktemp("ready") / "ward")
    path = ward.folder / "work.xlsx"
    mend_workbook(path, MENDED)
    done = brought(ward, path)
    assert done.code == 0, done.told
    return ward


@pytest.fixture
def corrected(ready: Ward, tmp_path: Path) -> Ward:
    """A copy of one's own."""
    return ready.copy(tmp_path / "ward")


@pytest.fixture
def loaded_ward(rejecting: Ward, tmp_path: Path) -> Ward:
    """Loaded and exported, nothing corrected."""
    return rejecting.copy(tmp_path / "ward")


@pytest.fixture(scope="module")
def right_at_once(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """The same ward whose sources were right from the start, loaded by the ordinary way."""
    return loaded(tmp_path_factory.mktemp("oracle") / "ward", rows=mended_rows())


def same_end(ward: Ward, right: Ward) -> None:
    """Record, fates, tallies and manifests are those of a load of right sources."""
    assert record(ward) == record(right)
    for query in (FATES, TALLIES):
        assert rows(ward.folder, query) == rows(right.folder, query)
    assert half_batches(ward.target, ward) == []
    assert manifests_on_disk(ward.folder / "work/manifests/first") == manifests_named(ward.target)


def test_a_replay_comes_to_where_right_sources_would_have_come(corrected: Ward, right_at_once: Ward) -> None:
    ward = corrected
    assert len(record(ward)["booking"]) == 1
    done = ward.ask("rejects", "replay", "first", "--json")
    assert done.code == 0, done.told
    assert done.document["released"] == {"old.person": 1, "old.referral": 2, "old.booking": 2}
    assert done.document["closes"]
    assert done.document["corrections"] == 2
    same_end(ward, right_at_once)


def test_children_are_released_with_their_parent_and_those_wrong_themselves_say_why(corrected: Ward) -> None:
    ward = corrected
    before = dict(rows(ward.folder, "select source_key, reason from vs_fate where reason is not null"))
    assert before == before | {"12": "PARENT_REJECTED", "21": "PARENT_REJECTED", "22": "PARENT_REJECTED", "23": "PARENT_REJECTED"}
    assert ward.ask("rejects", "replay", "first").code == 0
    after = dict(rows(ward.folder, "select source_key, reason from vs_fate where reason is not null"))
    assert after == {"3": "IDENTITY_CHECKSUM", "13": "PARENT_REJECTED", "23": "INVALID_DATE", "30": "UNMAPPED_CODE"}


def test_a_second_replay_has_nothing_to_do(corrected: Ward) -> None:
    ward = corrected
    ward.ask("rejects", "replay", "first")
    before = logical(ward.target)
    again = ward.ask("rejects", "replay", "first", "--json")
    assert (again.code, again.document["amended"], again.document["released"]) == (0, 0, {})
    assert logical(ward.target) == before


def test_the_books_of_another_process_agree_and_audit_holds(corrected: Ward) -> None:
    ward = corrected
    ward.ask("rejects", "replay", "first")
    books = ward.ask("books", "first", "--json")
    assert (books.code, books.document["closes"]) == (0, True)
    assert ward.ask("audit", "verify").code == 0
    assert ward.ask("doctor").code in (0, 1)


STOPS = [
    ("target.amend.before", 1),
    ("target.amend.before", 2),
    ("target.amend.after", 1),
    ("target.amend.after", 3),
    ("manifest.rename.before", 1),
    ("manifest.rename.after", 2),
    ("target.lock.after", 1),
    ("store.event.after", 2),
    ("store.event.before", 5),
    ("target.unlock.before", 1),
]


@pytest.mark.story
@pytest.mark.parametrize(("name", "nth"), STOPS)
def test_killed_in_a_replay_each_reject_is_open_or_closed_and_the_same_command_goes_on(
    corrected: Ward, right_at_once: Ward, name: str, nth: int
) -> None:
    ward = corrected
    assert ward.run("rejects", "replay", "first", failpoint=f"{name}:exit:{nth}").code == 137
    assert half_batches(ward.target, ward) == []
    loaded_keys = {key for (key,) in rows(ward.folder, "select _key from booking union all select _key from referral")}
    rejected_keys = {key for (key,) in rows(ward.folder, "select source_key from vs_fate where fate = 'rejected' and source_key < '30'")}
    assert not loaded_keys & rejected_keys
    done = ward.run("rejects", "replay", "first")
    assert done.code == 0, done.told
    same_end(ward, right_at_once)
    assert litter(ward) == []


@pytest.mark.story
def test_killed_between_parent_and_child_the_child_is_released_all_the_same(corrected: Ward, right_at_once: Ward) -> None:
    ward = corrected
    assert ward.run("rejects", "replay", "first", failpoint="target.amend.after:exit:2").code == 137
    assert ward.run("rejects", "replay", "first").code == 0
    same_end(ward, right_at_once)


def test_a_correction_outlives_the_next_delta_and_undo(corrected: Ward) -> None:
    ward = corrected
    ward.ask("rejects", "replay", "first")
    before = record(ward)
    for verb in ("plan", "apply"):
        assert ward.ask(verb, "first", "--quiet").code == 0
    assert record(ward) == before
    assert ward.ask("rejects", "list", "first", "--json").document["lapsed"] == []
    assert ward.ask("undo", "first", "--confirm", "first").code == 0
    for verb in ("plan", "apply"):
        assert ward.ask(verb, "first", "--quiet").code == 0
    assert record(ward) == before


def test_a_row_that_the_source_changes_is_taken_as_the_source_says_and_the_correction_is_listed(corrected: Ward) -> None:
    ward = corrected
    ward.ask("rejects", "replay", "first")
    with opened(ward.folder / "old.sqlite") as connection:
        connection.execute("update referral set sent = '2024-03-03', words = 'nytt' where rid = 11")
        connection.execute("update person set born = '1990-02-02' where pid = 2")
    for verb in ("plan", "apply"):
        assert ward.ask(verb, "first", "--quiet").code == 0
    assert rows(ward.folder, "select sent, words from referral where _key = '11'") == [("2024-03-03", "nytt")]
    lapsed = ward.ask("rejects", "list", "first", "--json").document["lapsed"]
    assert [(one["mapping"], one["because"]) for one in lapsed] == [("old.person", "changed"), ("old.referral", "changed")]


def test_of_a_row_with_several_items_only_what_was_wrong_moves(loaded_ward: Ward) -> None:
    ward, path = loaded_ward, loaded_ward.folder / "work.xlsx"
    mend_workbook(path, {("old.finding", "30"): {"second": "b"}})
    brought(ward, path)
    before = rows(ward.folder, "select * from finding where code = 'asthma' order by 1")
    assert ward.ask("rejects", "replay", "first", "--json").document["released"] == {"old.finding": 1}
    assert rows(ward.folder, "select * from finding where code = 'asthma' order by 1") == before
    assert rows(ward.folder, "select code, count(*) from finding group by 1 order by 1") == [("asthma", 2), ("broken", 2)]
    assert ward.ask("books", "first").code == 0


def test_a_correction_never_takes_an_item_out_that_stands_in_the_record(loaded_ward: Ward) -> None:
    ward, path = loaded_ward, loaded_ward.folder / "work.xlsx"
    mend_workbook(path, {("old.finding", "30"): {"second": "b", "main": "\\N"}})
    brought(ward, path)
    before = logical(ward.target)
    done = ward.ask("rejects", "replay", "first", "--json")
    assert (done.code, done.document["held_back"]) == (1, {"old.finding": 1})
    assert [one["id"] for one in done.document["reasons"]] == ["HELD_BACK"]
    assert logical(ward.target) == before


def test_a_corrected_number_never_leads_to_another_patient(loaded_ward: Ward) -> None:
    ward, path = loaded_ward, loaded_ward.folder / "work.xlsx"
    mend_workbook(path, {("old.person", "3"): {"number": "198112289874"}})  # a slip: this is Åsa's number
    assert brought(ward, path).code == 0
    done = ward.ask("rejects", "replay", "first", "--json")
    assert done.document["still"] == {"IDENTITY_REVIEW": 1}
    assert done.document["closes"]
    assert rows(ward.folder, "select name from patient") == [("Åsa",)]
    for verb in ("plan", "apply"):
        assert ward.ask(verb, "first", "--quiet").code == 0
    assert rows(ward.folder, "select name from patient") == [("Åsa",)]
    assert rows(ward.folder, "select count(*) from referral where _key = '13'") == [(0,)]


def test_a_corrected_number_of_nobody_else_makes_the_patient(loaded_ward: Ward) -> None:
    ward, path = loaded_ward, loaded_ward.folder / "work.xlsx"
    mend_workbook(path, {("old.person", "3"): {"number": "191212129801"}})
    brought(ward, path)
    done = ward.ask("rejects", "replay", "first", "--json")
    assert done.document["released"] == {"old.person": 1, "old.referral": 1}
    assert rows(ward.folder, "select name from patient order by 1") == [("=cmd|'/c calc'!A0",), ("Åsa",)]


def test_a_wave_that_is_not_loaded_has_no_rejects_to_work_on(tmp_path: Path) -> None:
    ward = mending_ward(tmp_path)
    ward.ask("plan", "first")
    for verb in ("list", "replay", "stats"):
        done = ward.ask("rejects", verb, "first")
        assert (done.code, "not wholly loaded" in done.told) == (2, True)


def broken_later(ward: Ward, sent: str) -> None:
    """A referral that stands in the record is spoilt in its source, and a delta meets it."""
    with opened(ward.folder / "old.sqlite") as connection:
        connection.execute("update referral set sent = ? where rid = 10", (sent,))
    for verb in ("plan", "apply"):
        assert ward.ask(verb, "first", "--quiet").code in (0, 1)
    reasons = rows(ward.folder, "select reason from vs_fate join vs_batch using (batch) where source_key = '10' and fate = 'rejected'")
    assert reasons == [("INVALID_DATE",)]


@pytest.mark.parametrize("sent", ["2024-05-01", "2024-05-05"])
def test_a_row_that_a_delta_rejected_is_corrected_where_it_stands(loaded_ward: Ward, sent: str) -> None:
    ward = loaded_ward
    broken_later(ward, "2024-13-13")
    path = exported(ward, "delta.xlsx")
    mend_workbook(path, {("old.referral", "10"): {"sent": sent}})
    assert brought(ward, path).code == 0
    done = ward.ask("rejects", "replay", "first", "--json")
    assert done.document["closes"], done.document["reasons"]
    assert rows(ward.folder, "select sent, count(*) from referral where _key = '10'") == [(sent, 1)]
    assert ward.ask("undo", "first", "--confirm", "first").code == 0
    assert rows(ward.folder, "select count(*) from referral") == [(0,)]


@pytest.mark.story
def test_a_correction_holds_in_deltas_that_read_by_the_sources_mark(tmp_path: Path) -> None:
    ward = mending_ward(tmp_path)
    with opened(tmp_path / "old.sqlite") as connection:
        connection.execute("alter table referral add column touched text default '2024-06-01 10:00'")
    ward.edit("mappings/old/referral.yaml", "correct: [sent]", "correct: [sent]\nchanged: touched")
    for verb in ("plan", "apply"):
        assert ward.ask(verb, "first", "--quiet").code == 0
    path = exported(ward)
    mend_workbook(path, MENDED)
    brought(ward, path)
    assert ward.ask("rejects", "replay", "first").code == 0
    before = record(ward)
    for _ in range(2):
        for verb in ("plan", "apply"):
            assert ward.ask(verb, "first", "--quiet").code == 0
        assert record(ward) == before
        listed = ward.ask("rejects", "list", "first", "--json").document
        assert listed["lapsed"] == []
    with opened(tmp_path / "old.sqlite") as connection:
        connection.execute("update referral set sent = '2024-03-03', touched = '2024-10-01 10:00' where rid = 11")
    for verb in ("plan", "apply"):
        assert ward.ask(verb, "first", "--quiet").code == 0
    assert rows(ward.folder, "select sent from referral where _key = '11'") == [("2024-03-03",)]
    assert [one["because"] for one in ward.ask("rejects", "list", "first", "--json").document["lapsed"]] == ["changed"]


def test_the_verifier_knows_the_corrections_that_are_in_the_record(corrected: Ward) -> None:
    ward = corrected
    before = ward.ask("verify", "first", "--level", "rows", "--json")
    assert before.code == 0, before.told  # brought in, and not carried through: the record is as the sources say
    assert ward.ask("rejects", "replay", "first").code == 0
    after = ward.ask("verify", "first", "--level", "rows", "--json")
    assert after.code == 0, after.told
    with ward.record_open() as connection:
        connection.execute("update referral set words = 'annat' where _key = '11'")
    assert ward.ask("verify", "first", "--level", "rows", "--json").code == 1


def test_a_number_that_leads_to_another_patient_is_no_difference_without_a_cause(loaded_ward: Ward) -> None:
    ward, path = loaded_ward, loaded_ward.folder / "work.xlsx"
    mend_workbook(path, {("old.person", "3"): {"number": "198112289874"}, ("old.finding", "30"): {"second": "b", "main": "\\N"}})
    brought(ward, path)
    ward.ask("rejects", "replay", "first")
    assert rows(ward.folder, "select source_key from vs_fate where reason = 'IDENTITY_REVIEW'") == [("3",)]
    done = ward.ask("verify", "first", "--level", "rows", "--json")
    assert done.code == 0, done.told
