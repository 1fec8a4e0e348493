"""A ward of one's own for tests of the mapping language: tables and mappings in, books and rows out, through the real path."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vardskiftet.declare import read
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.model.difference import Level
from vardskiftet.run.apply import Applied, apply
from vardskiftet.run.desk import Desk, save_plan
from vardskiftet.run.planning import make_plan
from vardskiftet.run.verify import verify
from vardskiftet.run.verifying.found import differences_in

PROGRAMME = """\
programme: try-out
title: A try-out
timezone: Europe/Stockholm
synthetic: true
clock: 2024-11-05 08:00
batch_rows: {rows}
target: {{kind: sqlite, path: work/record.sqlite}}
systems: [old]
"""
UNITS = """\
units:
  - {unit: ward, title: The ward, kind: hospital_administration, area: here, hsa_id: SE2321000131-X0001}
  - {unit: clinic, title: The clinic, kind: narhalsan_unit, area: here, hsa_id: SE2321000131-X0002}
  - {unit: later, title: Later, kind: narhalsan_unit, area: here, hsa_id: SE2321000131-X0003}
"""
WAVES = {
    "first": "wave: first\ntitle: First\ngo_live: 2024-11-12 04:00\nunits:\n"
    "  - {unit: ward, scope: hospital}\n  - {unit: clinic, scope: primary_care}\n",
    "second": "wave: second\ntitle: Second\ngo_live: 2025-11-12 04:00\nafter: [first]\nunits:\n  - {unit: later, scope: primary_care}\n",
}
PATIENTS = """\
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns:
      - {column: patient_id, type: uuid, required: true}
      - {column: name, type: text, protected: true}
"""
"""A record's table of persons, under `tables:`."""
NOTES = """\
tables:
  - table: note
    title: Notes
    key: note_id
    columns:
      - {column: note_id, type: uuid, required: true}
      - {column: words, type: text}
"""
"""A record of notes and nothing else."""
VISITS = """\
  - table: visit
    title: Visits
    key: visit_id
    columns:
      - {column: visit_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
"""
"""A table of what belongs to one of them."""
SYSTEM = """\
system: old
title: The old journal
source: {{kind: sqlite, path: old.sqlite}}
routes:
{routes}
ignored: [{ignored}]
"""
FIVE = ", ".join(f"{one}: true" for one in ("structured", "usable", "combinable", "testable", "cheaper_than_manual"))
AUTO = f"  - {{{{information: {{name}}, route: auto, owner: lead, conditions: {{{{{FIVE}}}}}}}}}"


def project(
    folder: Path,
    *,
    source: Sequence[str],
    record: str,
    mappings: dict[str, str],
    codes: dict[str, str] | None = None,
    code: dict[str, str] | None = None,
    ignored: Sequence[str] = (),
    batch_rows: int = 3,
) -> Path:
    """Write a project: `source` as SQL statements, `record` as the tables of record.yaml, `mappings` by name (without the common keys)."""
    files = {
        "waves/programme.yaml": PROGRAMME.format(rows=batch_rows),
        "waves/units.yaml": UNITS,
        **{f"waves/{name}.yaml": text for name, text in WAVES.items()},
        "mappings/record.yaml": f"record: new\ntitle: The new record\nversion: '1'\n{record}",
        "mappings/old/system.yaml": SYSTEM.format(
            routes="\n".join(AUTO.format(name=name) for name in mappings),
            ignored=", ".join(f'{{table: {name}, because: "Not needed."}}' for name in ignored),
        ),
        **{f"mappings/old/{name}.yaml": f"mapping: old.{name}\ninformation: {name}\n{text}" for name, text in mappings.items()},
        **{f"mappings/codes/{name}.csv": text for name, text in (codes or {}).items()},
        **{f"mappings/python/{name}.py": text for name, text in (code or {}).items()},
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with closing(sqlite3.connect(folder / "old.sqlite")) as connection:
        for statement in source:
            connection.execute(statement)
        connection.commit()
    return folder


FINDINGS = """\
tables:
  - table: finding
    title: Findings
    key: finding_id
    columns:
      - {column: finding_id, type: uuid, required: true}
      - {column: code, type: text}
"""
FINDINGS_URL = "OLD_URL"
"""The variable that names the journal of `findings`."""


def findings(folder: Path, options: str = "") -> Path:
    """A project of four findings in batches of two, whose source is a SQLite file that SQLAlchemy reads, with these options."""
    project(
        folder,
        source=["create table d (id integer, code text)", "insert into d values (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')"],
        record=FINDINGS,
        mappings={"finding": "reads: d\ninto: finding\nkey: [id]\nunit: {is: ward}\nfields:\n  code: {from: code}\n"},
        batch_rows=2,
    )
    declared = folder / "mappings" / "old" / "system.yaml"
    text = declared.read_text(encoding="utf-8")
    declared.write_text(
        text.replace("{kind: sqlite, path: old.sqlite}", f"{{kind: sqlalchemy, url_from: {FINDINGS_URL}{options}}}"), encoding="utf-8"
    )
    return folder


def desk(folder: Path, *, trust_code: bool = True) -> Desk:
    """A desk on the project, with its fixed clock. Its code is the test's own."""
    programme = read(folder, vocabulary())
    clock = programme.clock or datetime(2024, 11, 5, tzinfo=UTC)
    return Desk(programme, lambda: clock, "0.1.0", "test", lambda _: None, trust_code=trust_code)


def landed(folder: Path, wave: str = "first") -> Applied:
    """Plan and apply a wave."""
    here = desk(folder)
    plan = make_plan(here, wave)
    save_plan(here, plan)
    applied = apply(here, plan)
    if applied.books.closes:
        both_ways_agree(folder, wave)
    return applied


def both_ways_agree(folder: Path, wave: str = "first") -> None:
    """What was loaded is what the verifier derives on its own: every test of the language tries both."""
    found = verify(desk(folder), wave, (Level.ROWS,))
    differing = [f"{one.mapping} {one.key} {one.column}: {one.kind.value}" for one in differences_in(folder / "work" / "verify" / wave)]
    assert found.equal, differing or [one.problems for one in found.levels]


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What the record holds."""
    with closing(sqlite3.connect(folder / "work/record.sqlite")) as connection:
        return connection.execute(query).fetchall()


def fates(folder: Path) -> list[tuple[Any, ...]]:
    """(key, item, fate, reason) of all items that were not loaded."""
    return rows(folder, "select source_key, item, fate, reason from vs_fate order by 1, 2, 3, 4")
