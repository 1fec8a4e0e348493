"""What must a load of the synthetic journal come to? The planted key: known by construction, never asked of the engine."""

from __future__ import annotations

from datetime import date

from vardskiftet.model.fate import Tally
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.wave import Budgets


class PlantedCode(Frozen):
    """A source code that no codebook knows: rows that no rule leaves behind, and different patients among them."""

    rows: int
    patients: int


class PlantedMapping(Frozen):
    """Items of one mapping in one wave; units without a row are absent, persons stand on `*`."""

    units: dict[str, Tally]
    rejected: dict[str, int]
    """Reason to items."""
    excluded: dict[str, int]
    """Because to items."""
    unmapped: dict[str, dict[str, PlantedCode]] = {}
    """Record column to source code."""


class PlantedWave(Frozen):
    """The right answer for one wave, loaded into an empty record."""

    mappings: dict[str, PlantedMapping]
    identities: dict[str, int]
    """Distinct identifiers that its persons claim, by domain."""
    budgets: Budgets
    """What must be allowed for the load to be without finding: exactly what was planted."""


class PlantedTable(Frozen):
    """Rows of one source table, each once."""

    rows: int
    in_waves: int
    excluded_units: int
    no_unit: int
    no_care: int


class Planted(Frozen):
    """The key of a synthetic journal."""

    system: str
    patients: int
    seed: int
    now: date
    waves: dict[str, PlantedWave]
    tables: dict[str, PlantedTable]
    dirt: dict[str, int]
    """How many rows of each kind of dirt were planted."""
