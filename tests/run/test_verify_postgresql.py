"""Is a record on a PostgreSQL server verified like any other, and is a server that goes away never equal?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgresql_ward import VARIABLE, from_record, in_record, make_ward_on_postgresql
from servers import did
from ward import WAVE, Ward

from vardskiftet.engine.reconcile.quick import digested
from vardskiftet.engine.reconcile.sums import Sums
from vardskiftet.engine.rederive.derive import stored_columns
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import AddsUp
from vardskiftet.run.desk import Desk
from vardskiftet.run.verify import loaded_plan
from vardskiftet.run.verifying import derived
from vardskiftet.run.verifying.bench import laid
from vardskiftet.run.verifying.found import differences_in

pytestmark = pytest.mark.server


@pytest.fixture
def ward(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> Ward:
    monkeypatch.setenv(VARIABLE, postgresql)
    made = make_ward_on_postgresql(tmp_path / "ward", batch_rows=40)
    for command in (("plan", WAVE, "--quiet"), ("apply", WAVE, "--quiet")):
        done = made.ask(*command)
        assert done.code == 0, done.told
    return made


def test_a_record_on_a_server_is_equal_and_what_is_changed_in_it_is_named(ward: Ward, postgresql: str) -> None:
    done = ward.ask("verify", WAVE, "--json")
    assert (done.code, done.document["equal"]) == (0, True), done.told
    assert ward.ask("verify", WAVE, "--quick", "--json").code == 0
    ((key,),) = from_record(postgresql, "select min(_key) from {s}.referral where reason_text <> ''")
    in_record(postgresql, f"update referral set reason_text = reason_text || ' ' where _key = '{key}'")
    assert ward.ask("verify", WAVE, "--level", "rows", "--json").code == 1
    found = [(one.key, one.column, one.kind.value) for one in differences_in(ward.work / "verify" / WAVE)]
    assert found == [(key, "reason_text", "whitespace")]


def test_a_quick_look_lets_the_server_add_up_and_names_the_rows_that_differ(ward: Ward, postgresql: str) -> None:
    three = "select referral_id::text, _key from {s}.referral where reason_text <> '' order by _key limit 4"
    (changed, key), (gone, lost), (one, _), (other, _) = from_record(postgresql, three)
    # By hand, as somebody would who leaves the load's own columns as they are.
    in_record(postgresql, f"update referral set reason_text = reason_text || ' ' where referral_id = '{changed}'")
    in_record(postgresql, f"delete from referral where referral_id = '{gone}'")
    in_record(
        postgresql,
        "update referral as here set reason_text = there.reason_text || case when here.reason_text = there.reason_text then '.' else '' end"
        f" from referral as there where (here.referral_id, there.referral_id) in (('{one}', '{other}'), ('{other}', '{one}'))",
    )
    done = ward.ask("verify", WAVE, "--quick", "--json")
    found = {(one.id, one.kind.value) for one in differences_in(ward.work / "verify" / WAVE / "quick")}
    assert done.code == 1, done.told
    assert found == {(changed, "changed_in_target"), (gone, "missing"), (one, "changed_in_target"), (other, "changed_in_target")}
    assert {one.key for one in differences_in(ward.work / "verify" / WAVE / "quick")} >= {key, lost}


def test_a_server_adds_up_what_is_added_up_here(ward: Ward, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    in_record(postgresql, "update appointment set starts_at = starts_at + interval '0.25 second' where _key like '%1'")
    target = open_target(ward.programme())
    desk = Desk(ward.programme(), lambda: datetime(2024, 11, 10, tzinfo=UTC), "0.1.0", "test", lambda _: None)
    served = 0
    with laid(desk, loaded_plan(desk, WAVE, target), target, ward.work / "beside", "sums") as bench:
        for name in bench.plan.mappings:
            mapping = bench.frozen.mapping(name)
            there = Sums()
            assert isinstance(target, AddsUp)
            there.take(target.sums(bench.frozen.record.table(mapping.into), [one.batch for one in bench.of_wave(name)]))
            here, columns = Sums(), stored_columns(bench.frozen, mapping)
            for entry in bench.of_wave(name):
                rows = derived.rows_of(target, bench.frozen.record, mapping, columns, (entry.batch,))
                here.add(digested(bench.stage, columns, rows))
            assert here.differing(there) == [], name
            served += there.total
    target.close()
    assert served > 0


def test_what_this_kind_of_target_cannot_keep_is_rejected_by_both(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, postgresql)
    ward = make_ward_on_postgresql(tmp_path / "ward", batch_rows=40)
    with ward.journal_open() as journal:
        journal.execute("update remiss set orsak_text = orsak_text || char(0) where remiss_id % 3 = 0")
        journal.commit()
    assert ward.ask("plan", WAVE, "--quiet").code == 0
    assert ward.ask("apply", WAVE, "--quiet").code == 1, "no budget is given to such signs"
    ((refused,),) = from_record(postgresql, "select count(*) from {s}.vs_fate where reason = 'UNHELD_SIGN'")
    assert refused > 0
    done = ward.ask("verify", WAVE, "--json")
    assert (done.code, done.document["equal"]) == (0, True), done.told


def test_a_server_that_goes_away_in_the_middle_is_never_equal_and_repeating_goes_on(
    ward: Ward, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, cut = derived.rows_of, []
    name = sa.make_url(postgresql).database
    elsewhere = sa.make_url(postgresql).set(database="postgres").render_as_string(hide_password=False)

    def cut_off(*given: object) -> object:
        """The third question finds the database closed to it, and every connection dead."""
        if len(cut) == 2:
            did(elsewhere, f"alter database {name} allow_connections false")
            did(elsewhere, f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        cut.append(1)
        return real(*given)

    monkeypatch.setattr(derived, "rows_of", cut_off)
    try:
        gone = ward.ask("verify", WAVE, "--level", "rows", "--json")
    finally:
        did(elsewhere, f"alter database {name} allow_connections true")
    assert len(cut) >= 3, "the server never went away"
    assert gone.code == 6, gone.told
    assert "equal" not in gone.document
    monkeypatch.undo()
    monkeypatch.setenv(VARIABLE, postgresql)
    done = ward.ask("verify", WAVE, "--level", "rows", "--json")
    assert (done.code, done.document["equal"]) == (0, True)


def test_the_selftest_copies_a_servers_record_and_sees_what_is_seeded(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    from vardskiftet.engine.corrupt.catalogue import CATALOGUE
    from vardskiftet.run.verifying import selftest

    few = tuple(one for one in CATALOGUE if one.name in ("k1_row_lost", "k7_trailing_space", "protection_cleared"))
    monkeypatch.setattr(selftest.selftest, "__defaults__", (few,))
    told = ward.ask("verify", WAVE, "--selftest", "--json").document["selftest"]
    assert told["missed"] == []
    assert told["seen"] == told["seeded"] == 2 + len(few) + 4
