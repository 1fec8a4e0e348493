"""Which referrals, bookings, waiting-list entries and past contacts does the synthetic Elvis hold, and what is wrong with them?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from vardskiftet.demo import care
from vardskiftet.demo import words as say
from vardskiftet.demo.care import Care, Homes, Whose
from vardskiftet.demo.columns import Moments, deal, flags, mask_of, moments_between, numbers, put, words, written
from vardskiftet.demo.outcomes import PAST, STRUCK, Hit, Ints, Mask, by_parent, first_of
from vardskiftet.demo.persons import Persons
from vardskiftet.demo.region import Region

GO_LIVE = np.datetime64("2024-11-12")
"""The first wave's day; what was booked before it stays behind (mappings/elvis/booking.yaml)."""

MINUTE = "%Y-%m-%d %H:%M"
SECOND = "%Y-%m-%d %H:%M:%S"


def make_referrals(rng: np.random.Generator, region: Region, persons: Persons, homes: Homes, first_id: int) -> Care:
    """Table `remiss`: sorted by person, each person with one or two on average."""
    meant_for, units = care.visits(rng, homes, 1.5, persons.steady)
    count = len(meant_for)
    person, dirt = care.orphan(rng, meant_for, persons.steady[meant_for])
    units, unit_column, no_unit = region.soil(rng, units, persons.steady[meant_for])
    sent = moments_between(rng, region.days(rng, count, -380, -3), (7, 18), 1)
    hands = deal(rng, np.arange(count), {"repeated hour": 0.002, "missing hour": 0.002})
    sent = _at_two(rng, sent, hands["repeated hour"], np.datetime64("2024-10-27"))
    sent = _at_two(rng, sent, hands["missing hour"], np.datetime64("2024-03-31"))
    struck = _struck(rng, count)
    parent = by_parent(persons.outcomes, person, follow=True)
    outcomes = first_of(
        count,
        (struck, STRUCK),
        (person < 0, "PARENT_MISSING"),
        (parent > 0, parent),
        (mask_of(count, hands["missing hour"]), "MISSING_HOUR"),
    )
    keys = first_id + np.arange(count)
    table = {
        "remiss_id": numbers(keys),
        "person_id": care.person_column(rng, persons, person),
        "avsandare_hsaid": words(rng, region.hsa_ids, count),
        "mottagare_hsaid": unit_column,
        "skickad_tid": written(sent, MINUTE),
        "prioritet": words(rng, say.PRIORITIES, count),
        "orsak_text": words(rng, say.NOTES, count),
        "status": words(rng, ("S", "M", "B"), count),
        "makulerad": flags(struck),
        "andrad_tid": _changed(rng, region, count),
    }
    dirt |= no_unit | {kind: len(hand) for kind, hand in hands.items()} | {"struck out": int(struck.sum())}
    return care.with_copies(rng, table, "orsak_text", outcomes, dirt, whose=Whose(keys, person, meant_for, units))


def make_bookings(rng: np.random.Generator, region: Region, persons: Persons, homes: Homes, referrals: Care, first_id: int) -> Care:
    """Table `bokning`: past and coming."""
    meant_for, units = care.visits(rng, homes, 2.4, np.zeros(len(persons.ids), dtype=np.bool_))
    count = len(meant_for)
    choice, units = care.refer(rng, meant_for, units, referrals, 0.6)
    person, dirt = care.orphan(rng, meant_for, persons.steady[meant_for])
    units, unit_column, no_unit = region.soil(rng, units, persons.steady[meant_for])
    referral, lost = care.referral_column(rng, referrals, choice)
    starts = moments_between(rng, region.days(rng, count, -120, 240), (8, 17), 15)
    hands = deal(rng, np.arange(count), {"zero date": 0.002, "far future": 0.001})
    zero, far = mask_of(count, hands["zero date"]), mask_of(count, hands["far future"])
    starts[far] += np.datetime64("2034-02-01") - region.now.astype("datetime64[D]")
    codes, unmapped = care.coded(rng, say.VISITS, say.VISITS_UNKNOWN, count)
    struck = _struck(rng, count)
    outcomes = first_of(
        count,
        (struck, STRUCK),
        ((starts < GO_LIVE) & ~zero, PAST),
        *_by_parents(persons, person, referrals, choice, lost),
        (zero, "INVALID_DATE"),
        (unmapped, "UNMAPPED_CODE"),
        (far, "FUTURE_DATE"),
    )
    keys = first_id + np.arange(count)
    table = {
        "bokning_id": numbers(keys),
        "person_id": care.person_column(rng, persons, person),
        "enhet_hsaid": unit_column,
        "remiss_id": referral,
        "starttid": put(written(starts, MINUTE), zero, "0000-00-00 00:00"),
        "langd_min": words(rng, ("15", "30", "30", "45", "60", "90"), count),
        "besokstyp": codes,
        "status": words(rng, ("B", "B", "K", "P"), count),
        "anteckning": words(rng, say.NOTES, count),
        "makulerad": flags(struck),
        "andrad_tid": _changed(rng, region, count),
    }
    dirt |= no_unit | {kind: len(hand) for kind, hand in hands.items()}
    dirt |= {"unmapped code": int(unmapped.sum()), "referral missing": int(lost.sum()), "struck out": int(struck.sum())}
    lost_codes = {"visit_type": (unmapped, codes)}
    return care.with_copies(rng, table, "anteckning", outcomes, dirt, whose=Whose(keys, person, meant_for, units), unmapped=lost_codes)


def make_waiting(rng: np.random.Generator, region: Region, persons: Persons, homes: Homes, referrals: Care, first_id: int) -> Care:
    """Table `vantelista`."""
    meant_for, units = care.visits(rng, homes, 0.7, np.zeros(len(persons.ids), dtype=np.bool_))
    count = len(meant_for)
    choice, units = care.refer(rng, meant_for, units, referrals, 0.8)
    person, dirt = care.orphan(rng, meant_for, persons.steady[meant_for])
    units, unit_column, no_unit = region.soil(rng, units, persons.steady[meant_for])
    referral, lost = care.referral_column(rng, referrals, choice)
    listed = region.days(rng, count, -400, -2)
    hands = deal(rng, np.arange(count), {"target 0000-00-00": 0.02, "target 1900-01-01": 0.02, "target NULL": 0.1})
    target = written(listed + 90, "%Y-%m-%d")
    for kind, text in (("target 0000-00-00", "0000-00-00"), ("target 1900-01-01", "1900-01-01"), ("target NULL", None)):
        target = put(target, mask_of(count, hands[kind]), text)
    struck = _struck(rng, count)
    outcomes = first_of(count, (struck, STRUCK), *_by_parents(persons, person, referrals, choice, lost))
    keys = first_id + np.arange(count)
    table = {
        "vantelista_id": numbers(keys),
        "person_id": care.person_column(rng, persons, person),
        "enhet_hsaid": unit_column,
        "remiss_id": referral,
        "uppsatt_datum": written(listed, "%Y-%m-%d"),
        "maldatum": target,
        "atgard": words(rng, say.PROCEDURES, count),
        "prioritet": words(rng, say.PRIORITIES, count),
        "kommentar": words(rng, say.NOTES, count),
        "makulerad": flags(struck),
        "andrad_tid": _changed(rng, region, count),
    }
    dirt |= no_unit | {kind: len(hand) for kind, hand in hands.items()}
    dirt |= {"referral missing": int(lost.sum()), "struck out": int(struck.sum())}
    return care.with_copies(rng, table, "kommentar", outcomes, dirt, whose=Whose(keys, person, meant_for, units))


def make_past_contacts(rng: np.random.Generator, region: Region, persons: Persons, homes: Homes, first_id: int) -> pa.Table:
    """Table `kontakt_historik`: stays where it is, so that nothing is counted."""
    person = rng.integers(0, len(persons.ids), len(persons.ids))
    count = len(person)
    return pa.table(
        {
            "kontakt_id": numbers(first_id + np.arange(count)),
            "person_id": numbers(persons.ids[person]),
            "enhet_hsaid": pa.array(region.hsa_ids, pa.string()).take(pa.array(homes.home[person])),
            "kontakt_tid": written(moments_between(rng, region.days(rng, count, -3000, -400), (8, 17), 5), MINUTE),
            "besokstyp": words(rng, say.VISITS, count),
            "anteckning": words(rng, say.NOTES, count),
        }
    )


def _by_parents(persons: Persons, person: Ints, referrals: Care, choice: Ints, lost: Mask) -> tuple[Hit, ...]:
    """What follows from the person, then from the referral, in the order of the mapping's fields."""
    of_person = by_parent(persons.outcomes, person)
    of_referral = by_parent(referrals.outcomes, choice)
    return ((person < 0, "PARENT_MISSING"), (of_person > 0, of_person), (lost, "PARENT_MISSING"), (of_referral > 0, of_referral))


def _struck(rng: np.random.Generator, count: int) -> Mask:
    return mask_of(count, deal(rng, np.arange(count), {"struck out": 0.01})["struck out"])


def _changed(rng: np.random.Generator, region: Region, count: int) -> pa.Array:
    return written(moments_between(rng, region.days(rng, count, -400, -1), (6, 20), 1), SECOND)


def _at_two(rng: np.random.Generator, moments: Moments, rows: Ints, day: np.datetime64) -> Moments:
    """Move these rows to between two and three at night on that day."""
    moments = moments.copy()
    moments[rows] = day.astype("datetime64[m]") + (120 + rng.integers(0, 60, len(rows))).astype("timedelta64[m]")
    return moments
