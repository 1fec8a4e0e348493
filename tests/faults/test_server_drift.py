"""Faults I3 to I9 between two servers: two waves at once, clocks, and ends that change while or after a wave is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from ends import Ends, WardOnServer
from fault import WAVE, project
from records import rows_of
from small import APPLY, BATCHES, MAPPINGS, PADDING, RECORD, Small, ends_alike, held_up, holds, in_record, placed, stopped, told, until
from story.three_waves import number
from ward import batches_in, half_batches, logical

from vardskiftet.engine import move

pytestmark = pytest.mark.server

ASKED_FOR_A_TURN = (
    "select count(*) from pg_stat_activity where datname = current_database() and query like '%%pg_try_advisory_lock%%'"
    " and pid <> pg_backend_pid()"
)
"""Sessions whose last question was whether it is their turn: of the one that has it, and of the one that waits."""
LATER = "SE2321000131-X0003"
"""The unit of the second wave."""


def test_i3_two_waves_with_persons_in_common_are_loaded_at_once(ends: Ends, tmp_path: Path) -> None:
    persons = ", ".join(f"('p{n}', '{number(n)}', 'Person {n}')" for n in range(1, 7))
    visits = ", ".join(f"('v{n:02}', 'p{1 + n % 6}', '{'SE2321000131-X0001' if n % 2 else LATER}', 'N', 'x')" for n in range(6))
    more = ", ".join(f"('w{n:02}', 'p{1 + n % 6}', '{LATER if n % 2 else 'SE2321000131-X0001'}', 'N', 'x')" for n in range(3))
    source = [
        "create table person (pid text, number text, name text)",
        "create table visit (vid text, pid text, hsa text, struck text, note text)",
        f"insert into person values {persons}",
        f"insert into visit values {visits}, {more}",
    ]
    ward = project(tmp_path / "p", record=RECORD, mappings=MAPPINGS, source=source, batch_rows=3)
    ward = ends.move(ward, "old", ward.folder / "old.sqlite")
    waves = ("first", "second")
    assert [ward.ask("plan", wave).code for wave in waves] == [0, 0]
    with held_up(ward, "patient") as waiting:
        running = {wave: ward.start("apply", wave) for wave in waves}
        until(lambda: waiting() > 0 and rows_of(ward.target, ASKED_FOR_A_TURN) == [(2,)])
    said = {wave: process.communicate(timeout=120) for wave, process in running.items()}
    assert {wave: process.returncode for wave, process in running.items()} == dict.fromkeys(waves, 0), said
    assert sum("wait until another wave has loaded patient" in err for _, err in said.values()) == 1, "one was to wait for the other"
    assert half_batches(ward.target, ward) == []
    assert rows_of(ward.target, "select count(*), count(distinct number) from patient") == [(6, 6)]
    given = rows_of(ward.target, "select wave, count(*) from vs_contribution join vs_batch using (batch) group by 1 order by 1")
    with_care = {wave: len({row[1] for row in _visits(visits, more) if (row[2] == LATER) == (wave == "second")}) for wave in waves}
    assert dict(given) == with_care and sum(with_care.values()) > 6, "no person is in both waves"
    for wave in waves:
        assert ward.ask("books", wave, "--json").document["closes"]
    assert ward.ask("audit", "verify").code == 0


def _visits(*values: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip(" '") for part in row.strip("() ").split(",")) for text in values for row in text.split("), (")]


def test_i4_no_clock_of_another_host_decides(small: Small, mine: WardOnServer) -> None:
    assert mine.run(*APPLY, failpoint="target.commit.after:exit:2").code == 137
    far = "host = 'host-b', heartbeat = '1999-01-01T00:00:00+00:00', since = '1999-01-01T00:00:00+00:00'"
    in_record(mine.target, f"update vs_lock set {far}")
    for moment in ("1999-01-01T00:00:00+00:00", "2199-01-01T00:00:00+00:00"):
        in_record(mine.target, f"update vs_lock set heartbeat = '{moment}'")
        done = mine.ask(*APPLY)
        assert done.code == 7 and "host-b" in done.err and "lock break" in done.err, done.told
        told([done])
    assert mine.ask("lock", "break", WAVE, "--reason", "host-b was switched off").code == 0
    assert holds(mine) == 2
    ends_alike(small, mine, 2)


def test_i5_what_is_written_while_a_wave_is_read_comes_with_the_next_round(
    ends: Ends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = placed(ends, tmp_path / "p")
    assert ward.ask("plan", WAVE).code == 0
    written: list[str] = []

    def reach(name: str) -> None:
        if name == "batch.read.after" and not written:
            ends.does(
                "update visit set note = 'ändrad medan' where vid in ('v00', 'v11')",
                "update person set name = 'Ändrad' where pid = 'p1'",
            )
            written.append(name)

    with monkeypatch.context() as patch:
        patch.setattr(move, "reach", reach)
        done = ward.ask("apply", WAVE, "--json")
    assert written, "nothing was written meanwhile"
    assert done.document["closes"] and done.code == 0, done.told
    notes = dict(rows_of(ward.target, "select _key, left(note, 12) from visit where _key in ('v00', 'v11')"))
    moving = ends.source == "mysql"
    assert set(notes.values()) == ({"ändrad medan"} if moving else {"Överkänslig "}), "each shows what its source can hold still"
    assert ward.ask("books", WAVE, "--json").document["owes_delta"] == (["old"] if moving else [])
    assert ward.ask("plan", WAVE).code == 0
    delta = ward.ask("apply", WAVE, "--json")
    assert delta.document["closes"] and delta.document["total"]["loaded"] == (1 if moving else 3), delta.told
    assert set(dict(rows_of(ward.target, "select _key, note from visit where _key in ('v00', 'v11')")).values()) == {"ändrad medan"}
    found = ward.ask("verify", WAVE, "--json")
    assert found.code == 0 and found.document["equal"], "the verifier cries wolf"


CHANGES = {
    "added": ("alter table visit add column more int", "changed"),
    "dropped": ("alter table visit drop column note", "'note' is not a column"),
    "lost": ("drop table visit", "has no table 'visit'"),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_i6_i7_a_journal_that_changed_its_shape_after_some_batches_stops_the_rest(ends: Ends, tmp_path: Path, change: str) -> None:
    ward = placed(ends, tmp_path / "p")
    assert ward.ask("plan", WAVE).code == 0
    assert ward.run(*APPLY, failpoint="target.commit.after:exit:3").code == 137
    statement, said = CHANGES[change]
    ends.does(statement)
    stopped(ward.ask(*APPLY), 10, "is stale", said)
    assert holds(ward) == 3


def test_i7_a_table_that_is_gone_is_told_by_every_verb(ends: Ends, tmp_path: Path) -> None:
    ward = placed(ends, tmp_path / "p")
    assert [ward.ask(verb, WAVE).code for verb in ("plan", "apply")] == [0, 0]
    ends.does("drop table visit")
    before = logical(ward.target)
    for command in (("plan", WAVE), ("doctor",), ("verify", WAVE)):
        done = ward.ask(*command)
        assert done.code in (1, 2, 6) and "Traceback" not in done.told and "visit" in done.told, (command, done.code, done.told)
        told([done])
    assert logical(ward.target) == before and holds(ward) == BATCHES


RECORD_CHANGES = {
    "a column more": ("add column vendors int", "'visit.vendors' is not of the record", "drop column vendors"),
    "a column less": ("drop column note", "'visit.note' is missing", "add column note text"),
    "another type": ("alter column note type varchar(10) using null", "'visit.note' is", "alter column note type text"),
}


@pytest.mark.parametrize("change", sorted(RECORD_CHANGES))
def test_i8_a_record_that_its_vendor_changed_is_refused_before_anything_is_loaded(small: Small, mine: WardOnServer, change: str) -> None:
    statement, said, back = RECORD_CHANGES[change]
    assert mine.run(*APPLY, failpoint="target.commit.after:exit:2").code == 137
    in_record(mine.target, f"alter table visit {statement}")
    stood = batches_in(mine.target)
    stopped(mine.ask(*APPLY), 10, said)
    assert batches_in(mine.target) == stood
    in_record(mine.target, f"alter table visit {back}")
    assert holds(mine) == 2
    ends_alike(small, mine, 2)


def test_i9_rows_that_were_changed_or_deleted_in_the_record_are_found_by_the_verifier(small: Small, mine: WardOnServer) -> None:
    assert mine.ask(*APPLY).code == 0
    equal = mine.ask("verify", WAVE, "--json")
    assert equal.code == 0 and equal.document["equal"], equal.told
    in_record(mine.target, "update visit set note = 'rättad' where _key = 'v01'", "delete from visit where _key = 'v02'")
    found = mine.ask("verify", WAVE, "--json")
    assert found.code == 1 and not found.document["equal"], found.told
    told([found])
    text = found.out
    assert "changed_in_target" in text and "missing" in text, text
    assert PADDING[:100] not in text
