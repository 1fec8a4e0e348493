"""What is the smallest region with a history? Three waves of one unit each, one journal held in plain Python, and a record to look at."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import ends as ends_of
import servers
from ends import Ends
from landing import desk
from mending import mend_csv
from ward import opened, rows_of

from vardskiftet.model.plan import Plan
from vardskiftet.run.apply import Applied, apply
from vardskiftet.run.balance import present_books
from vardskiftet.run.correcting import bring_back
from vardskiftet.run.desk import save_plan
from vardskiftet.run.planning import make_plan
from vardskiftet.run.rejects import only
from vardskiftet.run.replay import Replayed
from vardskiftet.run.replay import replay as carry_through
from vardskiftet.run.undo import Undone, undo
from vardskiftet.run.worklist import OWN, export

WAVES = {"first": "north", "second": "middle", "third": "south"}
HSA = {unit: f"SE2321000131-X000{place}" for place, unit in enumerate(WAVES.values(), 1)}
FIVE = ", ".join(f"{one}: true" for one in ("structured", "usable", "combinable", "testable", "cheaper_than_manual"))

PROGRAMME = """\
programme: rounds
title: Rounds
timezone: Europe/Stockholm
synthetic: true
clock: 2024-11-05 08:00
batch_rows: 3
target: TARGET
systems: [old]
"""
RECORD = """\
record: new
title: The new record
version: '1'
tables:
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns:
      - {column: patient_id, type: uuid, required: true}
      - {column: number, type: text}
      - {column: name, type: text}
  - table: visit
    title: Visits
    key: visit_id
    columns:
      - {column: visit_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
      - {column: note, type: text}
      - {column: ward_day, type: date}
      - {column: at, type: instant}
      - {column: minutes, type: integer}
      - {column: urgent, type: boolean}
  - table: act
    title: Acts
    key: act_id
    columns:
      - {column: act_id, type: uuid, required: true}
      - {column: visit_id, type: uuid, required: true, references: visit}
      - {column: note, type: text}
"""
PERSON = """\
reads: person
into: patient
key: [pid]
unit: {wherever: [visit.pid]}
identities: [{from: number, through: personal_identity}]
fields:
  number: {from: number, through: personal_identity}
  name: {from: name}
"""
VISIT = """\
reads: visit
into: visit
key: [vid]
unit: {from: unit}
exclude: [{when: "struck = 'J'", because: "Struck out."}]
fields:
  patient_id: {find: patient, by: pid}
  note: {from: note}
  ward_day: {sql: "case when note like 'a%' then date '2024-02-29' end"}
  at: {sql: "timestamptz '2024-02-29 10:00:00+01'"}
  minutes: {sql: "length(note)"}
  urgent: {sql: "note like '%!'"}
reject: [{when: "note = 'bad'", reason: BAD_NOTE}]
correct: [note]
"""
ACT = """\
reads: act
into: act
key: [aid]
unit: {via: visit, on: vid, from: unit}
fields:
  visit_id: {find: visit, by: vid}
  note: {from: note}
"""


@dataclass
class Visit:
    pid: str
    unit: str
    note: str
    struck: bool = False


@dataclass
class Journal:
    """The old journal: what its users see."""

    persons: dict[str, tuple[str, str]] = field(default_factory=dict)
    """pid to (number, name)."""
    visits: dict[str, Visit] = field(default_factory=dict)
    acts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """aid to (vid, note)."""
    moment: int = 1000
    """The journal's own clock: a number that grows by a hundred with each writing."""
    written: dict[tuple[str, ...], int] = field(default_factory=dict)
    """Each row as it was written, with its table, and when it was changed."""
    publish: Callable[[Path], None] = lambda path: None
    """What becomes of the database once it is written: it is put onto a server, perhaps."""

    def rows(self) -> dict[str, list[tuple[str, ...]]]:
        """Table to its rows."""
        visits = [(vid, one.pid, HSA.get(one.unit, one.unit), one.note, "J" if one.struck else "N") for vid, one in self.visits.items()]
        persons = [(pid, *one) for pid, one in self.persons.items()]
        return {"person": persons, "visit": visits, "act": [(aid, *one) for aid, one in self.acts.items()]}

    def mended(self, said: dict[tuple[object, ...], str]) -> Journal:
        """A copy as it was written last, with other notes in visits of which somebody said so: for exactly such a row."""
        visits = {}
        for (table, *row), changed in self.written.items():
            if table == "visit":
                one = self.visits[row[0]]
                visits[row[0]] = replace(one, note=said.get((*row, changed), one.note))
        return Journal(dict(self.persons), visits, dict(self.acts), self.moment, dict(self.written))

    def write(self, path: Path) -> None:
        """The whole journal anew, as its database: a row that changed says so; one that came back says when it was written then."""
        self.moment += 100
        before, now = self.written, {}
        for table, rows in self.rows().items():
            for row in rows:
                gone = not any(one[:2] == (table, row[0]) for one in before)
                now[table, *row] = before.get((table, *row), 1 if gone else self.moment)
        self.written = now
        with closing(sqlite3.connect(path)) as old:
            for table, columns in (("person", "pid, number, name"), ("visit", "vid, pid, unit, note, struck"), ("act", "aid, vid, note")):
                old.execute(f"create table if not exists {table} ({columns}, changed)")
                old.execute(f"delete from {table}")
                mine = [(*row[1:], changed) for row, changed in now.items() if row[0] == table]
                marks = ", ".join("?" for _ in (*columns.split(","), "changed"))
                old.executemany(f"insert into {table} values ({marks})", mine)
            old.commit()
        self.publish(path)


def number(place: int) -> str:
    """A sound personnummer for each place, its check digit reckoned here."""
    born, serial = f"{1950 + place}0101", "980"
    digits = [int(digit) * (2 - at % 2) for at, digit in enumerate(born[2:] + serial)]
    return f"{born}{serial}{-sum(digit // 10 + digit % 10 for digit in digits) % 10}"


WRONG = number(1)[:-1] + str((int(number(1)[-1]) + 1) % 10)
"""A number whose check digit is wrong."""


@dataclass(frozen=True)
class Region:
    """A project folder, its verbs in this interpreter, and what stands in the record."""

    folder: Path
    url: str = ""
    """Of the database that holds the record; empty where it is a file."""

    def plan(self, wave: str) -> Plan:
        here = desk(self.folder)
        plan = make_plan(here, wave)
        save_plan(here, plan)
        return plan

    def apply(self, plan: Plan) -> Applied:
        return apply(desk(self.folder), plan)

    def correct(self, wave: str, words: str) -> list[str]:
        """A clerk takes out the visits with a bad note, writes other words, and brings them back; returns their keys."""
        here, folder = desk(self.folder), self.folder / "sheets"
        export(here, wave, folder, only("old.visit", "BAD_NOTE"), "a round of corrections")
        sheet = folder / "old.visit.csv"
        if not sheet.is_file():
            return []
        rows = list(csv.reader(io.StringIO(sheet.read_text(encoding="utf-8-sig")), delimiter=";"))
        keys = [row[len(OWN)] for row in rows[1:]]
        for key in keys:
            mend_csv(sheet, key, {"note": words})
        bring_back(here, wave, sheet)
        sheet.unlink()
        return keys

    def replay(self, wave: str) -> Replayed:
        return carry_through(desk(self.folder), wave)

    def waiting(self, wave: str, plan: str) -> set[tuple[str, str]]:
        """(table, key) of what a plan rejected because of its parent."""
        query = f"select mapping, source_key from vs_fate join vs_batch using (batch) where wave = '{wave}' and plan like '{plan}%'"
        return {(str(name).partition(".")[2], str(key)) for name, key in self.asked(f"{query} and reason = 'PARENT_REJECTED'")}

    def undo(self, wave: str, round_: str = "") -> Undone:
        return undo(desk(self.folder), wave, round_)

    def open_lines(self, wave: str) -> list[str]:
        """What of a wave's present books does not close, in words; empty if all does."""
        _, books = present_books(desk(self.folder), wave)
        wrong = [repr(one) for one in (*books.lines, *books.tables) if not one.closes]
        return wrong if books.complete else [f"{books.batches_done} of {books.batches_planned}", *wrong]

    @property
    def record(self) -> Path:
        return self.folder / "work" / "record.sqlite"

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the record, past the engine; none while there is no record."""
        if self.url:
            there = servers.asked(self.url, "select to_regclass('visit') is not null")
            return servers.asked(self.url, query) if there == [(True,)] else []
        return rows_of(self.record, query) if self.record.is_file() else []

    def standing(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """(table, source key) to what stands there, a day and a moment as texts, a truth as 0 or 1."""
        columns = "v._key, p._key, v.note, v.ward_day, v.at, v.minutes, v.urgent"
        asked = {
            "patient": "select _key, number, name from patient",
            "visit": f"select {columns} from visit v join patient p on p.patient_id = v.patient_id",
            "act": "select a._key, v._key, a.note from act a join visit v on v.visit_id = a.visit_id",
        }
        return {(table, row[0]): tuple(map(_plain, row[1:])) for table, query in asked.items() for row in self.asked(query)}

    def edit(self, table: str, key: str, words: str) -> None:
        """What the new system's users do."""
        statement = f"update {table} set {'name' if table == 'patient' else 'note'} = '{words}' where _key = '{key}'"
        if self.url:
            servers.did(self.url, statement)
        else:
            with opened(self.record) as record:
                record.execute(statement)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def region(folder: Path, journal: Journal, *, marked: bool = False, ends: Ends | None = None) -> Region:
    """A project on this journal, nothing planned; if `marked`, its mappings trust what the journal says of changes.

    `ends` are the two databases that the journal is put into and the record lies in; without them both are files.
    """
    url, source, target = "", "{kind: sqlite, path: old.sqlite}", "{kind: sqlite, path: work/record.sqlite}"
    if ends is not None:
        url, source = ends.record, f"{{kind: {ends.source}, url_from: {ends_of.SOURCE}}}"
        target = f"{{kind: postgresql, url_from: {ends_of.RECORD}}}"
        journal.publish = partial(ends_of.publish, url=ends.journal, kind=ends.source)
    changed = "changed: {from: changed, overlap: 1}\n" if marked else ""
    units = "".join(f"  - {{unit: {unit}, title: {unit}, kind: narhalsan_unit, area: here, hsa_id: {hsa}}}\n" for unit, hsa in HSA.items())
    after = {"first": "", "second": "after: [first]\n", "third": "after: [second]\n"}
    routes = "".join(
        f"  - {{information: {name}, route: auto, owner: lead, conditions: {{{FIVE}}}}}\n" for name in ("person", "visit", "act")
    )
    files = {
        "waves/programme.yaml": PROGRAMME.replace("TARGET", target),
        "waves/units.yaml": f"units:\n{units}",
        **{
            f"waves/{wave}.yaml": f"wave: {wave}\ntitle: {wave}\ngo_live: 202{4 + place}-11-12 04:00\n{after[wave]}units:\n"
            f"  - {{unit: {unit}, scope: primary_care}}\ntolerance: 1.0\n"
            for place, (wave, unit) in enumerate(WAVES.items())
        },
        "mappings/record.yaml": RECORD,
        "mappings/old/system.yaml": f"system: old\ntitle: Old\nsource: {source}\nroutes:\n{routes}",
        **{
            f"mappings/old/{name}.yaml": f"mapping: old.{name}\ninformation: {name}\n{changed}{text}"
            for name, text in (("person", PERSON), ("visit", VISIT), ("act", ACT))
        },
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    journal.write(folder / "old.sqlite")
    return Region(folder, url)
