"""What does the tool know itself that a check may ask for? A new kind is one module here, one line below, and its name in model/own.py.

A module has KINDS (the events that tell of it, the newest counts), and `values(desk, wave, event, units)`, which gives the raw
values, unit by unit or on the line `*`. An event that takes back what was told before gives none. A module without KINDS is
looked at on the spot, and has `digest(store, programme, wave)` for what it stands on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import ModuleType

from vardskiftet.model.event import Event
from vardskiftet.model.evidence import EvidenceRef
from vardskiftet.model.measurement import UnitValue
from vardskiftet.model.programme import Programme
from vardskiftet.run.desk import Desk
from vardskiftet.run.own import books, coexistence, coverage, manual_transfer, rehearsal_books, verify
from vardskiftet.store.reader import StoreReader

READERS: dict[str, ModuleType] = {
    "books": books,
    "rehearsal_books": rehearsal_books,
    "coverage": coverage,
    "coexistence": coexistence,
    "verify": verify,
    "manual_transfer": manual_transfer,
}


def name_of(own: str) -> str:
    """What own evidence is called beside what is handed in."""
    return f"own:{own}"


def own_evidence(store: StoreReader, programme: Programme, own: str, wave: str, until: datetime) -> EvidenceRef | None:
    """The newest of a kind, as a reference; None if there is none."""
    module = READERS[own]
    if not module.KINDS:
        digest: str = module.digest(store, programme, wave)
        return EvidenceRef(name=name_of(own), digest=digest, as_of=until) if digest else None
    event = _newest(store, module, wave, until)
    return EvidenceRef(name=name_of(own), digest=event.hash, as_of=event.at) if event is not None else None


def own_values(desk: Desk, store: StoreReader, own: str, wave: str, until: datetime, units: Sequence[str]) -> tuple[UnitValue, ...]:
    """The raw values of the newest of a kind; none if there is none."""
    module = READERS[own]
    event = _newest(store, module, wave, until)
    if event is None and module.KINDS:
        return ()
    found: tuple[UnitValue, ...] = module.values(desk, wave, event, units)
    return found


def _newest(store: StoreReader, module: ModuleType, wave: str, until: datetime) -> Event | None:
    told = [event for kind in module.KINDS if (event := store.newest(kind, until, wave=wave)) is not None]
    return max(told, key=lambda event: event.seq, default=None)
