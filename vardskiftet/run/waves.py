"""How does a person pause, resume, cancel or close a wave? By a signed event; a turn that may not be taken is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vardskiftet.errors import Usage
from vardskiftet.judge.standing import TOLD_BY, TURNS, standing, turns_from
from vardskiftet.model.event import Event
from vardskiftet.run.desk import Desk
from vardskiftet.run.noted import run_of
from vardskiftet.run.signing import Signature, sign
from vardskiftet.store.reader import StoreReader
from vardskiftet.store.runs import new_run_id

SIGNED = {turn.kind for turn in TURNS.values()}


@dataclass(frozen=True, slots=True)
class Turned:
    """A wave's turn as it was signed."""

    wave: str
    verb: str
    before: str
    after: str
    reason: str
    signature: Signature
    at: datetime
    seq: int


def turn(desk: Desk, wave: str, verb: str, reason: str, said: str | None) -> Turned:
    """Sign a turn of a wave into the memory. Raises Usage without a reason, without a person, or where the status does not allow it."""
    if not reason.strip():
        raise Usage("A wave is turned for a reason.", hint="--reason TEXT")
    name = desk.wave(wave).wave
    signature = sign(desk.programme, said)
    asked = TURNS[verb]
    with desk.reading_store() as store:
        before = statuses(store, (name,))[name]
    if before not in asked.allowed:
        possible = turns_from(before)
        raise Usage(
            f"Wave '{name}' is {before.replace('_', ' ')}: it cannot be {_done(verb)}. {asked.why_not}",
            where=name,
            hint=f"Allowed now: {', '.join(possible)}." if possible else "Nothing of pause, resume, cancel and close is allowed now.",
        )
    payload = {"wave": name, "reason": reason.strip(), "from": before, **signature.payload()}
    run_id = new_run_id(desk.clock)
    with desk.writing_store() as store, run_of(desk, store, run_id, f"waves {verb}", name) as ended:
        event = store.append(asked.kind, payload, run_id)
        after = statuses(store, (name,))[name]
        ended["exit_code"] = 0
    return Turned(name, verb, before, after, reason.strip(), signature, event.at, event.seq)


def statuses(store: StoreReader, waves: tuple[str, ...]) -> dict[str, str]:
    """Each wave's status, folded from the memory."""
    kinds = tuple((event.kind, str(event.payload.get("wave", ""))) for event in store.of_kinds(TOLD_BY))
    return {wave: standing(kinds, wave) for wave in waves}


def signed_turns(store: StoreReader, wave: str) -> tuple[Event, ...]:
    """The signed turns of a wave, oldest first."""
    return tuple(event for event in store.of_kinds(SIGNED) if event.payload.get("wave") == wave)


def _done(verb: str) -> str:
    return {"pause": "paused", "resume": "resumed", "cancel": "cancelled", "close": "closed"}[verb]
