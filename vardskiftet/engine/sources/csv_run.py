"""How far is delimited text sound from here? Looked at all at once, so that only what is odd goes the careful way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vardskiftet.engine.sources.csv_dialect import Dialect

CR, LF = 13, 10
Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]


def may_run(dialect: Dialect) -> bool:
    """Whether the quick way knows this dialect: single bytes, and no escape sign."""
    return not dialect.escape and dialect.delimiter.isascii() and dialect.quote.isascii()


def sound_run(text: bytes, at: int, width: int, dialect: Dialect) -> int:
    """Where the whole records of `width` fields (and empty lines, if it is more than one) that begin here come to an end.

    `at` is where a record begins. Every quote in them stands where a quote may stand.
    """
    block = np.frombuffer(text, np.uint8)[at:]
    if len(block) > dialect.longest:
        return at
    plain, limit = _outside(block, ord(dialect.quote), ord(dialect.delimiter)) if dialect.quote else (None, len(block))
    line, back = block == LF, block == CR
    back[:-1] &= ~line[1:]
    ends = _where(line | back, plain)
    ends = ends[ends < limit]
    if not len(ends):
        return at
    fields = np.diff(np.searchsorted(_where(block == ord(dialect.delimiter), plain), ends), prepend=0)
    starts = np.concatenate(([0], ends[:-1] + 1))
    good = fields == width - 1
    if width > 1:
        good |= (ends == starts) | ((ends == starts + 1) & (block[starts] == CR))
    whole = len(ends) if good.all() else int(np.argmin(good))
    return at + int(ends[whole - 1]) + 1 if whole else at


def _outside(block: Bytes, quote: int, delimiter: int) -> tuple[NDArray[np.bool_] | None, int]:
    """Which bytes stand outside of quotes (None: all), and how far that can be believed."""
    marks = block == quote
    quotes = np.flatnonzero(marks)
    if not len(quotes):
        return None, len(block)
    around = np.zeros(256, np.bool_)
    around[[CR, LF, delimiter, quote]] = True
    opens, closes = quotes[0::2], quotes[1::2]
    bad_opens = opens[(opens > 0) & ~around[block[opens - 1]]]
    shut = closes[closes + 1 < len(block)]
    bad_closes = shut[~around[block[shut + 1]]]
    limit = min(int(bad[0]) for bad in (bad_opens, bad_closes, np.array([len(block)])) if len(bad))
    return (np.cumsum(marks, dtype=np.uint8) & 1) == 0, limit


def _where(hits: NDArray[np.bool_], plain: NDArray[np.bool_] | None) -> Places:
    return np.flatnonzero(hits if plain is None else hits & plain)
