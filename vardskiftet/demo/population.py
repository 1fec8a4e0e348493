"""Who is in which journal under which identifier, and whom does each wave's record hold already when a journal comes to its turn?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vardskiftet.demo.outcomes import LOADED, MERGED, Ints, Mask

CHUNK = 20_000
"""Patients that are made at a time; all journals of one demo are made in the same chunks, so that they agree on who a person is."""

KINDS = 2
"""A person has a number of their own and may have a reserve number in some journals: two identifiers, so two persons of the record."""


@dataclass(slots=True)
class Population:
    """The persons of all journals, and what the journals so far brought into the record, wave by wave.

    Journals must be written in the programme's order of systems: the first that brings an identifier loads it, and the
    others' rows are merged into it.
    """

    patients: int
    held: dict[str, Mask] = field(default_factory=dict)
    """Wave to flags by identifier: `KINDS * person + kind`."""

    def settle(self, waves: tuple[str, ...], in_wave: Mask, identifiers: Ints, outcomes: Ints) -> Ints:
        """What becomes of each person in each wave, shape (persons, waves): of those that are sound only the first with an identifier
        that the wave's record does not hold yet is loaded, the rest are merged. The identifiers are held from then on.

        `in_wave` has shape (persons, waves); `outcomes` are those of the rows by themselves, persons in the order of their keys.
        """
        settled: Ints = np.repeat(outcomes[:, None], len(waves), axis=1)
        sound = (outcomes == LOADED) | (outcomes == MERGED)
        for number, wave in enumerate(waves):
            held = self.held.setdefault(wave, np.zeros(KINDS * self.patients, dtype=np.bool_))
            rows = np.flatnonzero(in_wave[:, number] & sound)
            claimed = identifiers[rows]
            first = np.zeros(len(rows), dtype=np.bool_)
            first[np.unique(claimed, return_index=True)[1]] = True
            settled[rows, number] = np.where(first & ~held[claimed], LOADED, MERGED)
            held[claimed] = True
        return settled
