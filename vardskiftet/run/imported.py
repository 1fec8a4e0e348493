"""Which corrections are in force? Files beside the data, named by the programme's memory in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vardskiftet.engine.corrections import read_corrections
from vardskiftet.model.event import Event
from vardskiftet.model.plan import Plan
from vardskiftet.model.reject import Correction
from vardskiftet.run.desk import Desk

IMPORTED = "rejects.imported"
REPLAYED = "rejects.replayed"
EXPORTED = "rejects.exported"


def corrections_folder(desk: Desk) -> Path:
    """Where corrections lie: patients' values, beside the data and as protected."""
    return desk.work / "corrections"


def imported_files(events: Iterable[Event]) -> tuple[str, ...]:
    """Digests of the files of corrections, in the order in which they came."""
    return tuple(str(event.payload["file"]) for event in events if event.kind == IMPORTED)


def corrections_of(desk: Desk, wave: str) -> tuple[Correction, ...]:
    """Those that were brought in by one wave's worklists."""
    with desk.reading_store() as store:
        files = imported_files(event for event in store.events(IMPORTED) if event.payload.get("wave") == wave)
    mine = {one.reject for one in read_corrections(corrections_folder(desk), files)}
    return tuple(one for one in corrections_in_force(desk) if one.reject in mine)


def files_in_force(desk: Desk) -> tuple[str, ...]:
    """The same, from the programme's memory. A correction belongs to its source row, and so to every wave that reads it."""
    with desk.reading_store() as store:
        return imported_files(store.events(IMPORTED))


def corrections_in_force(desk: Desk) -> tuple[Correction, ...]:
    """Every correction that was imported and not withdrawn."""
    return read_corrections(corrections_folder(desk), files_in_force(desk))


def corrections_in_effect(desk: Desk, plan: Plan) -> tuple[Correction, ...]:
    """Those that a plan's rows stand on in the record: its own, and what was replayed since, less what was held back."""
    with desk.reading_store() as store:
        told = [event.payload for event in store.events(REPLAYED) if event.payload["plan"] == plan.fingerprint]
    files, held = (told[-1]["files"], set(told[-1]["held"])) if told else (plan.corrections, set())
    return tuple(one for one in read_corrections(corrections_folder(desk), tuple(files)) if one.reject not in held)
