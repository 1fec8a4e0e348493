"""Which visits of maternity care and which newborns does the synthetic Obstetrix hold, and what is wrong with them?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.demo import care, growth
from vardskiftet.demo import words as say
from vardskiftet.demo.care import Care, Homes, Whose
from vardskiftet.demo.columns import deal, flags, mask_of, moments_between, put, words, written
from vardskiftet.demo.csv_drop import ENCODING
from vardskiftet.demo.enrolled import Enrolled
from vardskiftet.demo.identities import Days
from vardskiftet.demo.outcomes import CODE, LOADED, MERGED, NO_ITEM, PAST_IN_OBSTETRIX, STRUCK_IN_OBSTETRIX, Ints, Mask, by_parent, first_of
from vardskiftet.demo.region import Region

GO_LIVE = np.datetime64("2024-11-12")
MINUTE = "%Y-%m-%d %H:%M"
NOTES = say.writable(say.NOTES, ENCODING)
ABSENT = -1
"""In place of an outcome: the row has no such item."""


@dataclass(frozen=True, slots=True)
class Newborns:
    """The rows of `nyfodd`, and what becomes of the weight, the length and the head of each as first made: a reason, or ABSENT."""

    care: Care
    items: tuple[Ints, ...]

    def outcomes(self) -> list[tuple[Ints, Ints]]:
        """(unit, outcome) of every item, piece by piece, copies too; a row without any is one item that is left behind."""
        rows, units = self.care.row_outcomes, self.care.row_units
        sound = (rows == LOADED) | (rows == MERGED)
        found = []
        for item in self.items:
            of_row = item[self.care.row_of]
            there = of_row != ABSENT
            outcome = np.where(sound & (of_row > LOADED), of_row, rows)
            found.append((units[there], outcome[there]))
        without = np.all([item[self.care.row_of] == ABSENT for item in self.items], axis=0)
        found.append((units[without], np.full(int(without.sum()), CODE[NO_ITEM])))
        return found


def text_keys(letter: str, keys: pa.Array) -> pa.Array:
    """Keys as files have them: a letter and a number."""
    return pc.binary_join_element_wise(pa.scalar(letter), keys.cast(pa.string()), "")


def make_visits(rng: np.random.Generator, region: Region, women: Enrolled, homes: Homes, first_id: int) -> Care:
    """Table `besok`: past and coming visits."""
    meant_for, units = care.visits(rng, homes, 6.0, np.zeros(len(women.ids), dtype=np.bool_))
    count = len(meant_for)
    person, dirt = care.orphan(rng, meant_for, np.zeros(count, dtype=np.bool_))
    units, unit_column, no_unit = region.soil(rng, units, np.zeros(count, dtype=np.bool_))
    starts = moments_between(rng, region.days(rng, count, -60, 200), (8, 16), 15)
    hands = deal(rng, np.arange(count), {"day that is none": 0.003, "decimal point": 0.004})
    none, point = mask_of(count, hands["day that is none"]), mask_of(count, hands["decimal point"])
    codes, unmapped = care.coded(rng, say.MATERNITY_VISITS, say.MATERNITY_UNKNOWN, count)
    struck = mask_of(count, deal(rng, np.arange(count), {"struck out": 0.01})["struck out"])
    past, parent = (starts < GO_LIVE) & ~none, by_parent(women.outcomes, person)
    outcomes = first_of(
        count,
        (struck, STRUCK_IN_OBSTETRIX),
        (past, PAST_IN_OBSTETRIX),
        (person < 0, "PARENT_MISSING"),
        (parent > 0, parent),
        (none, "INVALID_DATE"),
        (point, "INVALID_NUMBER"),
        (unmapped, "UNMAPPED_CODE"),
    )
    keys = first_id + np.arange(count)
    table = {
        "besok_id": text_keys("V", pa.array(keys)),
        "kvinna_id": text_keys("K", care.person_column(rng, women, person)),
        "enhet_hsaid": unit_column,
        "starttid": put(written(starts, MINUTE), none, "2025-02-30 09:00"),
        "langd_min": put(words(rng, ("30,0", "45,0", "22,5", "60,0"), count), point, "22.5"),
        "typ": codes,
        "status": words(rng, ("B", "B", "K"), count),
        "anteckning": words(rng, NOTES, count),
        "struken": flags(struck),
    }
    dirt |= no_unit | {kind: len(hand) for kind, hand in hands.items()}
    dirt |= {
        "unmapped code": int(unmapped.sum()),
        "struck out": int(struck.sum()),
        "words in several lines": _broken_lines(table["anteckning"]),
    }
    lost = {"visit_type": (unmapped, codes)}
    return care.with_copies(rng, table, "anteckning", outcomes, dirt, whose=Whose(keys, person, meant_for, units), unmapped=lost)


def make_newborns(rng: np.random.Generator, region: Region, children: Enrolled, born: Days, homes: Homes, first_id: int) -> Newborns:
    """Table `nyfodd`: one row for each child, with up to three measurements."""
    count = len(children.ids)
    meant_for = np.arange(count)
    person, dirt = care.orphan(rng, meant_for, np.zeros(count, dtype=np.bool_))
    units, unit_column, no_unit = region.soil(rng, homes.home, np.zeros(count, dtype=np.bool_))
    shares = {"nothing measured": 0.01, "moment that is none": 0.01, "weight below": 0.08, "weight in words": 0.01, "decimal point": 0.01}
    hands = deal(rng, np.arange(count), shares)
    mask = {kind: mask_of(count, hand) for kind, hand in hands.items()}
    columns, items = _measured(rng, count, mask)
    struck = mask_of(count, deal(rng, np.arange(count), {"struck out": 0.01})["struck out"])
    parent = by_parent(children.outcomes, person)
    outcomes = first_of(count, (struck, STRUCK_IN_OBSTETRIX), (person < 0, "PARENT_MISSING"), (parent > 0, parent))
    keys = first_id + np.arange(count)
    table = {
        "matning_id": text_keys("N", pa.array(keys)),
        "barn_id": text_keys("B", care.person_column(rng, children, person)),
        "enhet_hsaid": unit_column,
        "tid": put(written(moments_between(rng, born, (4, 23), 1), MINUTE), mask["moment that is none"], "2024-06-31 10:00"),
        **columns,
        "anteckning": words(rng, NOTES, count),
        "struken": flags(struck),
    }
    dirt |= no_unit | {kind: len(hand) for kind, hand in hands.items()} | {"struck out": int(struck.sum())}
    whose = Whose(keys, person, meant_for, units)
    made = care.with_copies(rng, table, "anteckning", outcomes, dirt, whose=whose, spared=mask["nothing measured"])
    return Newborns(made, items)


def _measured(rng: np.random.Generator, count: int, mask: dict[str, Mask]) -> tuple[dict[str, pa.Array], tuple[Ints, ...]]:
    """Columns of weight, length and head with decimal commas and a comparator here and there, and the items' outcomes."""
    nothing, undated = mask["nothing measured"], mask["moment that is none"]
    columns, items = {}, []
    for name, kind, empty in (("vikt", growth.WEIGHT, 0.0), ("langd", growth.LENGTH, 0.04), ("huvud", growth.HEAD, 0.08)):
        value = growth.values(rng, np.full(count, kind), np.zeros(count))
        column = growth.with_comma(value, np.full(count, 2 if kind == growth.WEIGHT else 1))
        wrong = mask["weight in words"] if kind == growth.WEIGHT else mask["decimal point"] & (kind == growth.LENGTH)
        if kind == growth.WEIGHT:
            column = put(put(column, mask["weight below"], "<0,5"), wrong, "vägdes ej; ca 3 kg")
        column = put(column, wrong, "50.5") if kind == growth.LENGTH else column
        absent = nothing | ((rng.random(count) < empty) & ~wrong)
        columns[name] = put(column, absent, "")
        items.append(np.where(absent, ABSENT, first_of(count, (wrong, "INVALID_NUMBER"), (undated, "INVALID_DATE"))))
    return columns, tuple(items)


def _broken_lines(column: pa.Array) -> int:
    return int(pc.sum(pc.match_substring(column, "\n")).as_py() or 0)
