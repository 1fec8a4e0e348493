"""What becomes of a run when the source's server, or the record's, is killed under it? One line, a true status, and the same end."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import landing
import mariadb
import psycopg
import pytest
import servers
from canonical import content
from ends import PAIRS, RECORD, SOURCE, Ends
from records import Schema, rows_of
from ward import Done, Ward, batches_in, half_batches, memory_of

pytestmark = [pytest.mark.server, pytest.mark.story]

WAVE = "first"
APPLY = ("apply", WAVE, "--quiet")
ROWS, BATCH_ROWS, ROWS_PER_SECOND = 1200, 40, 400
NOTE = "reads: note\ninto: note\nkey: [nid]\nunit: {is: ward}\nfields:\n  words: {from: words}\n"
WORDS = "Överkänslig mot penicillin"
PATIENCE = 120.0


@dataclass(frozen=True)
class Killable:
    """Two servers that nobody else uses, a journal on the one, and a project planned for it."""

    ends: Ends
    source: servers.Own | mariadb.Own
    record: servers.Own
    ward: Ward
    end: dict[str, list[str]]
    """What a run that nobody disturbed comes to."""

    def side(self, name: str) -> servers.Own | mariadb.Own:
        return self.record if name == "record" else self.source


@pytest.fixture(scope="module", params=PAIRS)
def killable(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    """Planned, and once loaded, without disturbance."""
    folder = tmp_path_factory.mktemp("killable")
    with contextlib.ExitStack() as stack:
        record = stack.enter_context(servers.own())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        mine = request.param.startswith("mysql")
        source = stack.enter_context(mariadb.own() if mine else servers.own())
        if mine:
            mariadb.did(source.url, "create database journal")
        journal = f"{source.url.removesuffix('/mysql')}/journal" if mine else source.url
        ends = Ends(request.param, journal, _database(record.url, "undisturbed"), patch.setenv)
        patch.setenv(SOURCE, ends.journal)
        patch.setenv(RECORD, ends.record)
        notes = [f"insert into note values ('{n:06}', '{WORDS} {n}')" for n in range(ROWS)]
        create = ["create table note (nid text, words text)", *notes]
        landing.project(folder / "planned", source=create, record=landing.NOTES, mappings={"note": NOTE}, batch_rows=BATCH_ROWS)
        slow = f", throttle: {{rows_per_second: {ROWS_PER_SECOND}}}"
        ward = ends.move(Ward(folder / "planned"), "old", folder / "planned" / "old.sqlite", slow)
        assert ward.ask("plan", WAVE).code == 0
        alone = ward.copy(folder / "undisturbed")
        assert alone.ask(*APPLY).code == 0
        yield Killable(ends, source, record, ward, content(alone))


def _database(url: str, name: str) -> str:
    """The URL of a new database on a server."""
    servers.did(url, f"create database {name} template template0")
    return servers.Postgresql(url).at(name)


def test_the_end_is_the_whole_journal(killable: Killable) -> None:
    assert len(killable.end["note"]) == ROWS


@pytest.mark.parametrize("side", ["source", "record"])
def test_a_server_that_is_killed_in_mid_run_is_told_and_the_same_command_comes_to_the_same_end(
    killable: Killable, side: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = _database(killable.record.url, f"killed_{side}")
    monkeypatch.setenv(RECORD, url)
    ward = killable.ends.with_record(killable.ward.copy(tmp_path / "ward"), url)
    process = ward.start(*APPLY)
    until_batches_stand(process, ward.target, 3)
    killable.side(side).kill()
    told(process, f"${RECORD}" if side == "record" else "mappings/old/system.yaml")

    if side == "source":
        stood = true_status(ward)
    else:
        asked = ward.ask("status", WAVE)
        assert (asked.code, asked.out) == (6, "") and f"${RECORD}" in asked.err, "it does not tell what it cannot know"
    again = ward.ask(*APPLY)
    assert again.code == 6, again.told

    killable.side(side).start()
    if side == "record":
        stood = true_status(ward)
    assert 3 <= stood < ROWS // BATCH_ROWS, "it was to be killed in mid-run"
    goes_on_to_the_same_end(killable, ward, stood)


def until_batches_stand(process: subprocess.Popen[str], place: Schema, batches: int) -> None:
    """Wait for that while the process works."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(psycopg.Error):
            if batches_in(place).total() >= batches:
                return
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def told(process: subprocess.Popen[str], *words: str) -> None:
    """Exit 6: one line of what is wrong and where, one of what to do, and nothing of a patient."""
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 6, out + err
    lines = err.strip().splitlines()
    assert out == "" and len(lines) == 2 and "same command" in lines[1], err
    assert all(word in lines[0] for word in words) and WORDS not in err, err


def true_status(ward: Ward) -> int:
    """`status` says which batches stand, and each stands whole; returns how many."""
    stood = batches_in(ward.target).total()
    (wave,) = ward.ask("status", WAVE, "--json").document["waves"]
    assert (wave["load"], wave["batches_done"]) == ("dead" if wave["lock"] else "partial", stood)
    assert half_batches(ward.target, ward) == []
    return stood


def goes_on_to_the_same_end(killable: Killable, ward: Ward, stood: int) -> None:
    """Row for row; a snapshot that went with its server is a finding, and the books ask for a closing delta."""
    done: Done = ward.ask("apply", WAVE, "--json")
    lost = killable.ends.source == "postgresql"
    assert done.code == (1 if lost else 0), done.told
    assert done.document["closes"] and done.document["committed"] == ROWS // BATCH_ROWS - stood
    assert content(ward) == killable.end
    assert memory_of(ward) == batches_in(ward.target) and Counter(batches_in(ward.target).values()) == {1: ROWS // BATCH_ROWS}
    assert rows_of(ward.target, "select count(*) from vs_lock") == [(0,)]
    books = ward.ask("books", WAVE, "--json").document
    assert books["closes"] and books["owes_delta"] == ["old"]
    assert ward.ask("audit", "verify").code == 0
    assert ward.ask("apply", WAVE, "--json").document["committed"] == 0
    assert content(ward) == killable.end
