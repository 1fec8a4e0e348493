"""How is a folder of files delivered in a test, opened as a source, and what does it say?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vardskiftet.engine.encoding import DAMAGED
from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.model.system import SourceSpec, System


def system_of(kind: str, encoding: str = "utf-8", **options: Any) -> System:
    """A system `obstetrix` with its files in the folder `drops`."""
    spec = SourceSpec(kind=kind, options={"path": "drops", **options})
    return System(system="obstetrix", title="Obstetrix", source=spec, encoding=encoding, timezone="Europe/Stockholm")


def deliver(root: Path, **files: bytes | str) -> Path:
    """Put files into `drops`; `__` in a name stands for the dot. Text is UTF-8."""
    folder = root / "drops"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@contextmanager
def opened(root: Path, kind: str = "csv", encoding: str = "utf-8", **options: Any) -> Iterator[Source]:
    """The live source."""
    source = open_source(system_of(kind, encoding, **options), root)
    try:
        yield source
    finally:
        source.close()


def rows_of_table(source: Source, table: str) -> list[tuple[str | None, ...]]:
    """All rows of a table in the order of their first column, what is damaged in them last."""
    names = tuple(column.name for column in source.schema()[table])
    batches = list(source.read(Extract(table, names, names[:1]), None))
    found = [(row["vs_row"], *(row[name] for name in names), row[DAMAGED]) for batch in batches for row in batch.to_pylist()]
    return [row[1:] for row in sorted(found, key=lambda row: row[0])]


_FIVE = ", ".join(f"{one}: true" for one in ("structured", "usable", "combinable", "testable", "cheaper_than_manual"))
_DECLARED = {
    "waves/programme.yaml": """\
programme: naughty
title: Hostile texts
timezone: Europe/Stockholm
synthetic: true
clock: 2024-11-05 08:00
batch_rows: 100
target: {kind: sqlite, path: work/record.sqlite}
systems: [old]
""",
    "waves/units.yaml": """\
units:
  - {unit: ward, title: The ward, kind: hospital_administration, area: here, hsa_id: SE2321000131-X0001, systems: [old]}
""",
    "waves/first.yaml": """\
wave: first
title: First
go_live: 2024-11-12 04:00
units:
  - {unit: ward, scope: hospital}
budgets: {rejected: {MALFORMED_ROW: 1, INVALID_ENCODING: 1}}
""",
    "mappings/record.yaml": """\
record: new
title: The new record
version: "1"
tables:
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns:
      - {column: patient_id, type: uuid, required: true}
      - {column: number, type: text, required: true}
      - {column: name, type: text, required: true, protected: true}
  - table: note
    title: Notes
    key: note_id
    columns:
      - {column: note_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
      - {column: number, type: text, required: true}
      - {column: words, type: text, required: true, protected: true}
""",
    "mappings/old/system.yaml": f"""\
system: old
title: The old journal
source: {{kind: csv, path: drops}}
routes:
  - {{information: persons, route: auto, owner: lead, conditions: {{{_FIVE}}}}}
  - {{information: notes, route: auto, owner: lead, conditions: {{{_FIVE}}}}}
""",
    "mappings/old/person.yaml": """\
mapping: old.person
information: persons
reads: person
into: patient
key: [person_id]
unit: {wherever: [note.person_id]}
identities: []
fields:
  number: {from: person_id}
  name: {from: name}
""",
    "mappings/old/note.yaml": """\
mapping: old.note
information: notes
reads: note
into: note
key: [note_id]
unit: {is: ward}
fields:
  patient_id: {find: patient, by: person_id}
  number: {from: note_id}
  words: {from: words}
""",
}


def small_project(folder: Path) -> None:
    """Declarations of persons and their notes, delivered as CSV files `person` and `note`; one malformed and one undecodable row may be."""
    for name, content in _DECLARED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
