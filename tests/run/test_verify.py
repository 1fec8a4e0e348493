"""Does verify see what was done to the record by hand: the right key, column and class, and the right exit code?"""

from __future__ import annotations

import csv
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from ward import WAVE, Done, Ward, litter, make_ward, rows_of

from vardskiftet.run.verifying.found import differences_in


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """Sixty patients of Elvis, loaded; only asked by those who take it as it is."""
    ward = make_ward(tmp_path_factory.mktemp("verify") / "ward", batch_rows=10_000)
    for command in (("plan", WAVE, "--quiet"), ("apply", WAVE, "--quiet")):
        assert ward.ask(*command).code == 0
    return ward


@pytest.fixture
def ward(loaded: Ward, tmp_path: Path) -> Ward:
    return loaded.copy(tmp_path / "ward")


def verified(ward: Ward, *more: str) -> Done:
    return ward.ask("verify", WAVE, "--quiet", "--json", *more)


def found(ward: Ward) -> list[tuple[str, str, str, str]]:
    """(table, key, column, class) of all differing rows and cells."""
    lines = differences_in(ward.work / "verify" / WAVE)
    return [(one.table, one.key, one.column, one.kind.value) for one in lines if one.level.value == "rows"]


def spoil(ward: Ward, statement: str, *values: object) -> None:
    with ward.record_open() as record:
        assert record.execute(statement, values).rowcount > 0


def rows(ward: Ward, query: str) -> list[tuple[Any, ...]]:
    return rows_of(ward.target, query)


def test_an_untouched_wave_is_equal_at_every_level(loaded: Ward) -> None:
    done = verified(loaded)
    document = done.document
    assert (done.code, document["equal"]) == (0, True)
    assert {name: level["verdict"] for name, level in document["levels"].items()} == dict.fromkeys(
        ("books", "totals", "rows", "clinical"), "equal"
    )
    assert document["differences"]["total"] == 0
    assert {table["mapping"] for table in document["levels"]["rows"]["tables"]} == {
        "elvis.person",
        "elvis.referral",
        "elvis.booking",
        "elvis.waiting_list",
    }
    assert sum(table["stored"] for table in document["levels"]["rows"]["tables"]) == sum(
        rows(loaded, f"select count(*) from {table}")[0][0] for table in ("patient", "referral", "appointment", "waiting_list_entry")
    )
    assert document["cannot_see"]
    assert litter(loaded) == []
    assert not list((loaded.work / "verify").rglob("stage-*")), "what was worked with stays behind"


def test_verifying_changes_neither_side(ward: Ward) -> None:
    before = (ward.target.read_bytes(), ward.journal.read_bytes())
    verified(ward)
    assert (ward.target.read_bytes(), ward.journal.read_bytes()) == before


def test_one_changed_cell(ward: Ward) -> None:
    key = rows(ward, "select _key from referral where reason_text <> '' order by _key limit 1")[0][0]
    spoil(ward, "update referral set reason_text = reason_text || ' ' where _key = ?", key)
    done = verified(ward)
    assert (done.code, done.document["equal"]) == (1, False)
    assert found(ward) == [("referral", key, "reason_text", "whitespace")]


def test_one_deleted_row(ward: Ward) -> None:
    key = rows(ward, "select _key from appointment order by _key limit 1")[0][0]
    spoil(ward, "delete from appointment where _key = ?", key)
    done = verified(ward)
    assert done.code == 1, "every row that the books miss is named: a difference"
    assert found(ward) == [("appointment", key, "", "missing")]
    assert verified(ward, "--level", "books").code == 8, "the books alone do not close, and cannot say why"


def test_two_patients_values_exchanged(ward: Ward) -> None:
    query = "select appointment_id, _key, starts_at, patient_id from appointment order by _key"
    one, *others = rows(ward, query)
    other = next(line for line in others if line[2] != one[2] and line[3] != one[3])
    spoil(ward, "update appointment set starts_at = ? where appointment_id = ?", other[2], one[0])
    spoil(ward, "update appointment set starts_at = ? where appointment_id = ?", one[2], other[0])
    done = verified(ward)
    assert done.code == 1
    assert sorted(found(ward)) == sorted(("appointment", line[1], "starts_at", "wrong_patient") for line in (one, other))
    assert done.document["differences"]["zero_tolerance"] == {"wrong patient": 2}
    forbidden = ward.ask("diff", "show", WAVE, "--forbidden")
    assert forbidden.out.count("wrong patient: not one may stand") == 2, forbidden.told


def test_a_reason_erased_in_the_books_is_a_broken_ledger(ward: Ward) -> None:
    spoil(ward, "update vs_fate set reason = null where rowid = (select min(rowid) from vs_fate where fate = 'rejected')")
    done = verified(ward)
    assert done.code == 8
    assert any("fates in the books" in reason["message"] for reason in done.document["reasons"])


@pytest.mark.parametrize("level", ["totals", "rows", "clinical"])
def test_each_level_sees_a_lost_row_by_itself(ward: Ward, level: str) -> None:
    spoil(
        ward,
        "delete from referral where referral_id = (select referral_id from referral where referral_id not in (select referral_id"
        " from appointment where referral_id is not null union select referral_id from waiting_list_entry where referral_id"
        " is not null) limit 1)",
    )
    done = verified(ward, "--level", level)
    assert (done.code, list(done.document["levels"])) == (1, [level])


def test_a_dropped_negation_is_told_by_its_word(ward: Ward) -> None:
    key, text = rows(ward, "select _key, reason_text from referral where reason_text like '% ej %' order by _key limit 1")[0]
    spoil(ward, "update referral set reason_text = ? where _key = ?", text.replace(" ej ", " ", 1), key)
    assert verified(ward, "--level", "clinical").code == 1
    (line,) = differences_in(ward.work / "verify" / WAVE)
    assert (line.key, line.column) == (key, "reason_text")
    assert (line.expected or "").count("ej") == (line.stored or "").count("ej") + 1


def test_a_value_that_a_spreadsheet_would_run_is_written_out_as_a_text(ward: Ward, tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://exempel.invalid/")'
    key = rows(ward, "select min(_key) from referral where reason_text <> ''")[0][0]
    spoil(ward, "update referral set reason_text = ? where _key = ?", formula, key)
    assert verified(ward, "--level", "rows").code == 1
    done = ward.ask("diff", "export", WAVE, "--out", str(tmp_path / "all.csv"), "--show-values", "--reason", "a test")
    assert done.code in (0, 1), done.told
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        assert [line["stored"] for line in csv.DictReader(file)] == [f"'{formula}"]


def test_a_booking_that_points_at_nobody_is_told(ward: Ward) -> None:
    key = rows(ward, "select _key from appointment order by _key limit 1")[0][0]
    spoil(ward, "update appointment set unit = 'SE2321000131-NOBODY' where _key = ?", key)
    assert verified(ward, "--level", "clinical").code == 1
    told = [(one.key, one.column) for one in differences_in(ward.work / "verify" / WAVE) if one.column == "unit"]
    assert told == [(key, "unit")]


def test_quick_sees_what_changed_since_and_says_that_it_is_not_independent(ward: Ward) -> None:
    assert verified(ward, "--quick").code == 0
    key = rows(ward, "select _key from referral where reason_text <> '' order by _key limit 1")[0][0]
    spoil(ward, "update referral set reason_text = '' where _key = ?", key)
    done = verified(ward, "--quick")
    assert (done.code, done.document["quick"]) == (1, True)
    assert done.document["differences"]["by_class"]["changed_in_target"] == 1
    assert "load itself kept" in " ".join(done.document["cannot_see"])


def test_a_recheck_looks_at_what_differed_and_nothing_else(ward: Ward) -> None:
    shutil.rmtree(ward.work / "verify", ignore_errors=True)
    assert verified(ward, "--recheck").code == 2, "nothing was verified yet"
    key, text = rows(ward, "select _key, reason_text from referral where reason_text <> '' order by _key limit 1")[0]
    spoil(ward, "update referral set reason_text = '' where _key = ?", key)
    assert verified(ward, "--level", "rows").code == 1
    again = verified(ward, "--recheck")
    (table,) = again.document["levels"]["rows"]["tables"]
    assert (again.code, table["expected"], table["differences"], table["unexplained"]) == (1, 1, 1, 1)
    spoil(ward, "update referral set reason_text = ? where _key = ?", text, key)
    done = verified(ward, "--recheck")
    assert (done.code, done.document["differences"]["total"]) == (0, 0)


def test_a_recheck_finds_a_missing_row_that_came_back_otherwise(ward: Ward) -> None:
    names = [str(row[1]) for row in rows(ward, "select * from pragma_table_info('appointment')")]
    line = dict(zip(names, rows(ward, "select * from appointment order by _key limit 1")[0], strict=True))
    spoil(ward, "delete from appointment where appointment_id = ?", line["appointment_id"])
    assert verified(ward, "--level", "rows").code == 1
    line["minutes"] = "999"
    spoil(ward, f"insert into appointment ({', '.join(names)}) values ({', '.join('?' * len(names))})", *line.values())
    assert verified(ward, "--recheck").code == 1


STOPS = [
    pytest.param("stage.commit.after", 3),
    *(pytest.param(name, 2, marks=pytest.mark.story) for name in ("stage.commit.before", "stage.commit.after")),
    *(pytest.param(f"differences.{name}", 1, marks=pytest.mark.story) for name in ("write.before", "rename.before", "rename.after")),
]


@pytest.mark.parametrize(("point", "nth"), STOPS)
def test_a_verification_that_was_killed_goes_on_and_finds_the_same(ward: Ward, point: str, nth: int) -> None:
    key = rows(ward, "select _key from referral where reason_text <> '' order by _key limit 1")[0][0]
    spoil(ward, "update referral set reason_text = reason_text || ' ' where _key = ?", key)
    dead = ward.run("verify", WAVE, "--level", "rows", "--quiet", failpoint=f"{point}:exit:{nth}")
    assert dead.code == 137, dead.told
    left = list((ward.work / "verify" / WAVE).glob("stage-*.duckdb"))
    assert len(left) == 1, "what was worked out so far is kept"
    done = verified(ward, "--level", "rows")
    assert (done.code, done.document["equal"]) == (1, False)
    assert found(ward) == [("referral", key, "reason_text", "whitespace")]
    assert not left[0].exists()


def test_a_record_that_cannot_be_read_is_never_equal(ward: Ward) -> None:
    ward.target.write_bytes(b"no database at all, however long it may be" * 100)
    done = verified(ward)
    assert done.code in (6, 8)
    assert "equal" not in done.document


def test_a_source_copy_that_was_changed_is_never_equal(ward: Ward) -> None:
    (copy,) = ward.work.glob("held/*/elvis.sqlite")
    copy.chmod(0o600)
    with sqlite3.connect(copy) as connection:
        connection.execute("update remiss set orsak_text = 'x'")
    assert verified(ward, "--level", "rows").code == 8


def test_frozen_declarations_that_were_changed_are_never_used(ward: Ward) -> None:
    (copy,) = ward.work.glob("plans/*/mappings/elvis/referral.yaml")
    copy.write_text(copy.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert verified(ward, "--level", "rows").code == 8


def test_a_mapping_edited_after_the_load_is_named_with_its_items(ward: Ward) -> None:
    ward.edit("mappings/elvis/referral.yaml", "mapping: elvis.referral", "# edited\nmapping: elvis.referral")
    done = verified(ward, "--level", "rows")
    assert done.code == 0, "what was loaded is what was declared then"
    (changed,) = done.document["stale"]
    items = rows(ward, "select sum(items) from vs_batch where mapping = 'elvis.referral'")[0][0]
    assert changed == {"path": "mappings/elvis/referral.yaml", "mapping": "elvis.referral", "items": items}


def test_nothing_loaded_is_nothing_verified(ward: Ward) -> None:
    assert ward.ask("undo", WAVE, "--confirm", WAVE).code == 0
    assert verified(ward).code == 2


def test_what_was_changed_in_the_new_system_and_left_alone_has_its_cause_on_record(ward: Ward) -> None:
    key = rows(ward, "select _key from referral where reason_text <> '' order by _key limit 1")[0][0]
    spoil(ward, "update referral set reason_text = 'Changed by the ward.' where _key = ?", key)
    with ward.journal_open() as journal:
        journal.execute(
            "update remiss set orsak_text = 'Changed in Elvis too.', andrad_tid = '2024-11-04 12:00:00' where remiss_id = ?", (key,)
        )
    for command in (("plan", WAVE), ("apply", WAVE)):
        ward.ask(*command, "--quiet")
    assert rows(ward, "select reason from vs_fate where source_key = '" + key + "'") == [("CHANGED_IN_TARGET",)]
    done = verified(ward, "--level", "rows")
    assert (done.document["differences"]["total"], done.document["differences"]["explained"]) == (1, 1)
    assert done.code == 0


def test_flags_are_derived_again_and_a_lost_or_invented_one_is_named(tmp_path: Path) -> None:
    ward = make_ward(tmp_path / "ward", batch_rows=10_000)
    path = ward.folder / "mappings/elvis/referral.yaml"
    rules = 'flag:\n  - {when: "length(reason_text) > 40", reason: LONG}\n  - {when: "reason_text is not null", reason: SAID}\n'
    path.write_text(path.read_text(encoding="utf-8") + rules, encoding="utf-8")
    for command in (("plan", WAVE, "--quiet"), ("apply", WAVE, "--quiet")):
        assert ward.ask(*command).code == 0
    assert {flag for (flag,) in rows(ward, "select distinct flag from vs_flag")} == {"LONG", "SAID"}
    assert verified(ward).document["equal"] is True
    key = rows(ward, "select source_key from vs_flag where flag = 'LONG' order by source_key limit 1")[0][0]
    spoil(ward, "update vs_flag set flag = 'SHORT' where flag = 'LONG' and source_key = ?", key)
    done = verified(ward, "--level", "rows")
    assert done.code == 1
    assert sorted(found(ward)) == [("referral", key, "flag", "extra"), ("referral", key, "flag", "missing")]
