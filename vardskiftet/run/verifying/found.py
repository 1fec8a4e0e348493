"""Where do differences lie until somebody looks at them? In one Parquet file beside the data, all of them, for the owner alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vardskiftet.engine.files import place_file
from vardskiftet.errors import IntegrityBroken
from vardskiftet.failpoint import reach
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.verification import Verification

AT_A_TIME = 20_000
NAME = "differences.parquet"
RESULT = "result.json"
_SCHEMA = pa.schema([(name, pa.string()) for name in Difference.model_fields])


@dataclass
class Count:
    """Differences of one mapping at one level."""

    all: int = 0
    explained: int = 0


@dataclass
class Found:
    """Writes differences as they come, and counts them. The file gets its name at the end only."""

    folder: Path
    _zero: Counter[tuple[Level, str]] = field(default_factory=Counter)
    per_mapping: dict[tuple[Level, str], Count] = field(default_factory=dict)
    _kinds: Counter[tuple[Level, Kind]] = field(default_factory=Counter)
    _writer: pq.ParquetWriter | None = None

    def take(self, differences: Iterable[Difference]) -> None:
        """Keep all of them."""
        held: list[Difference] = []
        for one in differences:
            self._count(one)
            held.append(one)
            if len(held) == AT_A_TIME:
                self._write(held)
                held = []
        self._write(held)

    def tally(self, levels: Iterable[Level]) -> Count:
        """Differences in all, each told once: row by row where rows were compared, for sums and lists only repeat them."""
        told = [count for (level, _), count in self.per_mapping.items() if level in _speaking(levels)]
        return Count(sum(one.all for one in told), sum(one.explained for one in told))

    def kinds(self, levels: Iterable[Level]) -> dict[str, int]:
        """The same by what they look like, every kind named."""
        speaking = _speaking(levels)
        return {kind.value: sum(self._kinds[level, kind] for level in speaking) for kind in Kind}

    def zero_tolerance(self, levels: Iterable[Level]) -> dict[str, int]:
        """Of the same, those of which not one may stand, by why; sorted."""
        speaking, told = _speaking(levels), Counter[str]()
        for (level, why), number in self._zero.items():
            told[why] += number if level in speaking else 0
        return {why: number for why, number in sorted(told.items()) if number}

    def close(self) -> Path | None:
        """Give the file its name; None if there was no difference."""
        path = self.folder / NAME
        if self._writer is None:
            path.unlink(missing_ok=True)
            return None
        self._writer.close()
        reach("differences.rename.before")
        self._partial.replace(path)
        reach("differences.rename.after")
        return path

    @property
    def _partial(self) -> Path:
        return self.folder / f"{NAME}.partial"

    def _count(self, one: Difference) -> None:
        self._kinds[one.level, one.kind] += 1
        if one.zero_tolerance:
            self._zero[one.level, one.zero_tolerance] += 1
        count = self.per_mapping.setdefault((one.level, one.mapping), Count())
        count.all += 1
        count.explained += one.explained

    def _write(self, held: list[Difference]) -> None:
        if not held:
            return
        if self._writer is None:
            reach("differences.write.before")
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._partial.touch(mode=0o600)
            self._writer = pq.ParquetWriter(self._partial, _SCHEMA, compression="zstd")
        self._writer.write_table(pa.Table.from_pylist([one.model_dump(mode="json") for one in held], _SCHEMA))


def _speaking(levels: Iterable[Level]) -> frozenset[Level]:
    asked = frozenset(levels)
    return frozenset((Level.ROWS,)) if Level.ROWS in asked else asked


def differences_in(folder: Path) -> Iterator[Difference]:
    """All differences of the last verification, in the order in which they were found."""
    path = folder / NAME
    if not path.is_file():
        return
    try:
        for batch in pq.ParquetFile(path).iter_batches(AT_A_TIME):
            yield from (Difference.model_validate(line) for line in batch.to_pylist())
    except pa.ArrowInvalid as error:
        raise IntegrityBroken(
            "The file of differences is damaged.", where=path.name, hint="Verify again: vardskiftet verify WAVE"
        ) from error


def keep_result(folder: Path, told: dict[str, object]) -> None:
    """Place what the last verification came to."""
    place_file(folder / RESULT, json.dumps(told, ensure_ascii=False, indent=1).encode())


def last_result(folder: Path) -> Verification | None:
    """What the last verification came to; None if there was none."""
    path = folder / RESULT
    return Verification.model_validate_json(path.read_text(encoding="utf-8")) if path.is_file() else None
