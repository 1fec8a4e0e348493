"""How are many local times read at once? All texts of a form beside each other, digit by digit; what is odd, one by one."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
_DAY, _CLOCK = ("%Y", "%m", "%d"), ("%H", "%M", "%S")
_MOST = {"%H": 23, "%M": 59, "%S": 59}
_EPOCH = date(1970, 1, 1)
_NONE = np.iinfo(np.int64).min
_WRITTEN = len("2024-07-01T10:00:00Z")
KEPT_DAYS = 65_536
"""Days of a zone that are remembered: a century and a half, of every field together."""

Alone = Callable[[pa.Array], tuple[pa.Array, pa.Array]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]
Letters = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of fixed width: where each of its numbers begins, and which letter stands at every other place."""

    width: int
    numbers: Mapping[str, int]
    letters: Mapping[int, int]


def form_of(form: str) -> Form | None:
    """Its places; None if it is not of fixed width, names a part twice, no whole day, or letters beyond ASCII."""
    parts = re.findall("%-?.|[^%]", form, re.DOTALL)
    named = [part for part in parts if part.startswith("%")]
    if not form.isascii() or any(part not in _WIDTHS for part in named) or len(named) != len(set(named)) or not set(_DAY) <= set(named):
        return None
    at, numbers, letters = 0, dict[str, int](), dict[int, int]()
    for part in parts:
        if part in _WIDTHS:
            numbers[part] = at
        else:
            letters[at] = ord(part)
        at += _WIDTHS.get(part, 1)
    return Form(at, numbers, letters)


@dataclass
class ManyMoments:
    """Local times of one form and zone, as stored instants. What is odd in any way is left to `alone`, text by text."""

    form: Form
    zone: ZoneInfo
    alone: Alone

    def of(self, texts: pa.Array) -> tuple[pa.Array, pa.Array]:
        """(stored texts, reasons)."""
        plain = pc.fill_null(pc.equal(pc.binary_length(texts), self.form.width), False)
        wide = plain.to_numpy(zero_copy_only=False)
        seconds = np.full(len(texts), _NONE)
        seconds[wide] = self._seconds(_letters(texts if wide.all() else texts.filter(plain), self.form.width))
        sound = seconds != _NONE
        told = _written(np.where(sound, seconds, 0))
        if sound.all():
            return told, pa.nulls(len(texts), pa.string())
        odd = np.flatnonzero(~sound)
        values, reasons = self.alone(texts.take(pa.array(odd)))
        places = np.zeros(len(texts), dtype=np.int64)
        places[odd] = np.arange(len(odd))
        chosen, at = pa.array(~sound), pa.array(places)
        return pc.if_else(chosen, values.take(at), told), pc.if_else(chosen, reasons.take(at), pa.scalar(None, pa.string()))

    def _seconds(self, rows: Letters) -> Numbers:
        """UTC seconds of texts of the form's width, a row each; `_NONE` for what is odd."""
        fits = np.ones(len(rows), dtype=bool)
        for at, letter in self.form.letters.items():
            fits &= rows[:, at] == letter
        values = {part: _number(rows[:, at : at + _WIDTHS[part]], fits) for part, at in self.form.numbers.items()}
        for part, most in _MOST.items():
            fits &= values.get(part, 0) <= most
        hours, minutes, seconds = (values.get(part, 0) for part in _CLOCK)
        year, month, day = (values[part] for part in _DAY)
        begun = self._begun((year * 100 + month) * 100 + day)
        found: Numbers = np.where(fits & (begun != _NONE), begun + (hours * 60 + minutes) * 60 + seconds, _NONE)
        return found

    def _begun(self, days: Numbers) -> Numbers:
        """UTC seconds at which each day begins, days as 20240701; each different one is looked at once."""
        coded = pa.array(days).dictionary_encode()
        begins = [_begins(day, self.zone) for day in coded.dictionary.to_pylist()]
        found: Numbers = np.array(begins or [_NONE], dtype=np.int64)[coded.indices.to_numpy(zero_copy_only=False)]
        return found


@lru_cache(maxsize=KEPT_DAYS)
def _begins(day: int, zone: ZoneInfo) -> int:
    """UTC seconds of a day's local midnight, where there is such a day, and no clock is changed on it or beside it; else `_NONE`."""
    year, month, number = day // 10_000, day // 100 % 100, day % 100
    if not (2 < year < 9998 and 1 <= month <= 12 and 1 <= number <= monthrange(year, month)[1]):
        return _NONE
    midnight = datetime(year, month, number)  # noqa: DTZ001 - a local time, as it is written
    offsets = {_offset(midnight + timedelta(hours=hours), zone, fold) for hours in (-24, 0, 24, 48) for fold in (0, 1)}
    return (midnight.date() - _EPOCH).days * 86_400 - int(offsets.pop().total_seconds()) if len(offsets) == 1 else _NONE


def many_moments(options: Mapping[str, Any], zone: str, alone: Alone) -> ManyMoments | None:
    """A reader of many times; None where the form, or texts that mean none, ask for one at a time."""
    form = form_of(str(options.get("format", "%Y-%m-%d %H:%M:%S")))
    return None if form is None or options.get("sentinels") else ManyMoments(form, ZoneInfo(zone), alone)


def _offset(local: datetime, zone: ZoneInfo, fold: int) -> timedelta:
    return local.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()


def _letters(texts: pa.Array, width: int) -> Letters:
    """The bytes of texts that are all of one width, a row each."""
    if not len(texts):
        return np.empty((0, width), dtype=np.uint8)
    _, offsets, held = texts.buffers()
    first = int(np.frombuffer(offsets, dtype=np.int32)[texts.offset])
    return np.frombuffer(held, dtype=np.uint8, count=len(texts) * width, offset=first).reshape(-1, width)


def _number(rows: Letters, fits: np.ndarray[Any, np.dtype[np.bool_]]) -> Numbers:
    """The number that digits write; a row with another letter does not fit any more."""
    number = np.zeros(len(rows), dtype=np.int64)
    for place in range(rows.shape[1]):
        digit = rows[:, place] - np.uint8(ord("0"))  # what is below "0" comes out far above nine
        fits &= digit <= 9
        number = number * 10 + digit
    return number


def _written(seconds: Numbers) -> pa.Array:
    """UTC seconds as the record stores them: days written once each, clocks digit by digit."""
    days, clocks = np.divmod(seconds, 86_400)
    coded = pa.array(days).dictionary_encode()
    texts = b"".join((_EPOCH + timedelta(days=day)).isoformat().encode() for day in coded.dictionary.to_pylist())
    rows = np.empty((len(seconds), _WRITTEN), dtype=np.uint8)
    rows[:, :10] = np.frombuffer(texts, dtype=np.uint8).reshape(-1, 10)[coded.indices.to_numpy(zero_copy_only=False)]
    for at, letter in ((10, "T"), (13, ":"), (16, ":"), (19, "Z")):
        rows[:, at] = ord(letter)
    for at, number in ((11, clocks // 3600), (14, clocks // 60 % 60), (17, clocks % 60)):
        rows[:, at], rows[:, at + 1] = number // 10 + ord("0"), number % 10 + ord("0")
    offsets = np.arange(0, len(rows) * _WRITTEN + 1, _WRITTEN, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(rows)])
