"""What is the smallest wave between two servers? Six persons and their twelve visits, planned once, and once loaded undisturbed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import servers
from ends import Ends, WardOnServer
from fault import WAVE, project
from journals import assert_goes_on_to_the_same_end, assert_whole_batches_and_a_true_status
from records import Schema, rows_of
from story.three_waves import number
from ward import Done, Ward

from vardskiftet.engine.targets import open_target, postgresql

APPLY = ("apply", WAVE, "--quiet")
PATIENCE = 120.0
RECORD = """\
tables:
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns:
      - {column: patient_id, type: uuid, required: true}
      - {column: number, type: text, required: true, protected: true}
      - {column: name, type: text}
  - table: visit
    title: Visits
    key: visit_id
    columns:
      - {column: visit_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
      - {column: note, type: text}
"""
MAPPINGS = {
    "person": "reads: person\ninto: patient\nkey: [pid]\nunit: {wherever: [visit.pid]}\n"
    "identities: [{from: number, through: personal_identity}]\n"
    "fields:\n  number: {from: number, through: personal_identity}\n  name: {from: name}\n",
    "visit": 'reads: visit\ninto: visit\nkey: [vid]\nunit: {from: hsa}\nexclude: [{when: "struck = \'J\'", because: "Struck out."}]\n'
    "fields:\n  patient_id: {find: patient, by: pid}\n  note: {from: note}\n",
}
PERSONS = [(f"p{n}", number(n), f"Efternamnsson {n}") for n in range(1, 7)]
WORDS = "Överkänslig mot penicillin"
PADDING = "x" * 60_000
HSA = "SE2321000131-X0001"
VISITS = [(f"v{n:02}", f"p{1 + n % 6}", HSA, "J" if n == 5 else "N", f"{WORDS} {n} {PADDING}") for n in range(12)]
BATCHES = 6
"""Two of persons and four of visits."""
HIDDEN = [WORDS, *(value for row in PERSONS for value in row[1:])]


def journal() -> list[str]:
    """The two tables in SQL."""
    rows = {"person (pid text, number text, name text)": PERSONS, "visit (vid text, pid text, hsa text, struck text, note text)": VISITS}
    made = [f"create table {table}" for table in rows]
    for table, values in rows.items():
        made += [f"insert into {table.partition(' ')[0]} values ({', '.join(repr(value) for value in row)})" for row in values]
    return made


def placed(ends: Ends, folder: Path, options: str = "") -> WardOnServer:
    """The project on its two servers, nothing planned."""
    ward = project(folder, record=RECORD, mappings=MAPPINGS, source=journal(), batch_rows=3)
    moved = ends.move(ward, "old", folder / "old.sqlite", options)
    assert isinstance(moved, WardOnServer)
    return moved


@dataclass(frozen=True)
class Small:
    """The wave as every test finds it, and as an undisturbed run leaves it."""

    ends: Ends
    planned: WardOnServer
    loaded: WardOnServer


def holds(ward: Ward) -> int:
    """O2, O3: whole batches, and a status that says which; returns how many stand."""
    return assert_whole_batches_and_a_true_status(ward, WAVE)


def ends_alike(small: Small, ward: Ward, stood: int) -> None:
    """O1, O5, O6: the same command comes to the undisturbed end, and tells nobody anything.

    A snapshot of PostgreSQL that went with a run half-way is a finding.
    """
    lost = small.ends.source == "postgresql" and 0 < stood < BATCHES
    done = assert_goes_on_to_the_same_end(ward, small.loaded, WAVE, 1 if lost else 0)
    told([done, ward.ask("books", WAVE), ward.ask("audit", "show", "--last", "0", "--json")])


def told(done: list[Done]) -> None:
    """O4, O6: no traceback, and nothing of a patient."""
    said = "".join(one.told for one in done)
    assert "Traceback" not in said
    assert [value for value in HIDDEN if value in said] == []


def stopped(done: Done, code: int, *words: str) -> None:
    """O4: the exit code, and few lines that name what is wrong."""
    assert (done.code, done.out) == (code, ""), done.told
    assert len(done.err.strip().splitlines()) <= 3, done.err
    assert all(word in done.err for word in words), done.err
    told([done])


@contextlib.contextmanager
def held_up(ward: WardOnServer, table: str = "visit") -> Iterator[Callable[[], int]]:
    """Somebody else holds a table of the record, so that a load comes to a stand there; gives the number of those who wait."""
    with contextlib.closing(open_target(ward.programme())) as target:
        target.prepare()
    url = ward.target.url

    def waiting() -> int:
        query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'vardskiftet'"
        return int(servers.asked(url, f"{query} and datname = current_database()")[0][0])

    with psycopg.connect(url) as other:
        other.execute(f'lock table "{ward.target.name}"."{table}" in access exclusive mode'.encode())
        yield waiting


def until(holds_now: Callable[[], bool], alive: Callable[[], object] = lambda: True) -> None:
    """Wait for it."""
    deadline = time.monotonic() + PATIENCE
    while not holds_now():
        assert alive(), "it ended too soon"
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def reaching(patch: Callable[[object, str, object], None], **acts: Callable[[], None]) -> None:
    """Do something where a failpoint of the record stands (its name with `_` for `.`)."""
    patch(postgresql, "reach", lambda name: acts.get(name.replace(".", "_"), lambda: None)())


def in_record(place: Schema, *statements: str) -> None:
    """What somebody else does in the record: its tables are there already, or are made first."""
    servers.did(place.url, *(f'set search_path = "{place.name}"; {statement}' for statement in statements))


def no_backend_of_ours(place: Schema) -> bool:
    query = "select count(*) from pg_stat_activity where application_name = 'vardskiftet' and datname = current_database()"
    return bool(rows_of(place, query) == [(0,)])
