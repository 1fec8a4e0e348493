"""How do rows of the MySQL protocol become Arrow columns? Many at once by counting bytes, without an object for each value.

A row is its values one behind the other, each with its length before it (https://mariadb.com/kb/en/protocol-data-types/).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

NULL = 0xFB
_WIDTHS = ((0xFC, 2), (0xFD, 3), (0xFE, 8))
"""First byte of a long length, and how many bytes of it follow."""

Numbers = np.ndarray[Any, np.dtype[np.int64]]


def columns_of(rows: Sequence[bytes], width: int) -> list[pa.Array]:
    """The columns of rows with `width` values each, as bytes; together less than two gigabytes.

    Raises OSError if the rows do not end where their last values do.
    """
    raw = np.frombuffer(b"".join(rows), np.uint8)
    ends = np.cumsum(np.fromiter(map(len, rows), np.int64, len(rows)))
    places = np.concatenate(([0], ends[:-1]))
    columns = []
    for _ in range(width):
        column, places = _column(raw, places)
        columns.append(column)
    if not np.array_equal(places, ends):
        raise OSError("a row does not end with its last value")
    return columns


def _column(raw: np.ndarray[Any, np.dtype[np.uint8]], places: Numbers) -> tuple[pa.Array, Numbers]:
    """One value of each row, and where the next ones begin."""
    first = raw[places].astype(np.int64)
    filled = first != NULL
    lengths = np.where(filled, first, 0)
    begins = places + 1
    for mark, more in _WIDTHS:
        (long,) = np.nonzero(first == mark)
        if len(long):
            at = places[long] + 1
            lengths[long] = sum(raw[at + byte].astype(np.int64) << (8 * byte) for byte in range(more))
            begins[long] += more
    offsets = np.zeros(len(places) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    # Which byte of the rows is which byte of the column.
    bytes_of = np.repeat((begins - offsets[:-1]).astype(np.int32), lengths)
    bytes_of += np.arange(len(bytes_of), dtype=np.int32)
    known = None if filled.all() else pa.py_buffer(np.packbits(filled, bitorder="little").tobytes())
    column = pa.Array.from_buffers(pa.binary(), len(places), [known, pa.py_buffer(offsets), pa.py_buffer(raw[bytes_of])])
    return column, begins + lengths
