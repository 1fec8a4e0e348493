"""Which records do Parquet files hold, value by value, written as text here a second time?"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vardskiftet.engine.rederive.records.cannot import Cannot
from vardskiftet.engine.sources.options import ParquetOptions
from vardskiftet.model.system import System

EPOCH = date(1970, 1, 1)
DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
PACKED = {"float": "f", "double": "d"}
"""Reals are held against each other as numbers: there is more than one way to write the shortest text."""
NESTED = ("list<", "large_list<", "fixed_size_list<", "struct<", "map<")
PLAIN = ("string", "large_string", "bool", "date32[day]", "binary", "large_binary", "int", "uint", "decimal", *PACKED)


class Parquet:
    """Columns that say themselves what they hold."""

    endings: tuple[str, ...] = (".parquet",)

    def __init__(self, system: System) -> None:
        self.options = ParquetOptions.model_validate(system.source.options)

    def records(self, path: Path, table: str, columns: Mapping[str, str]) -> Iterator[list[str | None]]:
        """Every record. Raises Cannot for the rarer types."""
        for kind in columns.values():
            if not kind.startswith((*PLAIN, *NESTED, "timestamp")) or kind == "float16":
                raise Cannot(kind)
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group)
                told = [_texts(rows.column(place), kind) for place, kind in enumerate(columns.values())]
                yield from (list(one) for one in zip(*told, strict=True))

    def kept(self, text: str | None, kind: str) -> str | None:
        """Reals as the bytes of their numbers, what holds others value by value, all else as it is."""
        if text is None or not kind.startswith((*NESTED, *PACKED)):
            return text
        return _packed(float(text), kind) if kind in PACKED else _whole(json.loads(text))


def _texts(column: pa.ChunkedArray, kind: str) -> list[str | None]:
    if kind.startswith("timestamp"):
        unit, zoned = column.type.unit, column.type.tz is not None
        return [None if one is None else _moment(one, unit, zoned) for one in column.cast(pa.int64()).to_pylist()]
    return [None if one is None else _text(one, kind) for one in column.to_pylist()]


def _text(value: object, kind: str) -> str:
    if kind.startswith(NESTED):
        return _whole(value)
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case float():
            return _packed(value, kind)
        case Decimal():
            return format(value, "f")
        case bytes():
            return value.hex()
        case date():
            return value.isoformat()
    return str(value)


def _whole(value: object) -> str:
    """A list or a structure with all that it holds, each value marked with what it is, in one order of names."""
    match value:
        case None | bool() | int():
            return json.dumps(value)
        case float():
            return f"real {_packed(value, 'double')}"
        case dict():
            return "{" + ",".join(f"{json.dumps(name)}:{_whole(value[name])}" for name in sorted(value)) + "}"
        case list() | tuple():
            return "[" + ",".join(_whole(one) for one in value) + "]"
    return json.dumps(str(value))


def _packed(value: float, kind: str) -> str:
    return "number" if value != value else struct.pack(f">{PACKED[kind]}", value).hex()  # noqa: PLR0124 - no number equals itself but this


def _moment(ticks: int, unit: str, zoned: bool) -> str:
    digits = DIGITS[unit]
    seconds, rest = divmod(ticks, 10**digits)
    days, clock = divmod(seconds, 86_400)
    try:
        day = (EPOCH + timedelta(days=days)).isoformat()
    except OverflowError as error:
        raise Cannot(unit) from error
    fraction = f".{rest:0{digits}}" if digits else ""
    return f"{day}T{clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}{fraction}{'Z' if zoned else ''}"
