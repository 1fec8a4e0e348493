"""Which measurements of children and which vaccinations does the synthetic AsynjaVisph hold, and what is wrong with them?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.demo import care, growth
from vardskiftet.demo import words as say
from vardskiftet.demo.care import Care, Homes, Whose
from vardskiftet.demo.columns import Moments, deal, flags, mask_of, moments_between, numbers, put, words, written
from vardskiftet.demo.enrolled import Enrolled
from vardskiftet.demo.identities import Days
from vardskiftet.demo.outcomes import STRUCK_IN_ASYNJA, Ints, Mask, by_parent, first_of
from vardskiftet.demo.region import Region

CHILDREN = 7
"""Years: so long does child health care measure."""

LONGEST_BATCH = 20
"""Characters of a vaccine's batch number in the record."""

MINUTE, DAY = "%Y-%m-%d %H:%M", "%Y%m%d"


@dataclass(frozen=True, slots=True)
class Patients:
    """The journal's persons, their days of birth and homes."""

    enrolled: Enrolled
    born: Days
    homes: Homes


def make_measurements(rng: np.random.Generator, region: Region, patients: Patients, first_id: int) -> Care:
    """Table `bvc_matning`: weight, length and head of the children, some six a child."""
    age = (region.now - patients.born).astype(np.int64) / 365.25
    meant_for, units = care.visits(rng, patients.homes, np.where(age < CHILDREN, 6.0, 0.0), np.zeros(len(age), dtype=np.bool_))
    count = len(meant_for)
    person, dirt = care.orphan(rng, meant_for, np.zeros(count, dtype=np.bool_))
    units, unit_column, no_unit = region.soil(rng, units, np.zeros(count, dtype=np.bool_))
    kinds, measured = rng.integers(0, 3, count), _measured_at(rng, region, patients.born[meant_for])
    shares = {"value in words": 0.004, "value NULL": 0.003, "grams as kilograms": 0.003, "missing hour": 0.003, "unit unmapped": 0.003}
    hands = deal(rng, np.arange(count), shares)
    mask = {kind: mask_of(count, hand) for kind, hand in hands.items()}
    kinds[mask["grams as kilograms"]] = growth.WEIGHT
    measured[mask["missing hour"]] = np.datetime64("2024-03-31T02:30")
    years = (measured.astype("datetime64[D]") - patients.born[meant_for]).astype(np.int64) / 365.25
    value, measured_in = _written_value(rng, kinds, growth.values(rng, kinds, years.clip(0)), mask)
    known, unmapped = care.coded(rng, say.GROWTH, say.GROWTH_UNKNOWN, count)
    codes = growth.chosen(unmapped, known, pa.array(say.GROWTH).take(pa.array(kinds)))
    struck = _struck(rng, count)
    parent = by_parent(patients.enrolled.outcomes, person)
    outcomes = first_of(
        count,
        (struck, STRUCK_IN_ASYNJA),
        (person < 0, "PARENT_MISSING"),
        (parent > 0, parent),
        (unmapped, "UNMAPPED_CODE"),
        (mask["value in words"], "INVALID_NUMBER"),
        (mask["unit unmapped"], "UNMAPPED_CODE"),
        (mask["missing hour"], "MISSING_HOUR"),
        (mask["value NULL"], "REQUIRED_EMPTY"),
        (mask["grams as kilograms"], "IMPLAUSIBLE_VALUE"),
    )
    keys = first_id + np.arange(count)
    table = {
        "matning_id": numbers(keys),
        "patient_id": care.person_column(rng, patients.enrolled, person),
        "enhet_hsaid": unit_column,
        "typ": codes,
        "varde": value,
        "matt_i": measured_in,
        "matt_tid": written(measured, MINUTE),
        "kommentar": words(rng, say.NOTES, count),
        "struken": flags(struck),
    }
    dirt |= no_unit | {kind: len(hand) for kind, hand in hands.items()}
    dirt |= {"kind unmapped": int(unmapped.sum()), "struck out": int(struck.sum())}
    lost = {"kind": (unmapped, codes), "measured_in": (mask["unit unmapped"], measured_in)}
    return care.with_copies(rng, table, "kommentar", outcomes, dirt, whose=Whose(keys, person, meant_for, units), unmapped=lost)


def make_vaccinations(rng: np.random.Generator, region: Region, patients: Patients, first_id: int) -> Care:
    """Table `vaccination`: children often, others now and then."""
    age = (region.now - patients.born).astype(np.int64) / 365.25
    meant_for, units = care.visits(rng, patients.homes, np.where(age < CHILDREN, 5.0, 0.4), np.zeros(len(age), dtype=np.bool_))
    count = len(meant_for)
    person, dirt = care.orphan(rng, meant_for, np.zeros(count, dtype=np.bool_))
    units, unit_column, no_unit = region.soil(rng, units, np.zeros(count, dtype=np.bool_))
    given = _measured_at(rng, region, patients.born[meant_for])
    shares = {"day 00000000": 0.004, "day ahead": 0.003, "batch too long": 0.004, "dose in words": 0.003, "code written otherwise": 0.02}
    hands = deal(rng, np.arange(count), shares)
    mask = {kind: mask_of(count, hand) for kind, hand in hands.items()}
    given[mask["day ahead"]] = np.datetime64("2042-01-03T10:00")
    known, unmapped = care.coded(rng, say.VACCINES, say.VACCINES_UNKNOWN, count)
    codes = growth.chosen(mask["code written otherwise"] & ~unmapped, words(rng, say.VACCINES_APART, count), known)
    struck = _struck(rng, count)
    parent = by_parent(patients.enrolled.outcomes, person)
    outcomes = first_of(
        count,
        (struck, STRUCK_IN_ASYNJA),
        (person < 0, "PARENT_MISSING"),
        (parent > 0, parent),
        (unmapped, "UNMAPPED_CODE"),
        (mask["dose in words"], "INVALID_NUMBER"),
        (mask["day 00000000"], "INVALID_DATE"),
        (mask["batch too long"], "TOO_LONG"),
        (mask["day ahead"], "FUTURE_DATE"),
    )
    keys = first_id + np.arange(count)
    table = {
        "vaccination_id": numbers(keys),
        "patient_id": care.person_column(rng, patients.enrolled, person),
        "enhet_hsaid": unit_column,
        "vaccin": codes,
        "dos": put(words(rng, ("1", "2", "3"), count), mask["dose in words"], "påfyllnad"),
        "given": put(written(given, DAY), mask["day 00000000"], "00000000"),
        "sats": put(_batches(rng, count), mask["batch too long"], "SATS " + "Å" * LONGEST_BATCH),
        "anmarkning": words(rng, say.NOTES, count),
        "struken": flags(struck),
    }
    dirt |= no_unit | {kind: len(hand) for kind, hand in hands.items()}
    dirt |= {"vaccine unmapped": int(unmapped.sum()), "struck out": int(struck.sum())}
    lost = {"vaccine": (unmapped, pc.replace_substring(pc.utf8_upper(codes), " ", "-"))}
    return care.with_copies(rng, table, "anmarkning", outcomes, dirt, whose=Whose(keys, person, meant_for, units), unmapped=lost)


def _measured_at(rng: np.random.Generator, region: Region, born: Days) -> Moments:
    """A moment since birth, in the last seven years, never today."""
    earliest = np.maximum(born, region.now - 365 * CHILDREN)
    lived = (region.now - earliest).astype(np.int64)
    days = earliest + (rng.random(len(born)) * lived).astype(np.int64).astype("timedelta64[D]")
    return moments_between(rng, days, (8, 16), 5)


def _written_value(rng: np.random.Generator, kinds: Ints, value: Ints, mask: dict[str, Mask]) -> tuple[pa.Array, pa.Array]:
    """The value with a decimal comma, and what it is measured in: kg or cm, at times g or mm."""
    count, weight = len(kinds), kinds == growth.WEIGHT
    fine = (rng.random(count) < 0.1) & ~mask["grams as kilograms"]
    small = growth.chosen(weight, growth.without_comma(value, 10), growth.without_comma(value, 1))
    column = growth.chosen(fine, small, growth.with_comma(value, np.where(weight, 2, 1)))
    column = put(column, mask["grams as kilograms"], growth.without_comma(value, 10))
    column = put(put(column, mask["value in words"], "ca 12 kg, ej exakt"), mask["value NULL"], None)
    names = growth.chosen(weight, growth.chosen(fine, pa.array(["g"] * count), pa.array(["kg"] * count)),
                          growth.chosen(fine, pa.array(["mm"] * count), pa.array(["cm"] * count)))  # fmt: skip
    return column, put(names, mask["unit unmapped"], "tum")


def _batches(rng: np.random.Generator, count: int) -> pa.Array:
    return pc.binary_join_element_wise(
        words(rng, ("AX", "BÖ", "C-"), count), pa.array(rng.integers(1000, 9999, count)).cast(pa.string()), ""
    )


def _struck(rng: np.random.Generator, count: int) -> Mask:
    return mask_of(count, deal(rng, np.arange(count), {"struck out": 0.01})["struck out"])
