"""How is the synthetic journal `elvis` written? Chunk by chunk of patients, with the key of what was planted beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from vardskiftet.demo import elvis_care
from vardskiftet.demo.asked import checked
from vardskiftet.demo.care import count, make_homes, reach_of
from vardskiftet.demo.elvis_schema import INDEXED, TABLES
from vardskiftet.demo.ledger import Ledger
from vardskiftet.demo.outcomes import with_the_copies
from vardskiftet.demo.persons import make_persons
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.population import CHUNK, KINDS, Population
from vardskiftet.demo.region import Region, region_of
from vardskiftet.demo.served import ServedUnit
from vardskiftet.demo.sqlite_journal import Ingest, write_sqlite

SYSTEM = "elvis"
MAPPINGS = {"person": "elvis.person", "remiss": "elvis.referral", "bokning": "elvis.booking", "vantelista": "elvis.waiting_list"}
FIRST_IDS = {"remiss": 20_000_001, "bokning": 40_000_001, "vantelista": 60_000_001, "kontakt_historik": 70_000_001}


def generate(
    folder: Path,
    size: str | int,
    seed: int,
    units: Sequence[ServedUnit],
    now: date,
    told: Callable[[int, int], None] | None = None,
    population: Population | None = None,
) -> Planted:
    """Write `elvis.sqlite` and `elvis.planted.json` into the folder; the same arguments give the same rows.

    `told` hears (patients done, patients in all) after each chunk; `population` learns whom each wave's record then holds.
    Memory is bounded by the chunk, not by the size, but for two bytes per patient and wave.
    Raises Usage if the size is unknown, larger than there are identifiers for, or no unit is served.
    """
    patients = checked(SYSTEM, size, seed, units, now)
    people = population or Population(patients)

    def fill(ingest: Ingest) -> Planted:
        region, ledger, ids = region_of(units, np.datetime64(now, "D")), Ledger(units), dict(FIRST_IDS)
        for first in range(0, patients, CHUNK):
            size_of = min(CHUNK, patients - first)
            rng = np.random.default_rng([seed, first])
            ingest(_chunk(rng, region, ledger, people, (first, size_of, seed), ids))
            if told:
                told(first + size_of, patients)
        scraps = pa.table({"rad": pa.array(range(1, 26)), "innehall": pa.array([f"utan innehåll {row}" for row in range(1, 26)])})
        ingest({"tmp_import": scraps})
        return ledger.close(SYSTEM, patients, seed, now)

    return write_sqlite(folder, SYSTEM, TABLES, INDEXED, fill)


def _chunk(
    rng: np.random.Generator, region: Region, ledger: Ledger, people: Population, part: tuple[int, int, int], ids: dict[str, int]
) -> dict[str, pa.Table]:
    """One chunk's tables; counts them in the ledger and moves the next free ids on."""
    first, patients, seed = part
    persons = make_persons(rng, region, first, patients, seed)
    homes = make_homes(rng, region, persons)
    referrals = elvis_care.make_referrals(rng, region, persons, homes, ids["remiss"])
    bookings = elvis_care.make_bookings(rng, region, persons, homes, referrals, ids["bokning"])
    waiting = elvis_care.make_waiting(rng, region, persons, homes, referrals, ids["vantelista"])
    past = elvis_care.make_past_contacts(rng, region, persons, homes, ids["kontakt_historik"])
    care = {"remiss": referrals, "bokning": bookings, "vantelista": waiting}
    for table, made in care.items():
        ids[table] += len(made.ids)
        count(ledger, MAPPINGS[table], table, made, "person_id")
    ids["kontakt_historik"] += past.num_rows
    reach = reach_of(ledger, len(persons.ids), list(care.values()))
    settled = people.settle(ledger.waves, reach.in_wave, KINDS * (first + persons.same), persons.outcomes)
    row_outcomes = with_the_copies(settled, persons.row_of)
    ledger.persons(MAPPINGS["person"], "person", reach.of(persons.row_of), row_outcomes, persons.domains[persons.row_of])
    ledger.dirt({f"person: {kind}": rows for kind, rows in persons.dirt.items()})
    return {"person": persons.rows, **{table: made.rows for table, made in care.items()}, "kontakt_historik": past}
