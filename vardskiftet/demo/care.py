"""Whose care is where? What referrals, bookings and waiting-list entries share: persons, units, copies, orphans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vardskiftet.demo.columns import deal, mask_of, numbers, replace, words
from vardskiftet.demo.ledger import Ledger
from vardskiftet.demo.outcomes import CODE, Ints, Mask, left_behind, of_copies
from vardskiftet.demo.reach import Reach
from vardskiftet.demo.region import Region

NOBODY = 90_000_000
"""Ids from here on belong to no row: what an orphan names."""


class Cared(Protocol):
    """A chunk of persons, as far as their care needs to know them."""

    @property
    def ids(self) -> Ints:
        """Their keys in the journal."""

    @property
    def steady(self) -> Mask:
        """Those whose care lies at one known unit."""

    @property
    def outcomes(self) -> Ints:
        """What becomes of them."""


@dataclass(frozen=True, slots=True)
class Homes:
    """Where each person has care: at home, some now and then elsewhere, some nowhere."""

    home: Ints
    elsewhere: Ints
    """A second unit, or the first again."""
    idle: Mask


@dataclass(frozen=True, slots=True)
class Care:
    """A chunk of one table of care: values per row as first made, and the rows with their copies."""

    ids: Ints
    person: Ints
    """Index of the person in the chunk; -1 for an orphan."""
    meant_for: Ints
    """Index of the person before orphans lost theirs."""
    units: Ints
    """Index of the unit; -1 where the row names none that is known."""
    outcomes: Ints
    rows: pa.Table
    row_of: Ints
    row_outcomes: Ints
    dirt: dict[str, int]
    unmapped: dict[str, tuple[Mask, pa.Array]] = field(default_factory=dict)
    """Record column to the rows as first made whose code no codebook knows, with the codes as it is asked."""

    @property
    def row_units(self) -> Ints:
        """The unit of each row, copies too."""
        return self.units[self.row_of]


def make_homes(rng: np.random.Generator, region: Region, persons: Cared) -> Homes:
    """A home unit for each person; of two spellings of one person both have the same, and care there only."""
    count = len(persons.ids)
    home = region.somewhere(rng, count)
    twins = np.flatnonzero(persons.steady)
    home[twins[len(twins) // 2 :]] = home[twins[: len(twins) // 2]]
    roams = (rng.random(count) < 0.08) & ~persons.steady
    elsewhere = np.where(roams, region.somewhere(rng, count), home)
    return Homes(home, elsewhere, (rng.random(count) < 0.04) & ~persons.steady)


def visits(rng: np.random.Generator, homes: Homes, mean: float | NDArray[np.float64], at_least_one: Mask) -> tuple[Ints, Ints]:
    """Person and unit of each row of care, with so many rows per person on average, or for each person."""
    count = len(homes.home)
    times = np.where(homes.idle, 0, rng.poisson(mean, count))
    times = np.where(at_least_one, np.maximum(times, 1), times)
    person = np.repeat(np.arange(count), times)
    away = rng.random(len(person)) < 0.4
    return person, np.where(away, homes.elsewhere[person], homes.home[person])


def orphan(rng: np.random.Generator, person: Ints, spared: Mask) -> tuple[Ints, dict[str, int]]:
    """Take the person from a few rows: the persons with -1 there."""
    hand = deal(rng, np.flatnonzero(~spared), {"person missing": 0.002})["person missing"]
    left = person.copy()
    left[hand] = -1
    return left, {"person missing": len(hand)}


def refer(rng: np.random.Generator, person: Ints, units: Ints, referrals: Care, share: float) -> tuple[Ints, Ints]:
    """Give a share of the rows a referral of the same person, and the referral's unit: (referral index or -1, units)."""
    starts = np.searchsorted(referrals.meant_for, person, side="left")
    ends = np.searchsorted(referrals.meant_for, person, side="right")
    wanted = (rng.random(len(person)) < share) & (ends > starts)
    choice = np.where(wanted, starts + (rng.random(len(person)) * (ends - starts)).astype(np.int64), -1)
    # A referral without a known unit lies in no wave; nothing may point at it from inside one.
    choice = np.where(referrals.units[choice] >= 0, choice, -1) if len(referrals.units) else choice
    return choice, np.where(choice >= 0, referrals.units[choice] if len(referrals.units) else units, units)


def person_column(rng: np.random.Generator, persons: Cared, person: Ints) -> pa.Array:
    """The person's id in each row; an orphan's is nobody's."""
    nobody = NOBODY + rng.integers(0, 1_000_000, len(person))
    return numbers(np.where(person >= 0, persons.ids[person], nobody))


def referral_column(rng: np.random.Generator, referrals: Care, choice: Ints) -> tuple[pa.Array, Mask]:
    """The referral's id in each row, NULL without one; a few name a referral that does not exist, and the mask tells which."""
    lost = mask_of(len(choice), deal(rng, np.arange(len(choice)), {"lost": 0.001})["lost"])
    named = referrals.ids[choice] if len(referrals.ids) else choice
    return numbers(np.where(lost, NOBODY + rng.integers(0, 1_000_000, len(choice)), named), empty=(choice < 0) & ~lost), lost


@dataclass(frozen=True, slots=True)
class Whose:
    """Rows as first made: their keys, persons (-1 for orphans), the persons before orphans lost theirs, and units."""

    keys: Ints
    person: Ints
    meant_for: Ints
    units: Ints


def with_copies(
    rng: np.random.Generator,
    table: dict[str, pa.Array],
    free_text: str,
    outcomes: Ints,
    dirt: dict[str, int],
    *,
    whose: Whose,
    unmapped: dict[str, tuple[Mask, pa.Array]] | None = None,
    spared: Mask | None = None,
) -> Care:
    """The rows, some written twice word for word, some twice under one key with another text (none of those may load).

    The `spared` rows stand once.
    """
    count = len(outcomes)
    hands = deal(rng, np.arange(count) if spared is None else np.flatnonzero(~spared), {"exact copy": 0.003, "differing copy": 0.001})
    exact, differing = hands["exact copy"], hands["differing copy"]
    outcomes = outcomes.copy()
    outcomes[differing] = CODE["DUPLICATE_KEY"]
    row_of = np.concatenate([np.arange(count), exact, differing])
    rows = pa.table(table).take(pa.array(row_of))
    late = mask_of(len(row_of), np.arange(count + len(exact), len(row_of)))
    changed = pc.binary_join_element_wise(rows[free_text].combine_chunks(), pa.scalar("(ändrad)"), " ")
    rows = replace(rows, free_text, pc.if_else(pa.array(late), changed, rows[free_text].combine_chunks()))
    row_outcomes = np.concatenate([outcomes, of_copies(outcomes[exact]), outcomes[differing]])
    dirt = dirt | {kind: len(hand) for kind, hand in hands.items()}
    return Care(whose.keys, whose.person, whose.meant_for, whose.units, outcomes, rows, row_of, row_outcomes, dirt, unmapped or {})


def coded(rng: np.random.Generator, known: tuple[str, ...], unknown: tuple[str, ...], count: int) -> tuple[pa.Array, Mask]:
    """Local codes, a few of them in no codebook, and the mask tells which."""
    mask = mask_of(count, deal(rng, np.arange(count), {"unmapped": 0.002})["unmapped"])
    return pc.if_else(pa.array(mask), words(rng, unknown, count), words(rng, known, count)), mask


def count(ledger: Ledger, mapping: str, table: str, made: Care, by: str) -> None:
    """Tell the ledger what was made; `by` is the column with the person's key."""
    ledger.care(mapping, table, made.row_units, made.row_outcomes)
    ledger.dirt({f"{table}: {kind}": rows for kind, rows in made.dirt.items()})
    for column, (mask, codes) in made.unmapped.items():
        at = np.flatnonzero((mask & ~left_behind(made.outcomes))[made.row_of])
        asked = codes.take(pa.array(made.row_of[at])).to_pylist()
        ledger.unmapped(mapping, column, made.row_units[at], asked, made.rows[by].take(pa.array(at)).to_pylist())


def reach_of(ledger: Ledger, persons: int, care: Sequence[Care]) -> Reach:
    """Where each person of a chunk has care."""
    reach = Reach(np.zeros((persons, len(ledger.waves)), np.bool_), np.zeros(persons, np.bool_), np.zeros(persons, np.bool_))
    for made in care:
        theirs, known = made.person >= 0, made.units >= 0
        wave = ledger.wave_of[made.units]
        inside = theirs & known & (wave >= 0)
        reach.in_wave[made.person[inside], wave[inside]] = True
        reach.in_excluded[made.person[theirs & known & (wave < 0)]] = True
        reach.without_unit[made.person[theirs & ~known]] = True
    return reach
