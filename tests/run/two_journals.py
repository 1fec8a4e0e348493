"""Which small region has patients on both sides of a go-live? Two journals that spell one number differently, and what lies in them."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from landing import FIVE, project
from ward import Ward

RECORD = """\
tables:
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns:
      - {column: patient_id, type: uuid, required: true}
      - {column: name, type: text}
  - table: referral
    title: Referrals
    key: referral_id
    open_care: {flow: referrals, when: "status <> 'closed'"}
    columns:
      - {column: referral_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
      - {column: status, type: text}
      - {column: sort, type: text, code_system: kind}
  - table: booking
    title: Bookings
    key: booking_id
    open_care:
      when: "starts >= go_live"
      first: {when: "starts < go_live + interval 14 days", because: booked soon, rank: 2}
    columns:
      - {column: booking_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
      - {column: starts, type: instant, required: true}
  - table: stay
    title: Stays
    key: stay_id
    open_care: {when: "ended is null", first: {when: "ended is null", because: lies in the ward, rank: 1}}
    columns:
      - {column: stay_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
      - {column: ended, type: date}
code_systems:
  - {code_system: kind, title: Kinds, version: "1"}
"""
PERSON = """\
reads: {table}
into: patient
key: [pid]
unit: {{wherever: [{care}]}}
identities: [{{from: number, through: personal_identity}}]
conflict: first
fields:
  name: {{from: name}}
"""
MAPPINGS = {
    "person": PERSON.format(table="person", care="referral.pid"),
    "referral": """\
reads: referral
into: referral
key: [rid]
unit: {from: ward}
exclude: [{when: "struck = 'J'", because: "Struck out."}]
fields:
  patient_id: {find: patient, by: pid}
  status: {from: status}
  sort: {from: sort, through: {codebook: kinds}, unmapped: reject}
""",
}
OTHER = {
    "person": PERSON.format(table="people", care="booking.pid, stay.pid"),
    "booking": """\
reads: booking
into: booking
key: [bid]
unit: {from: ward}
fields:
  patient_id: {find: patient, by: pid}
  starts: {from: at, through: {local_time: "%Y-%m-%d %H:%M"}}
""",
    "stay": """\
reads: stay
into: stay
key: [sid]
unit: {from: ward}
fields:
  patient_id: {find: patient, by: pid}
  ended: {from: ended, through: day}
""",
}
OTHER_SYSTEM = """\
system: other
title: The other journal
source: {{kind: sqlite, path: other.sqlite}}
routes:
{routes}
  - information: medication
    route: manual
    owner: lead
    because: "By hand."
    tables: [pill, unsorted]
    patients: [{{table: pill, by: pid, in: other.person}}]
"""
FLOWS = """\
coexistence:
  - {flow: referrals, title: Referrals, from: [ward], to: ["*"], critical: true, routine: "By telephone."}
"""
GO_LIVE = "2024-11-12 04:00"
NEW = {"ward", "clinic"}

PEOPLE = [  # pid, number, name
    (1, "19811228-9874", "both sides, two spellings"),
    (2, "191212129801", "new side only"),
    (3, "19900101-9802", "closed on the new side"),
    (4, "191212129802", "a wrong number, the same in both"),
    (5, "19820411-9807", "two units of one wave"),
    (6, "198112159887", "struck out"),
    (7, "198202029818", "a referral whose code nobody knows"),
]
REFERRALS = [  # rid, pid, ward, status, sort, struck
    (10, 1, "ward", "sent", "a", "N"),
    (11, 2, "ward", "sent", "a", "N"),
    (12, 3, "ward", "closed", "a", "N"),
    (13, 4, "ward", "sent", "a", "N"),
    (14, 5, "ward", "sent", "a", "N"),
    (15, 5, "clinic", "sent", "a", "N"),
    (16, 6, "ward", "sent", "a", "J"),
    (17, 7, "clinic", "sent", "?", "N"),
    (18, 99, "ward", "sent", "a", "N"),  # of nobody
    (19, 98, "ward", "sent", "a", "N"),  # of nobody either, and alike in all that is counted by
]
OTHERS = [  # the other journal's own keys and spellings
    (501, "198112289874"),
    (502, "19121212-9801"),
    (503, "199001019802"),
    (504, "191212129802"),
    (505, "198204119807"),
    (506, "19811215-9887"),
    (507, "19820202-9818"),
    (508, "197501010000"),  # has a pill, and no care
]
BOOKINGS = [  # bid, pid, ward, at
    (20, 501, "later", "2024-12-24 10:00"),
    (21, 502, "later", "2024-11-11 10:00"),  # before the go-live
    (22, 503, "later", "2024-12-24 10:00"),
    (23, 504, "later", "2024-12-24 10:00"),
    (24, 506, "later", "2024-12-24 10:00"),
    (25, 507, "later", "2024-12-24 10:00"),
    (26, 502, "clinic", "2024-11-20 10:00"),
    (27, 505, "clinic", "2025-02-20 10:00"),
]
STAYS = [(30, 505, "ward", None), (31, 501, "ward", "2024-10-01")]  # sid, pid, ward, ended
PILLS = [(40, 505, "x"), (41, 505, "y"), (42, 502, "z"), (43, 501, "u"), (44, 504, "w"), (45, 999, "v"), (46, 508, "s"), (47, 508, "t")]
ASYLUM = {4}
"""Persons whose number is wrong: nobody is guessed, so each journal's is a person of its own."""


def region(folder: Path, flows: str = FLOWS) -> Ward:
    """The region, not planned."""
    number = {pid: "'" + text + "'" for pid, text, _ in PEOPLE}
    source = ["create table person (pid integer, number text, name text)"]
    source += ["create table referral (rid integer, pid integer, ward text, status text, sort text, struck text)"]
    source += [f"insert into person values ({pid}, {number[pid]}, '{name}')" for pid, _, name in PEOPLE]
    source += [f"insert into referral values {row}" for row in REFERRALS]
    project(folder, source=source, record=RECORD, mappings=MAPPINGS, codes={"kinds": "# code_system: kind\nsource,target\na,asthma\n"})
    routes = "\n".join(f"  - {{information: {name}, route: auto, owner: lead, conditions: {{{FIVE}}}}}" for name in OTHER)
    files = {f"mappings/other/{name}.yaml": f"mapping: other.{name}\ninformation: {name}\n{text}" for name, text in OTHER.items()}
    files |= {"mappings/other/system.yaml": OTHER_SYSTEM.format(routes=routes), "waves/coexistence.yaml": flows}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with closing(sqlite3.connect(folder / "other.sqlite")) as connection:
        connection.execute("create table people (pid integer, number text, name text)")
        connection.execute("create table booking (bid integer, pid integer, ward text, at text)")
        connection.execute("create table stay (sid integer, pid integer, ward text, ended text)")
        connection.execute("create table pill (oid integer, pid integer, pill text)")
        connection.execute("create table unsorted (oid integer)")
        connection.executemany("insert into people values (?, ?, 'x')", OTHERS)
        connection.executemany("insert into booking values (?, ?, ?, ?)", BOOKINGS)
        connection.executemany("insert into stay values (?, ?, ?, ?)", STAYS)
        connection.executemany("insert into pill values (?, ?, ?)", PILLS)
        connection.commit()
    ward = Ward(folder)
    ward.edit("waves/programme.yaml", "systems: [old]", "systems: [old, other]")
    return ward


@dataclass
class Oracle:
    """The same counted in plain Python: person to (unit, table) of open items."""

    items: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for _, pid, ward, status, _, struck in REFERRALS:
            if status != "closed" and struck == "N" and pid not in (98, 99):
                self.items[self.person(pid, "old")].add((ward, "referral"))
        for _, pid, ward, at in BOOKINGS:
            if at >= GO_LIVE:
                self.items[self.person(pid - 500, "other")].add((ward, "booking"))
        for _, pid, ward, ended in STAYS:
            if ended is None:
                self.items[self.person(pid - 500, "other")].add((ward, "stay"))

    def person(self, number: int, journal: str) -> str:
        return f"{number}" if number not in ASYLUM else f"{number} in {journal}"

    def pairs(self) -> dict[tuple[str, str, str], int]:
        """(new unit, old unit, flow) to patients; the one declared flow joins the ward, and nobody else, to all."""
        found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for person, items in self.items.items():
            for unit, table in items:
                for other, told in items:
                    if unit in NEW and other not in NEW:
                        flow = "referrals" if "referral" in (table, told) and unit == "ward" else ""
                        found[unit, other, flow].add(person)
        return {pair: len(people) for pair, people in found.items()}
