"""How is the planted key counted? Chunk by chunk, from the outcomes that the generator itself decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from vardskiftet.demo.identities import Domain
from vardskiftet.demo.outcomes import LOADED, OUTCOMES, Ints, Mask
from vardskiftet.demo.planted import Planted, PlantedCode, PlantedMapping, PlantedTable, PlantedWave
from vardskiftet.demo.reach import Reach
from vardskiftet.demo.served import ServedUnit
from vardskiftet.model.books import ALL_UNITS
from vardskiftet.model.fate import Fate, Tally
from vardskiftet.model.wave import Budgets

DOMAIN_NAMES = {
    Domain.PERSONNUMMER: "personnummer",
    Domain.SAMORDNINGSNUMMER: "samordningsnummer",
    Domain.VGR_RESERVE: "vgr-reserve",
    Domain.VGR_RESERVE_UNKNOWN_SEX: "vgr-reserve",
}


@dataclass(slots=True)
class _Lines:
    """Items of one mapping: a row of cells per (wave, unit), a column per outcome."""

    places: tuple[tuple[str, str], ...]
    cells: NDArray[np.int64]


class Ledger:
    """Counts that grow with each chunk of a journal."""

    def __init__(self, units: Sequence[ServedUnit]) -> None:
        self.units = tuple(units)
        self.waves = tuple(dict.fromkeys(unit.wave for unit in units if unit.wave))
        self.wave_of = np.array([self.waves.index(unit.wave) if unit.wave else -1 for unit in units], dtype=np.int64)
        self._lines: dict[str, _Lines] = {}
        self._tables: dict[str, Counter[str]] = {}
        self._of_persons: set[str] = set()
        self._identities: Counter[tuple[str, str]] = Counter()
        self._dirt: Counter[str] = Counter()
        self._codes: dict[tuple[str, str], dict[str, dict[str, list[object]]]] = {}

    def care(self, mapping: str, table: str, units: Ints, outcomes: Ints) -> None:
        """Count rows of a care table; `units` are indices, -1 where a row names none that the programme knows."""
        self.items(mapping, units, outcomes)
        self.rows(table, units)

    def items(self, mapping: str, units: Ints, outcomes: Ints) -> None:
        """Count the items of a mapping whose rows hold several."""
        known = units >= 0
        self._line(mapping, tuple((unit.wave, unit.unit) for unit in self.units), units[known], outcomes[known])

    def rows(self, table: str, units: Ints) -> None:
        """Count where the rows of a care table belong."""
        known = units >= 0
        waves = self.wave_of[units[known]]
        self._table(table, len(units), in_waves=waves >= 0, excluded_units=waves < 0, no_unit=~known)

    def persons(self, mapping: str, table: str, reach: Reach, outcomes: Ints, domains: Ints) -> None:
        """Count rows of persons; `reach` is theirs, `outcomes` have shape (rows, waves)."""
        lines = tuple((wave, ALL_UNITS) for wave in self.waves)
        for number, wave in enumerate(self.waves):
            inside = reach.in_wave[:, number]
            self._line(mapping, lines, np.full(int(inside.sum()), number), outcomes[inside, number])
            claimed = domains[inside & (outcomes[:, number] == LOADED)]
            for domain in Domain:
                self._identities[wave, DOMAIN_NAMES[domain]] += int((claimed == domain).sum())
        self._of_persons.add(table)
        self._table(table, len(outcomes), **reach.places())

    def unmapped(self, mapping: str, column: str, units: Ints, codes: Sequence[str], persons: Sequence[object]) -> None:
        """Count rows with a code that no codebook knows: few, so that they are counted one by one; `persons` by their keys."""
        for unit, code, person in zip(units.tolist(), codes, persons, strict=True):
            if unit >= 0 and self.wave_of[unit] >= 0:
                wave = self.waves[self.wave_of[unit]]
                self._codes.setdefault((wave, mapping), {}).setdefault(column, {}).setdefault(code, []).append(person)

    def dirt(self, planted: Mapping[str, int]) -> None:
        """Count what was planted."""
        self._dirt.update(planted)

    def _line(self, mapping: str, places: tuple[tuple[str, str], ...], place: Ints, outcomes: Ints) -> None:
        lines = self._lines.setdefault(mapping, _Lines(places, np.zeros((len(places), len(OUTCOMES)), dtype=np.int64)))
        lines.cells += np.bincount(place * len(OUTCOMES) + outcomes, minlength=lines.cells.size).reshape(lines.cells.shape)

    def _table(self, table: str, rows: int, **places: Mask) -> None:
        counts = self._tables.setdefault(table, Counter())
        counts.update(rows=rows, **{place: int(mask.sum()) for place, mask in places.items()})

    def close(self, system: str, patients: int, seed: int, now: date) -> Planted:
        """The key, sorted."""
        return Planted(
            system=system,
            patients=patients,
            seed=seed,
            now=now,
            waves={wave: self._wave(wave) for wave in sorted(self.waves)},
            tables={name: _table_of(counts) for name, counts in sorted(self._tables.items())},
            dirt=dict(sorted(self._dirt.items())),
        )

    def _wave(self, wave: str) -> PlantedWave:
        mappings = {mapping: self._mapping(wave, mapping) for mapping in sorted(self._lines)}
        rejected: Counter[str] = Counter()
        for planted in mappings.values():
            rejected.update(planted.rejected)
        identities = {name: self._identities[wave, name] for name in sorted(set(DOMAIN_NAMES.values()))}
        no_unit = sum(counts["no_unit"] for table, counts in self._tables.items() if table not in self._of_persons)
        return PlantedWave(
            mappings=mappings, identities=identities, budgets=Budgets(no_unit=no_unit, rejected=dict(sorted(rejected.items())))
        )

    def _mapping(self, wave: str, mapping: str) -> PlantedMapping:
        lines = self._lines[mapping]
        mine = {unit: cells for (of_wave, unit), cells in zip(lines.places, lines.cells, strict=True) if of_wave == wave and cells.any()}
        whole = sum(mine.values(), np.zeros(len(OUTCOMES), dtype=np.int64))
        words: dict[Fate, dict[str, int]] = {Fate.REJECTED: {}, Fate.EXCLUDED: {}}
        for (fate, word), items in zip(OUTCOMES, whole.tolist(), strict=True):
            if fate in words and items:
                words[fate][word] = items
        return PlantedMapping(
            units={unit: _tally(cells) for unit, cells in sorted(mine.items())},
            rejected=words[Fate.REJECTED],
            excluded=words[Fate.EXCLUDED],
            unmapped={column: _codes_of(found) for column, found in sorted(self._codes.get((wave, mapping), {}).items())},
        )


def _tally(cells: Ints) -> Tally:
    fates: Counter[str] = Counter(extracted=int(cells.sum()))
    for (fate, _), items in zip(OUTCOMES, cells.tolist(), strict=True):
        fates[fate.value] += items
    return Tally(**fates)


def _codes_of(found: Mapping[str, Sequence[object]]) -> dict[str, PlantedCode]:
    return {code: PlantedCode(rows=len(persons), patients=len(set(persons))) for code, persons in sorted(found.items())}


def _table_of(counts: Counter[str]) -> PlantedTable:
    return PlantedTable(**{place: counts[place] for place in PlantedTable.model_fields})
