"""In which text does the record store a value, and does it fit its column? The canonical text that digests are made of."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from vardskiftet.engine.rederive.meaning.answer import Answer, Value, because
from vardskiftet.model.record import Column, ColumnType

_WHOLE = re.compile(r"[-+]?0*[0-9]{1,19}")
_LEAST, _MOST = -(2**63), 2**63 - 1
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(Z|[-+][0-9]{2}(?::?[0-9]{2})?)")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def stored(value: Value, kind: ColumnType, column: Column) -> Answer:
    """The text that the column stores, or why the value does not fit it. `kind` is the type that the value was read as."""
    text, reason = _typed(value, kind, column.type)
    if reason is not None:
        return because(reason)
    if text is None:
        return because("REQUIRED_EMPTY") if column.required else (None, None)
    if column.max_length is not None and len(str(text)) > column.max_length:
        return because("TOO_LONG")
    return text, None


def between(value: Value, kind: ColumnType) -> str | None:
    """A value as the text that the next step of its chain gets."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        told = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return told + (f".{value.microsecond:06d}".rstrip("0") if value.microsecond else "")
    return value.isoformat() if isinstance(value, date) else value


def _typed(value: Value, kind: ColumnType, wanted: ColumnType) -> Answer:
    if value is None:
        return None, None
    if wanted == ColumnType.TEXT:
        return between(value, kind), None
    if kind == wanted:
        return _canonical(value), None
    text = between(value, kind)
    return (None, None) if text is None else _READ[wanted](text)


def _canonical(value: Value) -> str:
    """Instants as 2024-07-01T10:00:00Z, days as 2024-07-01, truth values as 1 and 0, all else as it is."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        told = f"{value.year:04d}{value.astimezone(UTC).strftime('-%m-%dT%H:%M:%S')}"
        return told + (f".{value.microsecond:06d}" if value.microsecond else "") + "Z"
    return value.isoformat() if isinstance(value, date) else str(value)


def _whole(text: str) -> Answer:
    fits = _WHOLE.fullmatch(text) is not None and _LEAST <= int(text) <= _MOST
    return (str(int(text)), None) if fits else because("INVALID_NUMBER")


def _number(text: str) -> Answer:
    return (text, None) if _NUMBER.fullmatch(text) else because("INVALID_NUMBER")


def _truth(text: str) -> Answer:
    return ({"true": "1", "false": "0"}[text], None) if text in ("true", "false") else because("INVALID_BOOLEAN")


def _day(text: str) -> Answer:
    try:
        return (date.fromisoformat(text).isoformat(), None) if _DAY.fullmatch(text) else because("INVALID_DATE")
    except ValueError:
        return because("INVALID_DATE")


def _instant(text: str) -> Answer:
    found = _MOMENT.fullmatch(text)
    if found is None:
        return because("INVALID_DATE")
    zone = "+00:00" if found[3] == "Z" else found[3] if ":" in found[3] else f"{found[3][:3]}:{found[3][3:] or '00'}"
    try:
        return _canonical(datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}").astimezone(UTC)), None
    except (ValueError, OverflowError):
        return because("INVALID_DATE")


def _uuid(text: str) -> Answer:
    return (text, None) if _UUID.fullmatch(text) else because("INVALID_UUID")


_READ = {
    ColumnType.INTEGER: _whole,
    ColumnType.DECIMAL: _number,
    ColumnType.BOOLEAN: _truth,
    ColumnType.DATE: _day,
    ColumnType.INSTANT: _instant,
    ColumnType.UUID: _uuid,
}
