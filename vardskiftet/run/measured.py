"""How does a measurement stand in the programme's memory, and how is the newest found?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

from vardskiftet.model.check import Check
from vardskiftet.model.event import Event
from vardskiftet.model.evidence import EvidenceRef
from vardskiftet.model.measurement import Measurement, UnitValue
from vardskiftet.store.reader import StoreReader

MEASURED = "check.measured"
NOTHING: list[Any] = [0, "", 0, 0, ""]
"""What is left out at the end of a unit's line: excluded rows, worst group, groups, small ones, newest day."""
LONGEST = 5 + len(NOTHING)


def payload_of(one: Measurement) -> dict[str, Any]:
    """A measurement as an event carries it: short, since there are many."""
    return {
        "check": one.check,
        "wave": one.wave,
        "definition": one.definition,
        "threshold": one.threshold,
        "evidence": [[ref.name, ref.digest, ref.as_of.isoformat()] for ref in one.evidence],
        "units": [_short(value) for value in one.units],
        "error": one.error,
    }


def measurement_of(event: Event) -> Measurement:
    """A measurement from its event."""
    payload = event.payload
    return Measurement(
        check=payload["check"],
        wave=payload["wave"],
        at=event.at,
        definition=payload["definition"],
        evidence=tuple(EvidenceRef(name=name, digest=digest, as_of=datetime.fromisoformat(at)) for name, digest, at in payload["evidence"]),
        units=tuple(_long(short) for short in payload["units"]),
        error=payload["error"],
        threshold=payload["threshold"],
        seq=event.seq,
    )


def newest_of(store: StoreReader, check: Check, wave: str, until: datetime) -> Measurement | None:
    """The newest measurement of a check for a wave, under its present name or the one before; None if there is none."""
    return next(history_of(store, check, wave, until), None)


def history_of(store: StoreReader, check: Check, wave: str, until: datetime) -> Iterator[Measurement]:
    """Measurements of a check for a wave, the newest first: those under its present name, then those under the one before."""
    return (measurement_of(event) for event in events_of(store, check, wave, until))


def events_of(store: StoreReader, check: Check, wave: str, until: datetime) -> Iterator[Event]:
    """The events of a check's measurements in that order, as they lie in the memory."""
    for name in (check.check, check.was):
        if name:
            yield from store.backwards(MEASURED, until, wave=wave, check=name)


def as_of(event: Event) -> datetime:
    """When a measurement was true: the oldest of what it stands on, else its own time."""
    return min((datetime.fromisoformat(at) for _, _, at in event.payload["evidence"]), default=event.at)


def different_values(event: Event) -> tuple[UnitValue, ...]:
    """Each value of a measurement's units once, without its unit: they are few, and history is long."""
    told = {(short[1], short[9] if len(short) == LONGEST else "") for short in event.payload["units"]}
    return tuple(_long(["", value, "", "", 0, *NOTHING[:4], since]) for value, since in sorted(told))


def _short(value: UnitValue) -> list[Any]:
    """Unit, value, part, whole, rows, and the rest only as far as there is any."""
    told: list[Any] = [value.unit, _text(value.value), _text(value.part), _text(value.whole), value.rows]
    rest = [value.excluded, value.group, value.groups, value.small, value.since.isoformat() if value.since else ""]
    while rest and not rest[-1]:
        rest.pop()
    return told + rest


def _long(short: list[Any]) -> UnitValue:
    unit, value, part, whole, rows = short[:5]
    excluded, group, groups, small, since = short[5:] + NOTHING[len(short) - 5 :]
    day = date.fromisoformat(since) if since else None
    return UnitValue(unit, _number(value), _number(part), _number(whole), rows, excluded, group, groups, small, day)


def _text(number: Fraction | None) -> str:
    return "" if number is None else str(number)


@lru_cache(maxsize=65536)
def _number(text: str) -> Fraction | None:
    return Fraction(text) if text else None
