"""Which buckets of ids do not hold the same rows on both sides? Counts and two sums of id and digest together, never XOR.

A row adds to its bucket, which its id's first sixteen bits name: one; the first word of its digest, times the first word of its id
(halved, and made odd); and the same of both second words. Words are of 32 bits, sums modulo 2^64. So a row too many, one too few, one
that is there twice, and two rows that changed their contents with each other all show. `engine/targets/postgresql_sums.py` lets a server
add up the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BUCKETS = 1 << 16
_ID, _DIGEST = 36, 32
_PLACES = ((0, 1, 2, 3, 4, 5, 6, 7), (9, 10, 11, 12, 14, 15, 16, 17))
"""Letters of a UUID's text that write its first word, and its second."""

Words = np.ndarray[Any, np.dtype[np.uint64]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]


class Sums:
    """Of one side: rows by bucket, and two sums."""

    def __init__(self) -> None:
        self.rows, self.first, self.second = (np.zeros(BUCKETS, dtype=np.uint64) for _ in range(3))

    def add(self, lines: pa.Table) -> None:
        """Lines of `id` (text) and `digest` (32 bytes)."""
        if not lines.num_rows:
            return
        low, high = (_word(letters) for letters in _id_letters(lines["id"]))
        digests = _digests(lines["digest"])
        at = (low >> np.uint64(16)).astype(np.int64)
        np.add.at(self.rows, at, np.uint64(1))
        np.add.at(self.first, at, _bytes_word(digests[:, :4]) * _odd(low))
        np.add.at(self.second, at, _bytes_word(digests[:, 4:8]) * _odd(high))

    def take(self, told: list[tuple[int, int, int, int]]) -> None:
        """What a server added up, each bucket once: bucket, rows, and both sums modulo 2^64."""
        if told:
            places, *sums = (np.array(one, dtype=np.uint64) for one in zip(*told, strict=True))
            for mine, theirs in zip((self.rows, self.first, self.second), sums, strict=True):
                mine[places.astype(np.int64)] += theirs.astype(mine.dtype)  # what exceeds 2^64 falls away

    @property
    def total(self) -> int:
        """All rows."""
        return int(self.rows.sum())

    def differing(self, other: Sums) -> list[int]:
        """Buckets that are not the same, in order."""
        unlike = (self.rows != other.rows) | (self.first != other.first) | (self.second != other.second)
        return [int(one) for one in np.flatnonzero(unlike)]


def within(lines: pa.Table, buckets: list[int]) -> pa.Table:
    """The lines whose id lies in one of these buckets."""
    return lines.filter(pc.is_in(pc.utf8_slice_codeunits(lines["id"], 0, 4), value_set=pa.array([f"{one:04x}" for one in buckets])))


def _odd(word: Words) -> Words:
    return (word >> np.uint64(1)) | np.uint64(1)


def _id_letters(ids: pa.ChunkedArray) -> tuple[Bytes, Bytes]:
    """The letters of both words of every UUID, as numbers. Raises ValueError for an id of another width."""
    whole = _fixed(ids, _ID)
    return _NIBBLE[whole[:, _PLACES[0]]], _NIBBLE[whole[:, _PLACES[1]]]


def _digests(digests: pa.ChunkedArray) -> Bytes:
    return _fixed(digests, _DIGEST)


def _fixed(column: pa.ChunkedArray, width: int) -> Bytes:
    """Values that are all of one width, a row each. Raises ValueError for another width, or a NULL."""
    array = column.combine_chunks()
    if array.null_count or not pc.all(pc.equal(pc.binary_length(array), width)).as_py():
        raise ValueError(f"every value has {width} bytes")
    _, offsets, held = array.buffers()
    first = int(np.frombuffer(offsets, dtype=np.int32)[array.offset])
    return np.frombuffer(held, dtype=np.uint8, count=len(array) * width, offset=first).reshape(-1, width)


def _word(nibbles: Bytes) -> Words:
    """The number that eight hexadecimal letters write."""
    pairs = (nibbles[:, ::2] << np.uint8(4)) | nibbles[:, 1::2]
    return _bytes_word(pairs)


def _bytes_word(rows: Bytes) -> Words:
    """The number in four bytes, the highest first."""
    return np.ascontiguousarray(rows).view(">u4").reshape(-1).astype(np.uint64)


_NIBBLE = np.zeros(256, dtype=np.uint8)
for _value, _letters in enumerate(zip("0123456789abcdef", "0123456789ABCDEF", strict=True)):
    _NIBBLE[[ord(letter) for letter in _letters]] = _value
