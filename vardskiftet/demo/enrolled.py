"""Which of the region's persons does a later journal hold, and how does it write their numbers?

The persons are those of Elvis (`make_persons` with the same seed and chunk); a journal holds some of them, a few under a
reserve number, a few twice, a few misspelt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from vardskiftet.demo import identities as ids
from vardskiftet.demo.columns import ascii_text, deal, mask_of, put
from vardskiftet.demo.identities import Bytes, Domain
from vardskiftet.demo.ledger import Ledger
from vardskiftet.demo.outcomes import MERGED, Hit, Ints, Mask, first_of, with_the_copies
from vardskiftet.demo.persons import Persons
from vardskiftet.demo.population import KINDS, Population
from vardskiftet.demo.reach import Reach

SHARES = {
    "registered twice": 0.004,
    "under a reserve number": 0.02,
    "wrong check digit": 0.003,
    "number empty": 0.002,
    "number NULL": 0.001,
    "blank inside": 0.003,
    "blanks around": 0.005,
    "century missing": 0.003,
}
"""Of those who have a personnummer."""

OLDEST = np.datetime64("1930-01-01")
"""Whose number has no century is younger than a hundred, or the sign before the last four would have to be a plus."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A chunk of a later journal's persons, in the order of their keys; the second rows of those registered twice come last."""

    ids: Ints
    of: Ints
    """Index of the person in the chunk of Elvis."""
    identifiers: Ints
    """As the population counts them."""
    outcomes: Ints
    """By themselves: not yet whether another row or journal was before them."""
    domains: Ints
    column: pa.Array
    """The number as it is written."""
    struck: Mask
    damaged: Mask
    """Whose name is in another encoding."""
    row_of: Ints
    """Row to person: identical copies last."""
    dirt: dict[str, int]

    @property
    def steady(self) -> Mask:
        """Nobody's care is bound to one unit."""
        return np.zeros(len(self.ids), dtype=np.bool_)

    def count(self, ledger: Ledger, people: Population, reach: Reach, mapping: str, table: str) -> None:
        """Tell the ledger what becomes of the rows, and the population who they are."""
        settled = people.settle(ledger.waves, reach.in_wave, self.identifiers, self.outcomes)
        rows = with_the_copies(settled, self.row_of)
        ledger.persons(mapping, table, reach.of(self.row_of), rows, self.domains[self.row_of])
        ledger.dirt({f"{table}: {kind}": items for kind, items in self.dirt.items()})


def enrol(
    rng: np.random.Generator,
    base: Persons,
    first: int,
    chosen: Mask,
    first_key: int,
    struck_word: str,
    *,
    open_century: bool,
    damaged: float = 0.0,
) -> Enrolled:
    """Those of the chunk that are `chosen`. `first` is the chunk's first person; with `open_century` ten digits are rejected.

    `damaged` is the share of the rows whose name is in another encoding than the journal's.
    """
    # The second spelling of a person in Elvis has no number of its own.
    present = np.flatnonzero(chosen & (base.same == np.arange(len(base.ids))))
    able = (base.domains[present] == Domain.PERSONNUMMER) & (base.days[present] >= OLDEST)
    hands = deal(rng, np.flatnonzero(able), SHARES)
    again = hands.pop("registered twice")
    of, count = np.concatenate([present, present[again]]), len(present) + len(again)
    masks = {kind: mask_of(count, hand) for kind, hand in hands.items()}
    if damaged:
        masks["name of another encoding"] = mask_of(count, deal(rng, np.arange(len(present)), {"damaged": damaged})["damaged"])
    reserve = masks["under a reserve number"]
    struck = mask_of(count, deal(rng, np.arange(len(present)), {"struck": 0.003})["struck"])
    second = np.arange(count) >= len(present)
    broken = masks.get("name of another encoding", np.zeros(count, dtype=np.bool_))
    hits: list[Hit] = [
        (broken, "INVALID_ENCODING"),
        (struck, struck_word),
        (masks["number empty"] | masks["number NULL"], "IDENTITY_MISSING"),
        (masks["wrong check digit"], "IDENTITY_CHECKSUM"),
        (masks["blank inside"], "IDENTITY_FORMAT"),
        (second, np.full(count, MERGED)),
    ]
    if open_century:
        hits.insert(2, (masks["century missing"], "AMBIGUOUS_CENTURY"))
    copies = deal(rng, np.arange(count), {"exact copy": 0.002})["exact copy"]
    kinds = {kind: int(mask.sum()) for kind, mask in masks.items()}
    return Enrolled(
        ids=first_key + np.arange(count),
        of=of,
        identifiers=KINDS * (first + of) + reserve,
        outcomes=first_of(count, *hits),
        domains=np.where(reserve, int(Domain.VGR_RESERVE), base.domains[of]),
        column=_spelled(rng, _numbers(base, of, reserve), masks, second),
        struck=struck,
        damaged=broken,
        row_of=np.concatenate([np.arange(count), copies]),
        dirt=kinds | {"registered twice": len(again), "exact copy": len(copies), "struck out": int(struck.sum())},
    )


def _numbers(base: Persons, of: Ints, reserve: Mask) -> Bytes:
    count = len(of)
    other = ids.identifiers(base.days[of], base.numbers[of], np.full(count, int(Domain.VGR_RESERVE)), ids.SECOND_PAIR)
    return np.where(reserve[:, None], other, base.identifiers[of])


def _spelled(rng: np.random.Generator, text: Bytes, masks: Mapping[str, Mask], second: Mask) -> pa.Array:
    text = np.where(masks["wrong check digit"][:, None], ids.with_wrong_check(text), text)
    hyphened = (rng.random(len(text)) < 0.15) | second
    column = put(ascii_text(ids.spelled(text)), hyphened, ascii_text(ids.spelled_with_hyphen(text)))
    column = put(column, masks["blank inside"], ascii_text(ids.spelled_with_a_blank_inside(text)))
    column = put(column, masks["blanks around"], ascii_text(ids.spelled_with_blanks(text)))
    column = put(column, masks["century missing"], ascii_text(ids.spelled_without_century(text)))
    column = put(column, masks["number NULL"], None)
    return put(column, masks["number empty"], "")
