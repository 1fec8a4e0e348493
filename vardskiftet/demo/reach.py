"""Where does each person of a chunk have care: in which waves, in excluded units, at none that is known, or nowhere?"""

from __future__ import annotations

from dataclasses import dataclass

from vardskiftet.demo.outcomes import Ints, Mask


@dataclass(frozen=True, slots=True)
class Reach:
    """Struck-out rows count as care too."""

    in_wave: Mask
    """Shape (persons, waves)."""
    in_excluded: Mask
    """Shape (persons,): at a unit of no wave, whatever else."""
    without_unit: Mask
    """Shape (persons,): on a row that names no unit that is known, whatever else."""

    def of(self, rows: Ints) -> Reach:
        """The same for rows of persons; shape (rows,) of their indices."""
        return Reach(self.in_wave[rows], self.in_excluded[rows], self.without_unit[rows])

    def places(self) -> dict[str, Mask]:
        """The one place of each person."""
        waves: Mask = self.in_wave.sum(axis=1) > 0
        excluded = self.in_excluded & ~waves
        unknown = self.without_unit & ~waves & ~excluded
        return {"in_waves": waves, "excluded_units": excluded, "no_unit": unknown, "no_care": ~(waves | excluded | unknown)}
