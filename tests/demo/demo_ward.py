"""Which small region do the tests of the demo use?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from vardskiftet.demo.planted import Planted
from vardskiftet.demo.served import ServedUnit

NOW = date(2024, 11, 5)
SEED = 20241112
UNITS = tuple(
    ServedUnit(unit=unit, hsa_id=f"SE2321000131-X{number:04}", wave=wave, weight=weight)
    for number, (unit, wave, weight) in enumerate(
        [
            ("sas", "south-1", 30),
            ("kinna", "south-1", 12),
            ("sjobo", "south-1", 9),
            ("ekliden", "south-2", 4),
            ("skas", "north-east", 12),
            ("sahlgrenska", "west", 12),
            ("folktandvarden", "", 2),
        ]
    )
)


@dataclass(frozen=True)
class Journal:
    """A generated journal and its key."""

    path: Path
    key: Path
    planted: Planted
