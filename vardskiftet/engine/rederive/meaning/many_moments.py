"""How are many local times read at once? Their days and their clocks apart, since there are few of either; odd days one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.engine.rederive.meaning.moment import parser

_WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
_DAY, _CLOCK = {"%Y", "%m", "%d"}, {"%H", "%M", "%S"}
_EPOCH = date(1970, 1, 1)
_NONE = np.iinfo(np.int64).min

Alone = Callable[[pa.Array], tuple[pa.Array, pa.Array]]


@dataclass(frozen=True, slots=True)
class Cut:
    """A form of fixed width, cut between its day and its clock: letters of each, and where they begin and end."""

    day: str
    clock: str
    width: int
    at: int
    """Where the clock begins, with whatever stands before it."""


def cut_of(form: str) -> Cut | None:
    """Where a form is cut; None if it is not of fixed width, or does not name the whole day first."""
    parts = re.findall("%-?.|[^%]", form, re.DOTALL)
    if any(part.startswith("%") and part not in _WIDTHS for part in parts):
        return None
    first = next((place for place, part in enumerate(parts) if part in _CLOCK), len(parts))
    last = max((place for place, part in enumerate(parts) if part in _DAY), default=len(parts))
    if first == len(parts) or last > first or {part for part in parts if part in _DAY} != _DAY:
        return None
    if len([part for part in parts if part in _WIDTHS]) != len({part for part in parts if part in _WIDTHS}):
        return None
    widths = [_WIDTHS.get(part, 1) for part in parts]
    return Cut("".join(parts[: last + 1]), "".join(parts[last + 1 :]), sum(widths), sum(widths[: last + 1]))


@dataclass
class ManyMoments:
    """Local times of one form and zone, as stored instants. What is odd in any way is left to `alone`, text by text."""

    cut: Cut
    zone: ZoneInfo
    alone: Alone

    def __post_init__(self) -> None:
        self._day, self._clock = parser(self.cut.day), parser(f"%Y-%m-%d{self.cut.clock}")
        self._days: dict[str, int] = {}
        self._clocks: dict[str, int] = {}

    def of(self, texts: pa.Array) -> tuple[pa.Array, pa.Array]:
        """(stored texts, reasons)."""
        plain = pc.and_(pc.equal(pc.utf8_length(texts), self.cut.width), pc.equal(pc.binary_length(texts), self.cut.width))
        days = _looked_up(pc.utf8_slice_codeunits(texts, 0, self.cut.at), self._days, self._begins)
        clocks = _looked_up(pc.utf8_slice_codeunits(texts, self.cut.at), self._clocks, self._seconds)
        sound = pc.fill_null(plain, False).to_numpy(zero_copy_only=False) & (days != _NONE) & (clocks != _NONE)
        told = _written(np.where(sound, days + clocks, 0))
        if sound.all():
            return told, pa.nulls(len(texts), pa.string())
        odd = np.flatnonzero(~sound)
        values, reasons = self.alone(texts.take(pa.array(odd)))
        places = np.zeros(len(texts), dtype=np.int64)
        places[odd] = np.arange(len(odd))
        chosen, at = pa.array(~sound), pa.array(places)
        return pc.if_else(chosen, values.take(at), told), pc.if_else(chosen, reasons.take(at), pa.scalar(None, pa.string()))

    def _begins(self, text: str) -> int:
        """UTC seconds of the day's local midnight, where no clock is changed on that day or beside it."""
        found = self._day(text)
        if found is None or not 2 < found.year < 9998:
            return _NONE
        offsets = {_offset(found + timedelta(hours=hours), self.zone, fold) for hours in (-24, 0, 24, 48) for fold in (0, 1)}
        if len(offsets) > 1:
            return _NONE
        return (found.date() - _EPOCH).days * 86_400 - int(offsets.pop().total_seconds())

    def _seconds(self, text: str) -> int:
        found = self._clock(f"2000-01-01{text}")
        return _NONE if found is None else (found.hour * 60 + found.minute) * 60 + found.second


def many_moments(options: Mapping[str, Any], zone: str, alone: Alone) -> ManyMoments | None:
    """A reader of many times; None where the form, or texts that mean none, ask for one at a time."""
    cut = cut_of(str(options.get("format", "%Y-%m-%d %H:%M:%S")))
    return None if cut is None or options.get("sentinels") else ManyMoments(cut, ZoneInfo(zone), alone)


def _offset(local: datetime, zone: ZoneInfo, fold: int) -> timedelta:
    return local.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()


def _looked_up(texts: pa.Array, known: dict[str, int], read: Callable[[str], int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The number of every text; each different one is read once."""
    coded = texts.dictionary_encode(null_encoding="encode")
    numbers = []
    for text in coded.dictionary.to_pylist():
        if text is None:
            numbers.append(_NONE)
            continue
        if text not in known:
            known[text] = read(text)
        numbers.append(known[text])
    found: np.ndarray[Any, np.dtype[np.int64]] = np.array(numbers or [_NONE], dtype=np.int64)[coded.indices.to_numpy(zero_copy_only=False)]
    return found


def _written(seconds: np.ndarray[Any, np.dtype[np.int64]]) -> pa.Array:
    """UTC seconds as the record stores them; days and clocks written once each."""
    days, clocks = np.divmod(seconds, 86_400)
    return pc.binary_join_element_wise(_each(days, _day_text), _each(clocks, _clock_text), "T")


def _each(numbers: np.ndarray[Any, np.dtype[np.int64]], write: Callable[[int], str]) -> pa.Array:
    coded = pa.array(numbers).dictionary_encode()
    return pa.array([write(one) for one in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


@lru_cache(maxsize=100_000)
def _day_text(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()


@lru_cache(maxsize=86_400)
def _clock_text(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"
