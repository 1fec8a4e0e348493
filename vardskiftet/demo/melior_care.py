"""Which contacts, referrals and measurements does the synthetic Melior hold, and what is wrong with them?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.demo import care, growth
from vardskiftet.demo import words as say
from vardskiftet.demo.care import NOBODY, Care, Homes, Whose
from vardskiftet.demo.columns import Moments, deal, flags, mask_of, moments_between, numbers, put, put_bytes, words, written
from vardskiftet.demo.enrolled import Enrolled
from vardskiftet.demo.identities import Days
from vardskiftet.demo.outcomes import OF_ADULTS, STRUCK_IN_MELIOR, Ints, Mask, by_parent, first_of
from vardskiftet.demo.region import Region

CHILDREN = 18
"""Years of age below which a measurement is a child's."""

MINUTE, CLOSE = "%Y-%m-%d %H:%M", "%Y%m%d%H%M"
TEXTS = {"cp1252 in UTF-8": 0.006, "encoded twice": 0.008, "control signs": 0.008, "longer than the record": 0.006}
"""Shares of what is wrong with free text."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """A chunk of contacts; they stay behind, but say where a measurement was taken."""

    ids: Ints
    person: Ints
    units: Ints
    """Index of the unit; -1 where the contact names none that is known."""
    at: Moments
    rows: pa.Table


def make_contacts(
    rng: np.random.Generator, region: Region, patients: Enrolled, homes: Homes, first_id: int
) -> tuple[Contacts, dict[str, int]]:
    """Table `kontakt`, each once, and what is wrong with them."""
    person, units = care.visits(rng, homes, 1.6, np.zeros(len(patients.ids), dtype=np.bool_))
    count = len(person)
    units, unit_column, no_unit = region.soil(rng, units, np.zeros(count, dtype=np.bool_))
    keys, at = first_id + np.arange(count), moments_between(rng, region.days(rng, count, -900, -2), (7, 20), 5)
    table = {
        "kontakt_id": numbers(keys),
        "patnr": numbers(patients.ids[person]),
        "enhet_hsaid": unit_column,
        "tid": written(at, MINUTE),
        "typ": words(rng, say.VISITS, count),
    }
    return Contacts(keys, person, units, at, pa.table(table)), no_unit


def make_referrals(rng: np.random.Generator, region: Region, patients: Enrolled, homes: Homes, first_id: int) -> Care:
    """Table `remiss`: the hospital's own referrals that wait for an answer."""
    meant_for, units = care.visits(rng, homes, 0.9, np.zeros(len(patients.ids), dtype=np.bool_))
    count = len(meant_for)
    person, dirt = care.orphan(rng, meant_for, np.zeros(count, dtype=np.bool_))
    units, unit_column, no_unit = region.soil(rng, units, np.zeros(count, dtype=np.bool_))
    hands = deal(rng, np.arange(count), TEXTS | {"code written otherwise": 0.05, "diagnosis empty": 0.1, "moment that is none": 0.003})
    mask = {kind: mask_of(count, hand) for kind, hand in hands.items()}
    known, unmapped = care.coded(rng, say.DIAGNOSES, say.DIAGNOSES_UNKNOWN, count)
    codes = put(known, mask["code written otherwise"] & ~unmapped, words(rng, say.DIAGNOSES_APART, count))
    codes = put(codes, mask["diagnosis empty"] & ~unmapped, "")
    struck = _struck(rng, count)
    parent = by_parent(patients.outcomes, person)
    outcomes = first_of(
        count,
        (mask["cp1252 in UTF-8"], "INVALID_ENCODING"),
        (struck, STRUCK_IN_MELIOR),
        (person < 0, "PARENT_MISSING"),
        (parent > 0, parent),
        (mask["moment that is none"], "INVALID_DATE"),
        (unmapped, "UNMAPPED_CODE"),
        (mask["longer than the record"], "TOO_LONG"),
    )
    keys = first_id + np.arange(count)
    table = {
        "remiss_id": numbers(keys),
        "patnr": care.person_column(rng, patients, person),
        "avsandare_hsaid": words(rng, region.hsa_ids, count),
        "mottagare_hsaid": unit_column,
        "skickad": put(
            written(moments_between(rng, region.days(rng, count, -200, -3), (7, 18), 1), CLOSE), mask["moment that is none"], "202402301000"
        ),
        "prioritet": words(rng, say.PRIORITIES, count),
        "diagnos": codes,
        "fragestallning": _texts(rng, count, mask),
        "status": words(rng, ("S", "M"), count),
        "makulerad": flags(struck),
    }
    dirt |= no_unit | {kind: len(hand) for kind, hand in hands.items()}
    dirt |= {"unmapped code": int(unmapped.sum()), "struck out": int(struck.sum())}
    lost = {"diagnosis": (unmapped, pc.replace_substring(pc.utf8_upper(pc.utf8_trim_whitespace(codes)), ".", ""))}
    whose = Whose(keys, person, meant_for, units)
    return care.with_copies(
        rng,
        table,
        "fragestallning",
        outcomes,
        dirt,
        whose=whose,
        unmapped=lost,
        spared=mask["cp1252 in UTF-8"] | (mask["longer than the record"]),
    )


def make_measurements(rng: np.random.Generator, patients: Enrolled, born: Days, contacts: Contacts, first_id: int) -> Care:
    """Table `matning`: what was measured at contacts, of children and of adults."""
    chosen = np.flatnonzero(rng.random(len(contacts.ids)) < 0.7)
    chosen = np.repeat(chosen, rng.integers(1, 3, len(chosen)))
    count, meant_for = len(chosen), contacts.person[chosen]
    person, dirt = care.orphan(rng, meant_for, np.zeros(count, dtype=np.bool_))
    shares = TEXTS | {"contact missing": 0.003, "value in words": 0.004, "decimal point": 0.003}
    years = ((contacts.at[chosen].astype("datetime64[D]") - born[meant_for]).astype(np.int64) / 365.25).clip(0)
    child, kinds = years < CHILDREN, rng.integers(0, 3, count)
    hands = deal(rng, np.flatnonzero(child), shares)
    mask = {kind: mask_of(count, hand) for kind, hand in hands.items()}
    units = np.where(mask["contact missing"], -1, contacts.units[chosen])
    known, unmapped = care.coded(rng, say.GROWTH, say.GROWTH_UNKNOWN, count)
    plain = growth.chosen(child, pa.array(say.GROWTH).take(pa.array(kinds)), words(rng, say.MEASURES, count))
    codes = growth.chosen(unmapped, known, plain)
    value = growth.with_comma(growth.values(rng, kinds, np.minimum(years, CHILDREN)), np.where(kinds == growth.WEIGHT, 2, 1))
    struck = _struck(rng, count)
    parent = by_parent(patients.outcomes, person)
    outcomes = first_of(
        count,
        (mask["cp1252 in UTF-8"], "INVALID_ENCODING"),
        (struck, STRUCK_IN_MELIOR),
        (~child, OF_ADULTS),
        (person < 0, "PARENT_MISSING"),
        (parent > 0, parent),
        (unmapped, "UNMAPPED_CODE"),
        (mask["value in words"] | mask["decimal point"], "INVALID_NUMBER"),
        (mask["longer than the record"], "TOO_LONG"),
    )
    keys = first_id + np.arange(count)
    nowhere = pa.array(NOBODY + rng.integers(0, 1_000_000, count))
    table = {
        "matning_id": numbers(keys),
        "kontakt_id": growth.chosen(mask["contact missing"], nowhere, numbers(contacts.ids[chosen])),
        "patnr": care.person_column(rng, patients, person),
        "barn": flags(child),
        "typ": codes,
        "varde": put(put(value, mask["value in words"], "ej mätt, orolig"), mask["decimal point"], "52.5"),
        "matt_i": growth.chosen(kinds == growth.WEIGHT, pa.array(["kg"] * count), pa.array(["cm"] * count)),
        "tid": written(contacts.at[chosen], MINUTE),
        "kommentar": _texts(rng, count, mask),
        "makulerad": flags(struck),
    }
    dirt |= {kind: len(hand) for kind, hand in hands.items()}
    dirt |= {"kind unmapped": int(unmapped.sum()), "struck out": int(struck.sum())}
    lost = {"kind": (unmapped, codes)}
    whose = Whose(keys, person, meant_for, units)
    return care.with_copies(rng, table, "kommentar", outcomes, dirt, whose=whose, unmapped=lost, spared=mask["cp1252 in UTF-8"] | ~child)


def _texts(rng: np.random.Generator, count: int, mask: dict[str, Mask]) -> pa.Array:
    """Free text, some of it damaged."""
    column = put(words(rng, say.NOTES, count), mask["encoded twice"], words(rng, say.TWICE_ENCODED, count))
    column = put(column, mask["control signs"], words(rng, say.CONTROLS, count))
    column = put(column, mask["longer than the record"], say.TOO_LONG)
    raw = pa.array(say.ONE_BYTE, pa.binary()).take(pa.array(rng.integers(0, len(say.ONE_BYTE), count)))
    return put_bytes(column, mask["cp1252 in UTF-8"], raw)


def _struck(rng: np.random.Generator, count: int) -> Mask:
    return mask_of(count, deal(rng, np.arange(count), {"struck out": 0.01})["struck out"])
