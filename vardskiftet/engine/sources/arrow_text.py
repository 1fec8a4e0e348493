"""Which text says exactly what a typed value is? Nothing is rounded, shifted to another zone or written in powers of ten by chance."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds


def as_text(column: pa.Array) -> pa.Array:
    """The column as text; NULL stays NULL.

    Numbers in plain digits, floats in the shortest form that reads back the same, days as YYYY-MM-DD, moments as
    YYYY-MM-DDTHH:MM:SS with all digits that their type has and Z where the type has a zone, booleans as true and false, bytes as
    hexadecimal digits, lists and structures as JSON.
    """
    kind = column.type
    if kinds.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if kinds.is_string(kind):
        return column
    if kinds.is_timestamp(kind):
        plain = column.cast(pa.int64()).cast(pa.timestamp(kind.unit)).cast(pa.string())
        written = pc.replace_substring(plain, " ", "T", max_replacements=1)
        return pc.binary_join_element_wise(written, "Z", "") if kind.tz else written
    if kinds.is_decimal(kind):
        return pa.array([None if value is None else f"{value:f}" for value in column.to_pylist()], pa.string())
    if kinds.is_binary(kind) or kinds.is_large_binary(kind) or kinds.is_fixed_size_binary(kind) or kinds.is_binary_view(kind):
        return pa.array([None if value is None else value.hex() for value in column.to_pylist()], pa.string())
    if kinds.is_nested(kind):
        return pa.array([None if value is None else _json(value) for value in column.to_pylist()], pa.string())
    if kinds.is_duration(kind):
        return column.cast(pa.int64()).cast(pa.string())
    if kinds.is_float16(kind):
        return column.cast(pa.float32()).cast(pa.string())
    return column.cast(pa.string())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
