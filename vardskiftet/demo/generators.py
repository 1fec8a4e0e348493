"""Which systems have a synthetic journal, and how is each asked for one?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from vardskiftet.demo import asynjavisph, elvis, melior, obstetrix
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.population import Population
from vardskiftet.demo.served import ServedUnit


class Generate(Protocol):
    """Writes a system's journal and its key into a folder; the same arguments give the same rows."""

    def __call__(
        self,
        folder: Path,
        size: str | int,
        seed: int,
        units: Sequence[ServedUnit],
        now: date,
        told: Callable[[int, int], None] | None = None,
        population: Population | None = None,
    ) -> Planted:
        """The key of what was written. Raises Usage."""


GENERATORS: Mapping[str, Generate] = {
    elvis.SYSTEM: elvis.generate,
    melior.SYSTEM: melior.generate,
    asynjavisph.SYSTEM: asynjavisph.generate,
    obstetrix.SYSTEM: obstetrix.generate,
}
"""The systems that have a synthetic journal; they are written in the programme's order of systems."""
