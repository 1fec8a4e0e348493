"""Faults C1 to C3, C5, C8 and C9 between two servers: what is full, held, very large, very wide, or has no place left."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import mariadb
import pytest
import servers
import sqlalchemy as sa
from ends import RECORD, SCHEMA, SOURCE, Ends, WardOnServer
from fault import WAVE, carried, project
from landing import NOTES
from records import rows_of
from small import APPLY, BATCHES, Small, ends_alike, holds, in_record, stopped, told
from test_server_lines import prepared, raises, undisturbed

from vardskiftet import failpoint
from vardskiftet.engine import move

pytestmark = pytest.mark.server

FULL = (
    ("file.write.before", 1),
    ("manifest.write.before", 2),
    ("target.rows.after", 4),
    ("target.whole.before", 1),
    ("store.event.before", 5),
)


@pytest.mark.parametrize(("name", "nth"), FULL, ids=str)
def test_c1_a_full_disk_is_one_line_and_the_same_command_goes_on(
    name: str, nth: int, small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.chdir(mine.folder)
        patch.setattr(failpoint, "_passes", {})
        patch.setenv(failpoint.VARIABLE, f"{name}:enospc:{nth}")
        stopped(mine.ask(*APPLY), 9, "full")
    assert not list(mine.folder.glob("crash-*"))
    ends_alike(small, mine, holds(mine))


def test_c1_a_full_disk_of_the_records_server_is_told_as_one(small: Small, mine: WardOnServer) -> None:
    prepared(mine)
    raises(mine, "visit", "if nextval('public.times') = 5 then raise exception 'x' using errcode = '53100'; end if; return new;")
    stopped(mine.ask(*APPLY), 9, "The disk of the record's server is full", "same command")
    assert servers.asked(mine.target.url, "select last_value from times")[0][0] == 5, "the disk was never full"
    assert holds(mine) == 3
    undisturbed(mine, "visit")
    ends_alike(small, mine, 3)


def test_c2_a_report_that_finds_no_room_can_be_made_again(small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mine.ask(*APPLY).code == 0
    with monkeypatch.context() as patch:
        patch.chdir(mine.folder)
        patch.setattr(failpoint, "_passes", {})
        patch.setenv(failpoint.VARIABLE, "report.rename.before:enospc")
        stopped(mine.ask("report", "wave", WAVE), 9, "No space left")
    page = mine.work / "reports" / f"{WAVE}.html"
    assert not page.exists() and holds(mine) == BATCHES
    done = mine.ask("report", "wave", WAVE)
    assert done.code == 0 and page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    told([done])
    ends_alike(small, mine, BATCHES)


def test_c3_a_memory_that_somebody_else_holds_for_a_while_is_waited_for(small: Small, mine: WardOnServer) -> None:
    let_go: list[float] = []

    def hold(taken: threading.Event) -> None:
        with closing(sqlite3.connect(mine.work / "store.sqlite", isolation_level=None)) as store:
            store.execute("begin immediate")
            taken.set()
            time.sleep(1.5)
            store.execute("rollback")
            let_go.append(time.monotonic())

    taken = threading.Event()
    holder = threading.Thread(target=hold, args=(taken,))
    holder.start()
    taken.wait()
    done = mine.ask(*APPLY)
    ended = time.monotonic()
    holder.join()
    assert done.code == 0, done.told
    assert ended > let_go[0], "nobody waited"
    ends_alike(small, mine, BATCHES)


NOTE = "reads: note\ninto: note\nkey: [nid]\nunit: {is: ward}\nfields:\n  words: {from: words}\n"
SENTENCE = "Journalanteckning åäö. "
TIMES = 2_200_000


def test_c5_a_note_of_fifty_megabytes_is_carried_whole_beside_its_neighbours(ends: Ends, tmp_path: Path) -> None:
    ward = project(tmp_path / "p", record=NOTES, mappings={"note": NOTE}, source=["create table note (nid text, words text)"])
    ward = ends.move(ward, "old", ward.folder / "old.sqlite")
    huge = SENTENCE * TIMES
    assert len(huge.encode()) > 50_000_000
    ends.does("insert into note values ('after', 'b'), ('before', 'a')", f"insert into note select 'huge', repeat('{SENTENCE}', {TIMES})")
    loaded = carried(ward, counted={"note": 3}, rejected={}, hidden=(SENTENCE,), rehearse=False)
    found = loaded.values("note", "words")
    assert found["huge"] == huge and (found["before"], found["after"]) == ("a", "b")


@pytest.mark.parametrize("columns", [1, 350])  # of so many texts a row is as long as InnoDB lets it be
def test_c8_one_column_and_many(ends: Ends, tmp_path: Path, columns: int) -> None:
    names = [f"c{number}" for number in range(columns)]
    rows = [", ".join(f"'r{row}x{number}'" for number in range(columns)) for row in range(3)]
    source = [f"create table wide ({', '.join(f'{name} text' for name in names)})", *(f"insert into wide values ({row})" for row in rows)]
    mapping = f"reads: wide\ninto: note\nkey: [c0]\nunit: {{is: ward}}\nfields:\n  words: {{from: {names[-1]}}}\n"
    ward = project(tmp_path / "p", record=NOTES, mappings={"wide": mapping}, source=source)
    ward = ends.move(ward, "old", ward.folder / "old.sqlite")
    loaded = carried(ward, counted={"wide": 3}, rejected={}, hidden=["r1x0"], rehearse=False)
    assert loaded.values("note", "words") == {f"r{row}x0": f"r{row}x{columns - 1}" for row in range(3)}


# --- no connection left -------------------------------------------------------------------------------------------------------


@contextmanager
def one_place(small: Small, mine: WardOnServer, side: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Users that may have one connection at a time, which somebody else has."""
    url = mine.target.url if side == "record" else small.ends.journal
    database, user = str(sa.make_url(url).database), f"few_{sa.make_url(url).database}"
    if side == "source" and small.ends.source == "mysql":
        mariadb.did(
            url,
            f"create user {user}@'%' identified by 'x' with max_user_connections 1",
            f"grant select on {database}.* to {user}@'%'",
        )
        theirs = sa.make_url(url).set(username=user, password="x").render_as_string(hide_password=False)
        with mariadb.connected(theirs):
            patch.setenv(SOURCE, theirs)
            yield
        mariadb.did(url, f"drop user {user}@'%'")
        return
    servers.did(url, f"create role {user} login connection limit 1")
    if side == "record":
        in_record(mine.target, f"grant all on schema {SCHEMA} to {user}", f"grant all on all tables in schema {SCHEMA} to {user}")
    else:
        servers.did(url, f"grant select on all tables in schema public to {user}")
    theirs = servers.Postgresql(url).at(database, user)
    with servers.psycopg.connect(theirs):
        patch.setenv(RECORD if side == "record" else SOURCE, theirs)
        yield
    servers.did(url, f"drop owned by {user}", f"drop role {user}")


@pytest.mark.parametrize("side", ["source", "record"])
def test_c9_a_server_without_a_connection_left_is_told_and_the_same_command_goes_on(
    small: Small, mine: WardOnServer, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(mine)
    monkeypatch.setattr(move, "PATIENCE", (0.01, 0.01))
    with monkeypatch.context() as patch, one_place(small, mine, side, patch):
        stopped(mine.ask(*APPLY), 6, "no connection left", "closed theirs")
    assert holds(mine) == 0 and rows_of(mine.target, "select count(*) from vs_lock") == [(0,)]
    ends_alike(small, mine, 0)
