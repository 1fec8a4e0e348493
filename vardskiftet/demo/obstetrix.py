"""How is the synthetic journal `obstetrix` written? A drop of files of maternity care, for women and children whom Elvis knows too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from vardskiftet.demo import obstetrix_care as made
from vardskiftet.demo import words as say
from vardskiftet.demo.asked import checked
from vardskiftet.demo.care import count, make_homes, reach_of
from vardskiftet.demo.columns import flags, numbers, words, written
from vardskiftet.demo.csv_drop import ENCODING, Drop, write_drop
from vardskiftet.demo.enrolled import Enrolled, enrol
from vardskiftet.demo.ledger import Ledger
from vardskiftet.demo.outcomes import STRUCK_IN_OBSTETRIX
from vardskiftet.demo.persons import Persons, make_persons
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.population import CHUNK, Population
from vardskiftet.demo.region import Region, region_of
from vardskiftet.demo.served import ServedUnit

SYSTEM = "obstetrix"
OWN = 3
"""What makes this journal's draws others than Elvis's."""

FIRST_IDS = {"kvinna": 4_000_001, "barn": 5_000_001, "besok": 400_000_001, "nyfodd": 500_000_001}
FERTILE, CHILDREN = (18, 45), 7
"""Ages in years of the women, and of the children that were born here."""

SHARE = 0.5
"""Of the women of such an age."""


def generate(
    folder: Path,
    size: str | int,
    seed: int,
    units: Sequence[ServedUnit],
    now: date,
    told: Callable[[int, int], None] | None = None,
    population: Population | None = None,
) -> Planted:
    """Write the folder `obstetrix` and `obstetrix.planted.json` beside it; the same arguments give the same rows.

    `told` hears (patients done, patients in all) after each chunk; `population` knows whom the journals before this one bring,
    and learns whom this one does. Raises Usage if the size is unknown, larger than there are identifiers for, or no unit is served.
    """
    patients = checked(SYSTEM, size, seed, units, now)
    people = population or Population(patients)

    def fill(drop: Drop) -> Planted:
        region, ledger, ids = region_of(units, np.datetime64(now, "D")), Ledger(units), dict(FIRST_IDS)
        for first in range(0, patients, CHUNK):
            size_of = min(CHUNK, patients - first)
            base = make_persons(np.random.default_rng([seed, first]), region, first, size_of, seed)
            for file, rows in _chunk(np.random.default_rng([seed, first, OWN]), region, ledger, people, base, first, ids).items():
                drop.append(file, rows)
            if told:
                told(first + size_of, patients)
        drop.deliver_again("besok_2.csv", "besok_2_igen.csv")
        ledger.dirt({"besok: file delivered twice": 1})
        return ledger.close(SYSTEM, patients, seed, now)

    return write_drop(folder, SYSTEM, fill)


def _chunk(
    rng: np.random.Generator, region: Region, ledger: Ledger, people: Population, base: Persons, first: int, ids: dict[str, int]
) -> dict[str, pa.Table]:
    """One chunk's files; counts them in the ledger and moves the next free ids on."""
    age = (region.now - base.days).astype(np.int64) / 365.25
    mothers = (base.numbers % 2 == 0) & (age >= FERTILE[0]) & (age < FERTILE[1]) & (rng.random(len(age)) < SHARE)
    women = enrol(rng, base, first, mothers, ids["kvinna"], STRUCK_IN_OBSTETRIX, open_century=True)
    children = enrol(rng, base, first, age < CHILDREN, ids["barn"], STRUCK_IN_OBSTETRIX, open_century=True)
    visits = made.make_visits(rng, region, women, make_homes(rng, region, women), ids["besok"])
    born = base.days[children.of]
    newborns = made.make_newborns(rng, region, children, born, make_homes(rng, region, children), ids["nyfodd"])
    # The engine takes the children before the women, for their mapping's name comes first.
    children.count(ledger, people, reach_of(ledger, len(children.ids), [newborns.care]), "obstetrix.child", "barn")
    women.count(ledger, people, reach_of(ledger, len(women.ids), [visits]), "obstetrix.woman", "kvinna")
    count(ledger, "obstetrix.booking", "besok", visits, "kvinna_id")
    ledger.rows("nyfodd", newborns.care.row_units)
    for units, outcomes in newborns.outcomes():
        ledger.items("obstetrix.newborn", units, outcomes)
    ledger.dirt({f"nyfodd: {kind}": rows for kind, rows in newborns.care.dirt.items()})
    for table, moved in (("kvinna", women.ids), ("barn", children.ids), ("besok", visits.ids), ("nyfodd", newborns.care.ids)):
        ids[table] += len(moved)
    half = visits.rows.num_rows // 2
    return {
        "kvinna.csv": _persons("K", base, women),
        "barn.csv": _persons("B", base, children),
        "besok_1.csv": visits.rows.slice(0, half),
        "besok_2.csv": visits.rows.slice(half),
        "nyfodd.csv": newborns.care.rows,
        **_beside(rng, region, women),
    }


def _persons(letter: str, base: Persons, enrolled: Enrolled) -> pa.Table:
    known = base.rows.take(pa.array(enrolled.of))
    table = {
        "person_id": made.text_keys(letter, numbers(enrolled.ids)),
        "personnummer": enrolled.column,
        **{name: known[name].combine_chunks() for name in ("fornamn", "efternamn", "kon", "fodelsedatum", "skyddad")},
        "struken": flags(enrolled.struck),
    }
    return pa.table(table).take(pa.array(enrolled.row_of))


def _beside(rng: np.random.Generator, region: Region, women: Enrolled) -> dict[str, pa.Table]:
    """What is not moved automatically: nothing of it is counted."""
    persons = np.flatnonzero(rng.random(len(women.ids)) < 0.3)
    keys = made.text_keys("K", numbers(women.ids[persons]))
    due = written(region.days(rng, len(persons), 5, 240), "%Y-%m-%d")
    day = written(region.days(rng, len(persons), -200, -1), "%Y-%m-%d")
    notes = words(rng, say.writable(say.NOTES, ENCODING), len(persons))
    return {
        "graviditet.csv": pa.table({"kvinna_id": keys, "beraknad": due, "paritet": words(rng, ("0", "1", "2"), len(persons))}),
        "journaltext.csv": pa.table({"kvinna_id": keys, "skriven": day, "anteckning": notes}),
    }
