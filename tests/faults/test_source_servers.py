"""Faults B and I on the side of the source: what becomes of a run whose source server hangs up, refuses, or changes under it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import mariadb as my
import proxy
import psycopg
import pytest
import servers as pg
from ends import SOURCE as VARIABLE
from ends import Ends
from fault import WAVE, project, refused
from landing import NOTES
from on_server import PUT
from records import rows_of
from ward import Done, Ward

from vardskiftet.engine import move
from vardskiftet.engine.move import fetch
from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.errors import IntegrityBroken, TookTooLong, Unreachable
from vardskiftet.model.batch import Batch, KeyRange
from vardskiftet.model.system import SourceSpec, System

pytestmark = pytest.mark.server

NOTE = "reads: note\ninto: note\nkey: [nid]\nunit: {is: ward}\nfields:\n  words: {from: words}\n"
ROWS = 3000
WORDS = "Överkänslig mot penicillin"
EXTRACT = Extract("note", ("nid", "words"), ("nid",))


@dataclass(frozen=True)
class Place:
    """A journal of notes on a server, and a project that reads it."""

    kind: str
    url: str
    ward: Ward
    point: Callable[[str, str], None]

    def does(self, *statements: str) -> None:
        (pg if self.kind == "postgresql" else my).did(self.url, *statements)

    def leads(self, url: str) -> None:
        """Let the project's variable hold another URL."""
        self.point(VARIABLE, url)

    def source(self, **options: object) -> Source:
        spec = SourceSpec(kind=self.kind, options={"url_from": VARIABLE, **options})
        return open_source(System(system="old", title="Old", source=spec, timezone="Europe/Stockholm"), self.ward.folder)


@pytest.fixture
def place(ends: Ends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    ward = project(tmp_path / "p", record=NOTES, mappings={"note": NOTE}, batch_rows=500)
    ward = ends.move(ward, "old", ward.folder / "old.sqlite")
    PUT[ends.source](ends.journal, "note", ("nid", "words"), [(f"{n:06}", f"{WORDS} {n} " + "x" * 200) for n in range(ROWS)])
    return Place(ends.source, ends.journal, ward, monkeypatch.setenv)


def told_in_a_line(done: Done, *words: str) -> None:
    """Exit 6, one clear line, nothing of a patient."""
    assert done.code == 6, done.told
    assert "Traceback" not in done.told and WORDS not in done.told
    for word in words:
        assert word in done.told, done.told


# --- B1, B2, B5, B6, B12 --------------------------------------------------------------------------------------------------


def test_b1_a_line_that_is_cut_in_mid_stream_is_taken_up_again_and_nothing_is_lost(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move, "PATIENCE", (0.01, 0.01))
    assert place.ward.ask("plan", WAVE).code == 0
    # More than one batch on a connection; less than all.
    with proxy.before(place.url, lets_through=400_000) as (cut, through):
        place.leads(through)
        done = place.ward.ask("apply", WAVE, "--json")
        assert cut.cuts >= 1
    assert (done.code, done.document["closes"]) == (0, True)
    (status,) = place.ward.ask("status", WAVE, "--json").document["waves"]
    # The snapshot was not on the connection that was cut: the rows are still those of one moment.
    assert (status["rows_done"], status["owes_delta"]) == (ROWS, [] if place.kind == "postgresql" else ["old"])


def test_b1_a_server_that_dies_in_mid_run_is_one_line_and_the_same_end_when_it_is_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move, "PATIENCE", (0.01, 0.01))
    ward = place.ward
    assert ward.ask("plan", WAVE).code == 0
    with proxy.before(place.url, in_all=700_000) as (dead, through):
        place.leads(through)
        told_in_a_line(ward.ask("apply", WAVE, "--quiet"), "the connection is lost", "mappings/old/system.yaml")
        assert dead.cuts >= 1
    told_in_a_line(ward.ask("apply", WAVE, "--quiet"), "the connection is lost")
    place.leads(place.url)
    (before,) = ward.ask("status", WAVE, "--json").document["waves"]
    assert before["load"] == "partial" and 0 < before["rows_done"] < ROWS and before["lock"] is None
    again = ward.ask("apply", WAVE, "--json")
    assert again.document["closes"] is True
    (after,) = ward.ask("status", WAVE, "--json").document["waves"]
    assert (after["load"], after["rows_done"], after["owes_delta"]) == ("loaded", ROWS, ["old"])
    books = ward.ask("books", WAVE, "--json").document
    assert books["closes"] is True and books["owes_delta"] == ["old"]
    # A snapshot that went with the first run is a finding; a source that never had one said so from the beginning.
    assert again.code == (1 if place.kind == "postgresql" else 0)
    assert "closing delta" in ward.ask("books", WAVE).out


def test_b1_a_session_that_is_killed_while_it_is_read_is_unreachable(place: Place) -> None:
    place.does("create table big as select a.nid, b.words from note a join (select words from note where nid < '000100') b on 1 = 1")
    with closing(place.source()) as source:
        stream = source.read(Extract("big", ("nid", "words"), ("nid",)), None)
        came = next(stream).num_rows
        if place.kind == "postgresql":
            killed = pg.asked(
                place.url, "select pg_terminate_backend(pid) from pg_stat_activity where query ilike '%copy%' and pid <> pg_backend_pid()"
            )
        else:
            killed = my.asked(
                place.url, "select id from information_schema.processlist where info like '%vs_rows%' and id <> connection_id()"
            )
            place.does(*(f"kill connection {one}" for (one,) in killed))
        assert killed
        with pytest.raises(Unreachable) as lost:
            came += sum(batch.num_rows for batch in stream)
        assert lost.value.exit_code == 6 and lost.value.may_retry
        assert came < ROWS * 100
        assert source.count("note") == ROWS, "the next question opens another connection"


def test_b2_a_cursor_that_ends_early_is_noticed_by_the_count(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = Batch(mapping="old.note", number=1, range=KeyRange(), by=("nid",))
    with closing(place.source()) as live, closing(live.hold(place.ward.folder)) as source:
        whole, short = source.door.stream, []

        def shorter(statement: object) -> Iterator[list[object]]:
            for columns in whole(statement):
                short.append(len(columns[0]))
                yield [column.slice(1) for column in columns]

        monkeypatch.setattr(source.door, "stream", shorter)
        with pytest.raises(IntegrityBroken, match="where the source counts 3000"):
            fetch(source, EXTRACT, batch)
        assert short


def test_b2_a_server_that_is_told_to_cut_results_off_gives_them_whole(
    mariadb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PUT["mysql"](mariadb, "note", ("nid", "words"), [(f"{n}", "x") for n in range(30)])
    before = my.asked(mariadb, "select @@global.sql_select_limit")[0][0]
    my.did(mariadb, "set global sql_select_limit = 7")
    try:
        monkeypatch.setenv(VARIABLE, mariadb)
        spec = SourceSpec(kind="mysql", options={"url_from": VARIABLE})
        with closing(open_source(System(system="old", title="Old", source=spec, timezone="Europe/Stockholm"), tmp_path)) as source:
            assert sum(batch.num_rows for batch in source.read(EXTRACT, None)) == 30
        assert len(my.asked(mariadb, "select nid from note")) == 7, "the limit stood"
    finally:
        my.did(mariadb, f"set global sql_select_limit = {before}")


def test_b5_a_statement_that_takes_too_long_says_which_options_help(place: Place) -> None:
    sleep = {"postgresql": "cast(pg_sleep(0.05) as text)", "mysql": "sleep(0.05)"}[place.kind]
    with closing(place.source(statement_timeout=0.3)) as source:
        with pytest.raises(Unreachable, match="took longer than") as late:
            list(source.read(Extract("note", ("nid", "words"), (), f"select nid, {sleep} as words from note"), None))
        assert "batch_rows" in late.value.hint
        assert isinstance(late.value, TookTooLong) and late.value.parts == 0, "without a key there is nothing to cut by"
        assert source.count("note") == ROWS


SLOW = {
    "postgresql": (
        "create function slow(t text) returns text immutable language plpgsql as $$ begin perform pg_sleep(0.004); return t; end $$",
        "create view slow_note as select nid, slow(words) as words from note where nid < '000400'",
    ),
    "mysql": (
        "create function slow(t longtext) returns longtext deterministic no sql begin do sleep(0.004); return t; end",
        "create algorithm = merge view slow_note as select nid, slow(words) as words from note where nid < '000400'",
    ),
}
"""A view whose words take their time; its keys do not."""


def test_b5_a_range_that_takes_too_long_is_read_in_parts_and_the_run_says_so(place: Place) -> None:
    ward = place.ward
    place.does(*SLOW[place.kind])
    ward.edit("mappings/old/note.yaml", "reads: note", "reads: slow_note")
    ward.edit("mappings/old/system.yaml", "ignored: []", 'ignored: [{table: note, because: "Read through a view."}]')
    ward.edit("mappings/old/system.yaml", f"url_from: {VARIABLE}", f"url_from: {VARIABLE}, statement_timeout: 0.5")
    ward.edit("waves/programme.yaml", "batch_rows: 500", "batch_rows: 200")
    assert ward.ask("plan", WAVE).code == 0
    done = ward.ask("apply", WAVE)
    assert done.code == 0, done.told
    assert "of its batches read in up to" in done.err and "took the source too long" in done.err
    assert ward.ask("books", WAVE, "--json").document["closes"]
    (event,) = ward.ask("audit", "show", "--kind", "batches.cut", "--json").document["events"]
    assert event["payload"]["batches"] >= 1 and event["payload"]["parts"] in (2, 4, 8, 16)
    assert rows_of(ward.target, "select count(*), count(distinct words) from note") == [(400, 400)]
    told = ward.ask("apply", WAVE, "--json")
    assert (told.code, told.document["committed"]) == (0, 0)
    # The verifier joins batches, and has a reader of its own: it too asks for less at a time, and sees every row.
    proven = ward.ask("verify", WAVE, "--level", "rows", "--json")
    assert (proven.code, proven.document["equal"]) == (0, True), proven.told
    rows = proven.document["levels"]["rows"]
    assert rows["verdict"] == "equal", rows


def test_b6_a_snapshot_whose_keeper_is_gone_is_noticed(place: Place) -> None:
    if place.kind != "postgresql":
        pytest.skip("nothing is held still between batches")
    with closing(place.source()) as live, closing(live.hold(place.ward.folder)) as held:
        ended = pg.asked(place.url, "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'")
        assert ended
        with pytest.raises(Unreachable, match="snapshot that held it still is gone"):
            held.count("note")


def test_b12_a_missing_privilege_is_found_by_doctor_before_the_run(place: Place) -> None:
    if place.kind == "postgresql":
        place.does("drop role if exists reader_b12", "create role reader_b12 login", "grant usage on schema public to reader_b12")
        place.leads(place.url.replace("postgres:", "reader_b12:"))
        done = place.ward.ask("doctor")
        place.does("drop owned by reader_b12", "drop role reader_b12")
        told_in_a_line(done, "source old", "may not read", "Shut are: note")
    else:
        user, database = "reader_b12", place.url.rpartition("/")[2]
        place.does(
            f"create or replace user {user}@'%' identified by 'x'",
            "create table other (a int)",
            f"grant select on {database}.other to {user}@'%'",
        )
        place.leads(place.url.replace("root@", f"{user}:x@"))
        done = place.ward.ask("doctor")
        place.does(f"drop user {user}@'%'")
        # Such a server shows nobody what he may not read.
        assert done.code == 1 and "The source has no table 'note'" in done.told, done.told


def test_b12_a_policy_that_hides_rows_is_an_error_and_no_smaller_table(place: Place) -> None:
    if place.kind != "postgresql":
        pytest.skip("there are no policies on rows")
    place.does(
        "drop role if exists reader_rls",
        "create role reader_rls login",
        "grant usage on schema public to reader_rls",
        "grant select on note to reader_rls",
        "alter table note enable row level security",
        "create policy few on note using (nid < '000010')",
    )
    place.leads(place.url.replace("postgres:", "reader_rls:"))
    with closing(place.source()) as source, pytest.raises(Unreachable, match="may not read"):
        source.count("note")
    place.does("drop owned by reader_rls", "drop role reader_rls")


# --- I5, I6, I7 -----------------------------------------------------------------------------------------------------------


def test_i5_a_source_that_is_written_to_while_it_is_read_is_seen_at_one_moment(place: Place) -> None:
    with closing(place.source()) as live, closing(live.hold(place.ward.folder)) as source:
        with source.still():
            stream = source.read(EXTRACT, KeyRange())
            rows = next(stream).num_rows
            place.does("insert into note values ('zzz', 'late')", "delete from note where nid < '001000'")
            rows += sum(batch.num_rows for batch in stream)
            assert (rows, source.count_range(EXTRACT, KeyRange())) == (ROWS, ROWS)
        with source.still():
            now = source.count("note")
        assert now == (ROWS if place.kind == "postgresql" else ROWS - 1000 + 1)
        assert live.count("note") == ROWS - 1000 + 1


def test_i6_nobody_changes_a_table_under_a_snapshot(place: Place) -> None:
    """A table that is rewritten looks empty to an older snapshot: so whoever wants to rewrite it waits."""
    if place.kind != "postgresql":
        pytest.skip("no snapshot outlives a batch")
    with closing(place.source()) as live, closing(live.hold(place.ward.folder)) as held:
        with pytest.raises(psycopg.errors.LockNotAvailable):
            pg.did(place.url, "set lock_timeout = '200ms'", "alter table note alter column words type varchar(500)")
        assert held.count("note") == ROWS
    pg.did(place.url, "set lock_timeout = '5s'", "alter table note alter column words type varchar(500)")


CHANGES = {
    "added": ("alter table note add column more int", "changed"),
    "dropped": ("alter table note drop column words", "'words' is not a column"),
    "retyped": ("alter table note modify words varchar(500)", "changed"),
    "lost": ("drop table note", "has no table 'note'"),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_i6_i7_a_table_that_is_not_the_one_that_was_planned_stops_the_load(place: Place, change: str) -> None:
    assert place.ward.ask("plan", WAVE).code == 0
    statement, said = CHANGES[change]
    place.does(statement.replace("modify words", "alter column words type") if place.kind == "postgresql" else statement)
    refused(place.ward, 10, "apply", WAVE, said=("is stale", said))


def test_i7_a_table_that_goes_while_its_batches_are_read_is_no_empty_one(place: Place) -> None:
    with closing(place.source()) as source:
        ranges = source.cuts(EXTRACT, 1000)
        assert source.count_range(EXTRACT, ranges[0]) == 1000
        place.does("drop table note")
        with pytest.raises(Unreachable, match="no such table"):
            list(source.read(EXTRACT, ranges[1]))


# --- J7 -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret", ["{url}", "{scheme}://anna:Hemligt-123@127.0.0.1:1/journal", "Hemligt-123 is no URL", "{scheme}://anna:Hemligt-123@[::1/x"]
)
def test_j7_no_output_and_no_file_holds_the_connection(place: Place, secret: str) -> None:
    url = secret.format(url=place.url.replace("@", ":Hemligt-123@") if "root@" in place.url else place.url, scheme=place.kind)
    place.leads(url)
    done = [
        place.ward.ask(*command.split()) for command in ("doctor", f"plan {WAVE} --json", "profile old", "--debug mappings new old note")
    ]
    said = "".join(one.told for one in done)
    kept = b"".join(path.read_bytes() for path in place.ward.folder.rglob("*") if path.is_file())
    assert {one.code for one in done} <= {0, 1, 6}, said
    assert "Hemligt-123" not in said and url not in said
    assert b"Hemligt-123" not in kept and url.encode() not in kept


def test_j7_a_variable_that_is_not_set_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    told_in_a_line(place.ward.ask("plan", WAVE), f"environment variable {VARIABLE}", f"export {VARIABLE}=")
