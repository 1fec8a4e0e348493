"""A region small enough to read at a glance: its files, a vocabulary of its own, and what is told when a line is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from vardskiftet.declare import read
from vardskiftet.errors import DeclarationsWrong, Fault
from vardskiftet.model.programme import Programme
from vardskiftet.model.vocabulary import Kind, Probed, Vocabulary

FILES = {
    "waves/programme.yaml": """\
programme: landstad
title: Landstad
timezone: Europe/Stockholm
synthetic: true
clock: 2024-11-05 08:00
target: {kind: sqlite, path: work/record.sqlite}
systems: [elvis]
people:
  - {person: anna, name: Anna Ek, role: migration lead}
freezes:
  - {freeze: new-year, title: New Year, from: 2024-12-16, to: 2025-01-07, because: "Few on duty.", no_go_live: true}
""",
    "waves/units.yaml": """\
units:
  - {unit: kinna, title: Närhälsan Kinna, kind: narhalsan_unit, area: södra, hsa_id: SE2321000131-X0001, systems: [elvis]}
  - {unit: sas, title: SÄS, kind: hospital_administration, area: södra, hsa_id: SE2321000131-X0002, illustrative: true}
  - {unit: tand, title: Tandvården, kind: dental_service, area: region, hsa_id: SE2321000131-X9001, excluded: "Outside the programme."}
""",
    "waves/south-1.yaml": """\
wave: south-1
title: First
go_live: 2024-11-12 04:00
after: []
units:
  - {unit: kinna, scope: primary_care}
tolerance: 0.25
budgets: {no_unit: 12, rejected: {IDENTITY_CHECKSUM: 40}}
cutover_hours: 12
milestones:
  - {milestone: start, title: Start, at: T-16mo}
  - {milestone: G90, title: Criteria, at: T-90d, owner: anna}
  - {milestone: drill, title: Dress rehearsal, on: 2024-10-19}
  - {milestone: exit, title: Exit, at: T+28d}
freezes:
  - {freeze: extract, title: Read only, from: T-2d, to: T+1d, because: "Nothing is lost."}
duties:
  - {person: anna, role: migration lead, from: T-28d, to: T+14d}
""",
    "waves/south-2.yaml": """\
wave: south-2
title: Second
go_live: 2025-autumn
precision: season
after: [south-1]
units:
  - {unit: sas, scope: hospital, moved: [{from: south-1, decision: RS 1, date: 2024-02-13, because: "Too early."}]}
distance_days: 180
""",
    "waves/coexistence.yaml": """\
coexistence:
  - {flow: referrals, title: Referrals, from: ["*"], to: [hospital_administration], critical: true, routine: On paper., approved: RS 2}
  - {flow: answers, title: Answers, from: [sas], to: [kinna]}
""",
    "mappings/record.yaml": """\
record: small
title: A small record
version: "1"
code_systems:
  - {code_system: visit_type, title: Visits, version: "2024"}
  - {code_system: sex, title: Sex, version: "2024"}
tables:
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns:
      - {column: patient_id, type: uuid, required: true}
      - {column: identifier, type: text, required: true, protected: true}
  - table: appointment
    title: Bookings
    key: appointment_id
    columns:
      - {column: appointment_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
      - {column: starts_at, type: instant, required: true}
      - {column: visit_type, type: text, code_system: visit_type}
      - {column: minutes, type: integer}
      - {column: note, type: text, max_length: 10}
""",
    "mappings/codes/visit_type.csv": "# code_system: visit_type\nsource,target\nNB,new\nÅB,return\n",
    "mappings/elvis/system.yaml": """\
system: elvis
title: Elvis
source: {kind: sqlite, path: journals/elvis.sqlite}
encoding: cp1252
routes:
  - information: bookings
    route: auto
    conditions: {structured: true, usable: true, combinable: true, testable: true, cheaper_than_manual: true}
    owner: migration lead
  - {information: persons, route: auto, conditions: {structured: true, usable: true, combinable: true, testable: true,
     cheaper_than_manual: true}, owner: migration lead}
  - {information: old contacts, route: archive, owner: archive lead, because: "Read only.", tables: [kontakt_hist]}
ignored:
  - {table: tmp_import, because: "Work table."}
""",
    "mappings/elvis/person.yaml": """\
mapping: elvis.person
information: persons
reads: person
into: patient
key: [person_id]
unit: {wherever: [bokning.person_id]}
identities:
  - {from: personnummer, through: personal_identity}
fields:
  identifier: {from: personnummer, through: personal_identity}
conflict: first
""",
    "mappings/elvis/booking.yaml": """\
mapping: elvis.booking
information: bookings
reads: bokning
into: appointment
key: [bokning_id]
unit: {from: enhet_hsaid}
changed: andrad_tid
exclude:
  - {when: "makulerad = 'J'", because: "Struck out."}
fields:
  patient_id: {find: patient, by: person_id}
  starts_at:  {from: starttid, through: {local_time: "%Y-%m-%d %H:%M", repeated_hour: first}}
  visit_type: {from: besokstyp, through: {codebook: visit_type}, unmapped: keep_local}
  minutes:    {is: 30}
  note:       {sql: "upper(anteckning)"}
reject:
  - {when: "starts_at > timestamptz '2030-01-01 00:00:00+00'", reason: FUTURE_DATE}
follow_parent: exclude
examples:
  - {row: {bokning_id: "1", starttid: 2024-11-31 10:00, besokstyp: null}, gives: {rejected: INVALID_DATE}}
  - {row: {bokning_id: "2", makulerad: J}, gives: {excluded: true}}
  - {row: {bokning_id: "3"}, gives: {visit_type: new, note: null}}
""",
}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(Strict):
    pass


class SqliteOptions(Strict):
    path: str


class PersonalIdentity(Strict):
    gives: Literal["id", "domain", "birth_date"] = "id"


class CodebookOptions(Strict):
    codebook: str
    unmapped: str = "reject"


class LocalTime(Strict):
    format: str
    repeated_hour: Literal["first", "second", "reject"] = "reject"
    sentinels: list[str] = []
    retries: int = 0


def probe(expression: str) -> Probed:
    """A stand-in for the engine's: it knows one wrong word."""
    return Probed(error="syntax error at or near\n'casse'") if "casse" in expression else Probed()


VOCABULARY = Vocabulary(
    reasons={"INVALID_DATE": "No day.", "IDENTITY_CHECKSUM": "A wrong check digit."},
    transforms={
        "personal_identity": Kind(PersonalIdentity, "gives"),
        "codebook": Kind(CodebookOptions, "codebook"),
        "local_time": Kind(LocalTime, "format"),
        "hsa_id": Kind(Nothing),
    },
    sources={"sqlite": Kind(SqliteOptions)},
    targets={"sqlite": Kind(SqliteOptions)},
    probe=probe,
)


def write(root: Path, files: dict[str, str | bytes | None]) -> Path:
    """Write the small region with some files replaced, added, or (None) left out."""
    for path, text in {**FILES, **files}.items():
        if text is not None:
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def edited(path: str, *changes: tuple[str, str]) -> str:
    """A file of the small region with texts replaced; each must stand there exactly once."""
    text = FILES[path]
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        text = text.replace(old, new)
    return text


def understood(root: Path, files: dict[str, str | bytes | None] | None = None) -> Programme:
    """The programme of the small region."""
    return read(write(root, files or {}), VOCABULARY)


def told(root: Path, files: dict[str, str | bytes | None]) -> tuple[Fault, ...]:
    """The faults of the small region with some files changed; there must be some."""
    with pytest.raises(DeclarationsWrong) as wrong:
        read(write(root, files), VOCABULARY)
    return wrong.value.faults


def only(root: Path, path: str, old: str, new: str) -> Fault:
    """The one fault that is told when one text of one file is changed."""
    faults = told(root, {path: edited(path, (old, new))})
    assert len(faults) == 1, "\n".join(f"{fault.where} {fault.trail}: {fault.message} {fault.hint}" for fault in faults)
    return faults[0]


def rendered(faults: tuple[Fault, ...]) -> str:
    """Faults as a person reads them."""
    return "\n\n".join(f"{fault.where}  {fault.trail}\n    {fault.message}\n    {fault.hint}".rstrip() for fault in faults) + "\n"
