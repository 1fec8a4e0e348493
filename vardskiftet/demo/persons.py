"""Who are the persons of the synthetic journal, and what is wrong with their rows?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.demo import identities as ids
from vardskiftet.demo import words as say
from vardskiftet.demo.columns import ascii_text, deal, flags, mask_of, moments_between, numbers, put, words, written
from vardskiftet.demo.identities import Bytes, Days, Domain
from vardskiftet.demo.outcomes import MERGED, STRUCK, Ints, Mask, first_of, of_copies
from vardskiftet.demo.region import Region

FIRST_ID = 1_000_001
SHARES = {
    "two spellings": 0.006,  # rows in all: half of them first, half second
    "wrong check digit": 0.004,
    "identifier NULL": 0.002,
    "identifier empty": 0.002,
    "century open": 0.001,
}


@dataclass(frozen=True, slots=True)
class Persons:
    """A chunk of persons: values per person, and the rows with their copies."""

    ids: Ints
    steady: Mask
    """Persons whose care lies at one known unit: those with two spellings."""
    outcomes: Ints
    """Per person."""
    domains: Ints
    """Per person; only of those with a valid identifier does it matter."""
    rows: pa.Table
    row_of: Ints
    """Row to person."""
    row_outcomes: Ints
    dirt: dict[str, int]
    days: Days
    """Of birth, as the identifier has it."""
    numbers: Ints
    """Birth numbers."""
    identifiers: Bytes
    """As they were given out, whatever the rows say."""
    same: Ints
    """Index of the person whose other spelling this is, its own for the rest."""


def make_persons(rng: np.random.Generator, region: Region, first: int, count: int, seed: int) -> Persons:
    """The persons with indices `first` to `first + count` (not included)."""
    days, birth_numbers, domains, text = _identified(rng, region, first, count, seed)
    plain = np.flatnonzero(domains == Domain.PERSONNUMMER)
    hands = deal(rng, plain, SHARES)
    pairs = len(hands["two spellings"]) // 2
    firsts, seconds = hands["two spellings"][:pairs], hands["two spellings"][pairs : 2 * pairs]
    for values in (days, birth_numbers, text):
        values[seconds] = values[firsts]
    twin = mask_of(count, np.concatenate([firsts, seconds]))
    struck = mask_of(count, deal(rng, np.flatnonzero(~twin), {"struck": 0.004})["struck"])
    outcomes = first_of(
        count,
        (struck, STRUCK),
        (mask_of(count, np.concatenate([hands["identifier NULL"], hands["identifier empty"]])), "IDENTITY_MISSING"),
        (mask_of(count, hands["wrong check digit"]), "IDENTITY_CHECKSUM"),
        (mask_of(count, hands["century open"]), "AMBIGUOUS_CENTURY"),
        (mask_of(count, seconds), np.full(count, MERGED)),
    )
    column = _identifier_column(rng, text, hands, seconds)
    person_ids = FIRST_ID + first + np.arange(count)
    table = _table(rng, region, person_ids, (days, birth_numbers), column, struck, (firsts, seconds))
    copies = deal(rng, np.arange(count), {"exact copy": 0.002})["exact copy"]
    row_of = np.concatenate([np.arange(count), copies])
    dirt = {kind: len(hand) for kind, hand in hands.items()} | {"two spellings": pairs, "struck out": int(struck.sum())}
    dirt |= {"exact copy": len(copies), "protected": pc.sum(pc.equal(table["skyddad"], "J")).as_py()}
    dirt |= {"samordningsnummer": int((domains == Domain.SAMORDNINGSNUMMER).sum())}
    dirt |= {"VGR reserve number": int((domains >= Domain.VGR_RESERVE).sum())}
    row_outcomes = np.concatenate([outcomes, of_copies(outcomes[copies])])
    rows = table.take(pa.array(row_of))
    same = np.arange(count)
    same[seconds] = firsts
    return Persons(person_ids, twin, outcomes, domains, rows, row_of, row_outcomes, dirt, days, birth_numbers, text, same)


def _identified(rng: np.random.Generator, region: Region, first: int, count: int, seed: int) -> tuple[Days, Ints, Ints, Bytes]:
    """Days of birth, birth numbers, domains and identifiers, no two alike."""
    days, birth_numbers = ids.draw(np.arange(first, first + count), seed, region.now - 30)
    draw = rng.random(count)
    domains = np.select(
        [draw < 0.02, draw < 0.028, draw < 0.03], [Domain.SAMORDNINGSNUMMER, Domain.VGR_RESERVE, Domain.VGR_RESERVE_UNKNOWN_SEX]
    ).astype(np.int64)
    # Only ten X numbers a day: the other half of the places gets a number that tells the sex.
    crowded = (domains == Domain.VGR_RESERVE_UNKNOWN_SEX) & (birth_numbers - ids.FIRST_NUMBER >= ids.NUMBERS // 2)
    domains[crowded] = Domain.VGR_RESERVE
    return days, birth_numbers, domains, ids.identifiers(days, birth_numbers, domains)


def _identifier_column(rng: np.random.Generator, text: Bytes, hands: dict[str, Ints], seconds: Ints) -> pa.Array:
    count = len(text)
    wrong = mask_of(count, hands["wrong check digit"])
    text = np.where(wrong[:, None], ids.with_wrong_check(text), text)
    hyphened = rng.random(count) < 0.08
    hyphened[hands["two spellings"]] = False
    hyphened[seconds] = True
    column = put(ascii_text(ids.spelled(text)), hyphened, ascii_text(ids.spelled_with_hyphen(text)))
    column = put(column, mask_of(count, hands["century open"]), ascii_text(ids.spelled_without_century(text)))
    column = put(column, mask_of(count, hands["identifier NULL"]), None)
    return put(column, mask_of(count, hands["identifier empty"]), "")


def _table(
    rng: np.random.Generator,
    region: Region,
    person_ids: Ints,
    born: tuple[Days, Ints],
    column: pa.Array,
    struck: Mask,
    pairs: tuple[Ints, Ints],
) -> pa.Table:
    count = len(person_ids)
    (days, birth_numbers), (firsts, seconds) = born, pairs
    man = birth_numbers % 2 == 1
    same = np.arange(count)
    same[seconds] = firsts
    given = pc.if_else(pa.array(man), words(rng, say.MEN, count), words(rng, say.WOMEN, count)).take(pa.array(same))
    family = words(rng, say.FAMILIES, count).take(pa.array(same))
    place = pa.array(rng.integers(0, len(say.PLACES), count))
    address = pc.binary_join_element_wise(words(rng, say.STREETS, count), pa.array(rng.integers(1, 99, count)).cast(pa.string()), " ")
    # When a day's numbers run out a nearby day is used, so that the day of birth can differ from the number's [L1].
    birth = days - (rng.random(count) < 0.005).astype(np.int64).astype("timedelta64[D]")
    dead = rng.random(count) < 0.01
    deceased = put(written(region.days(rng, count, -300, -1), "%Y-%m-%d"), ~dead, None)
    return pa.table(
        {
            "person_id": numbers(person_ids),
            "personnummer": column,
            "fornamn": given,
            "efternamn": put(family, mask_of(count, seconds), pc.utf8_upper(family)),
            "kon": pc.if_else(pa.array(man), "M", "K"),
            "fodelsedatum": written(birth, "%Y-%m-%d"),
            "adress": address,
            "postnr": pa.array([code for code, _ in say.PLACES]).take(place),
            "ort": pa.array([name for _, name in say.PLACES]).take(place),
            "telefon": put(_phones(rng, count), rng.random(count) < 0.1, ""),
            "skyddad": flags(mask_of(count, deal(rng, np.arange(count), {"protected": 0.005})["protected"])),
            "avliden_datum": put(deceased, dead & (rng.random(count) < 0.1), "0000-00-00"),
            "makulerad": flags(struck),
            "andrad_tid": written(moments_between(rng, region.days(rng, count, -400, -1), (6, 20), 1), "%Y-%m-%d %H:%M:%S"),
        }
    )


def _phones(rng: np.random.Generator, count: int) -> pa.Array:
    """Numbers of the series that is set aside for fiction: 070-174 06 05 to 070-174 06 99."""
    return pc.binary_join_element_wise(pa.scalar("070-174 06 "), pa.array(rng.integers(10, 100, count)).cast(pa.string()), "")
