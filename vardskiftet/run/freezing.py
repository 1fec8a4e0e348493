"""When were a wave's criteria frozen, by whom, and what was changed since without a signature?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from vardskiftet.errors import Usage
from vardskiftet.judge.criteria import as_they_stand, changes, digest
from vardskiftet.model.event import Event
from vardskiftet.model.readiness import CriteriaChange
from vardskiftet.run.desk import Desk
from vardskiftet.run.noted import note
from vardskiftet.run.signing import sign
from vardskiftet.store.reader import StoreReader

FROZEN = "criteria.frozen"


@dataclass(frozen=True, slots=True)
class Freezing:
    """One freezing of a wave's criteria, or of their changes."""

    at: datetime
    digest: str
    name: str
    role: str
    reason: str
    changes: tuple[CriteriaChange, ...]
    """What was changed since the freezing before, and is signed by this one."""


@dataclass(frozen=True, slots=True)
class State:
    """How a wave's criteria stand."""

    freezings: tuple[Freezing, ...]
    """Oldest first."""
    unsigned: tuple[CriteriaChange, ...]
    digest: str
    """Of the criteria as they stand now."""

    @property
    def frozen_at(self) -> datetime | None:
        """When they were first frozen; None if they never were."""
        return self.freezings[0].at if self.freezings else None


def state(desk: Desk, store: StoreReader, wave: str, until: datetime) -> State:
    """How the criteria of a wave stood at a time, held against the declarations as they stand."""
    now = as_they_stand(desk.programme.criteria, desk.wave(wave))
    told = [event for event in store.events(FROZEN) if event.payload["wave"] == wave and event.at <= until]
    unsigned = changes(told[-1].payload["criteria"], now) if told else ()
    return State(tuple(_freezing(event) for event in told), unsigned, digest(now))


def freeze(desk: Desk, wave: str, reason: str, said: str | None) -> State:
    """Freeze the criteria, or sign what was changed since; returns how they stand then.

    Raises Usage where nothing was declared, where there is nothing to sign, without a reason for changes, or if nobody may sign.
    """
    criteria = desk.programme.criteria
    if not criteria.checks:
        raise Usage("This programme declares no check; there is nothing to freeze.", where="checks/")
    with desk.reading_store() as store:
        before = state(desk, store, wave, desk.clock())
    if before.freezings and not before.unsigned:
        raise Usage("The criteria are frozen, and nothing was changed since.", where=wave, hint=f"vardskiftet gate status {wave}")
    if before.freezings and not reason.strip():
        told = f"{len(before.unsigned)} changes of criteria are signed for a reason."
        raise Usage(told, where=wave, hint="--reason TEXT; gate status shows them.")
    signature = sign(desk.programme, said)
    payload = {
        "wave": wave,
        "criteria": as_they_stand(criteria, desk.wave(wave)),
        "digest": before.digest,
        "changes": [asdict(one) for one in before.unsigned],
        "reason": reason.strip(),
        **signature.payload(),
    }
    note(desk, "gate freeze", wave, FROZEN, payload)
    with desk.reading_store() as store:
        return state(desk, store, wave, desk.clock())


def _freezing(event: Event) -> Freezing:
    payload = event.payload
    changed = tuple(CriteriaChange(**one) for one in payload["changes"])
    return Freezing(event.at, payload["digest"], payload["name"], payload["role"], payload["reason"], changed)
