"""Which identifiers do the synthetic persons have? Valid ones of three domains, each once; birth numbers 980 to 999 only.

Formats: domain facts §6 [L1] (personnummer, samordningsnummer) and [L2][L3] (VGR's reserve number `yyyymmddGggC`).
"""

from __future__ import annotations

from enum import IntEnum
from math import gcd

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Days = NDArray[np.datetime64]

EARLIEST = np.datetime64("1920-01-01")
FIRST_NUMBER = 980
NUMBERS = 20
"""Birth numbers 980 to 999: set aside for made-up persons, so that no living person's number can come out."""


class Domain(IntEnum):
    """Where an identifier was given out; the names are those of the planted key."""

    PERSONNUMMER = 0
    SAMORDNINGSNUMMER = 1
    VGR_RESERVE = 2
    VGR_RESERVE_UNKNOWN_SEX = 3


def places(latest: np.datetime64) -> int:
    """How many persons there can be: days of birth up to `latest`, times birth numbers."""
    return int((latest - EARLIEST).astype(int) + 1) * NUMBERS


def draw(indices: Ints, seed: int, latest: np.datetime64) -> tuple[Days, Ints]:
    """Day of birth and birth number of the persons with these indices: scattered, and no two alike below `places(latest)`."""
    room = places(latest)
    stride = next(step for step in range(int(room * 0.618), room) if gcd(step, room) == 1)
    place = (indices * stride + seed * 7919) % room
    return EARLIEST + (place // NUMBERS).astype("timedelta64[D]"), FIRST_NUMBER + place % NUMBERS


def check_digit(payload: Bytes) -> Bytes:
    """Luhn's digit for rows of nine digits (year without century to birth number); shape (n, 9) to (n,)."""
    doubled: Ints = payload.astype(np.int64) * np.array([2, 1, 2, 1, 2, 1, 2, 1, 2])
    total: Ints = (doubled // 10 + doubled % 10).sum(axis=1)
    return ((10 - total % 10) % 10).astype(np.uint8)


def _digits(values: Ints, width: int) -> Bytes:
    powers = 10 ** np.arange(width - 1, -1, -1)
    digits: Bytes = (values[:, None] // powers % 10).astype(np.uint8)
    return digits


FIRST_PAIR, SECOND_PAIR = 20, 40
"""Where the reserve numbers of persons without another number begin, and those of persons who have one."""


def identifiers(days: Days, numbers: Ints, domain: Ints, first_pair: int = FIRST_PAIR) -> Bytes:
    """Twelve ASCII characters per person; shape (n, 12). The third digit of the birth number tells the sex (odd: man)."""
    years, months = days.astype("datetime64[Y]"), days.astype("datetime64[M]")
    year, month = years.astype(int) + 1970, (months - years).astype(int) + 1
    day = (days - months).astype(int) + 1 + np.where(domain == Domain.SAMORDNINGSNUMMER, 60, 0)
    place = numbers - FIRST_NUMBER
    reserve = domain >= Domain.VGR_RESERVE
    unsexed = domain == Domain.VGR_RESERVE_UNKNOWN_SEX
    # Reserve numbers: K (woman) and M (man) with 20 to 59 of the legal 06 to 79, X with 80 to 89; in the check digit K=5, M=7, X=8.
    letter = np.where(unsexed, 8, np.where(place % 2 == 1, 7, 5))
    pair = np.where(unsexed, 80 + place % 10, first_pair + place)
    last = np.where(reserve, letter * 100 + pair, numbers)
    digits = np.hstack([_digits(year * 10_000 + month * 100 + day, 8), _digits(last, 3)])
    text = np.hstack([digits, check_digit(digits[:, 2:])[:, None]]) + np.uint8(ord("0"))
    letters = np.array([ord(sign) for sign in "00000K0MX0"], dtype=np.uint8)
    text[reserve, 8] = letters[letter[reserve]]
    return text


def with_wrong_check(text: Bytes) -> Bytes:
    """The same identifiers with a check digit that cannot be right."""
    wrong = text.copy()
    wrong[:, 11] = (wrong[:, 11] - ord("0") + 3) % 10 + ord("0")
    return wrong


def spelled(text: Bytes) -> NDArray[np.bytes_]:
    """As the field writes them today: twelve characters."""
    return np.ascontiguousarray(text).view("S12").ravel()


def spelled_with_hyphen(text: Bytes) -> NDArray[np.bytes_]:
    """With a hyphen before the last four: YYYYMMDD-NNNC."""
    hyphen = np.full((len(text), 1), ord("-"), dtype=np.uint8)
    return np.ascontiguousarray(np.hstack([text[:, :8], hyphen, text[:, 8:]])).view("S13").ravel()


def spelled_with_blanks(text: Bytes) -> NDArray[np.bytes_]:
    """With blanks around, which change nothing: " YYYYMMDDNNNC "."""
    blank = np.full((len(text), 1), ord(" "), dtype=np.uint8)
    return np.ascontiguousarray(np.hstack([blank, text, blank])).view("S14").ravel()


def spelled_with_a_blank_inside(text: Bytes) -> NDArray[np.bytes_]:
    """With a blank before the last four, which is no spelling of a number: YYYYMMDD NNNC."""
    blank = np.full((len(text), 1), ord(" "), dtype=np.uint8)
    return np.ascontiguousarray(np.hstack([text[:, :8], blank, text[:, 8:]])).view("S13").ravel()


def spelled_without_century(text: Bytes) -> NDArray[np.bytes_]:
    """Ten digits with a hyphen, which leaves the century open: YYMMDD-NNNC."""
    hyphen = np.full((len(text), 1), ord("-"), dtype=np.uint8)
    return np.ascontiguousarray(np.hstack([text[:, 2:8], hyphen, text[:, 8:]])).view("S11").ravel()
