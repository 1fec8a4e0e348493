"""How is the synthetic journal `melior` written? The hospital's record of persons whom Elvis knows too, with its key beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from vardskiftet.demo import melior_care as made
from vardskiftet.demo import words as say
from vardskiftet.demo.asked import checked
from vardskiftet.demo.care import count, make_homes, reach_of
from vardskiftet.demo.columns import flags, numbers, put_bytes, words, written
from vardskiftet.demo.enrolled import Enrolled, enrol
from vardskiftet.demo.ledger import Ledger
from vardskiftet.demo.melior_care import Contacts
from vardskiftet.demo.melior_schema import INDEXED, TABLES
from vardskiftet.demo.outcomes import STRUCK_IN_MELIOR
from vardskiftet.demo.persons import Persons, make_persons
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.population import CHUNK, Population
from vardskiftet.demo.region import Region, region_of
from vardskiftet.demo.served import ServedUnit
from vardskiftet.demo.sqlite_journal import Ingest, write_sqlite

SYSTEM = "melior"
OWN = 1
"""What makes this journal's draws others than Elvis's."""

FIRST_IDS = {"patient": 2_000_001, "kontakt": 600_000_001, "remiss": 700_000_001, "matning": 800_000_001, "beside": 900_000_001}
SHARE = 0.5
"""Of the region's persons."""

DAMAGED = 0.003


def generate(
    folder: Path,
    size: str | int,
    seed: int,
    units: Sequence[ServedUnit],
    now: date,
    told: Callable[[int, int], None] | None = None,
    population: Population | None = None,
) -> Planted:
    """Write `melior.sqlite` and `melior.planted.json` into the folder; the same arguments give the same rows.

    `told` hears (patients done, patients in all) after each chunk; `population` knows whom the journals before this one bring,
    and learns whom this one does. Raises Usage if the size is unknown, larger than there are identifiers for, or no unit is served.
    """
    patients = checked(SYSTEM, size, seed, units, now)
    people = population or Population(patients)

    def fill(ingest: Ingest) -> Planted:
        region, ledger, ids = region_of(units, np.datetime64(now, "D")), Ledger(units), dict(FIRST_IDS)
        for first in range(0, patients, CHUNK):
            size_of = min(CHUNK, patients - first)
            base = make_persons(np.random.default_rng([seed, first]), region, first, size_of, seed)
            ingest(_chunk(np.random.default_rng([seed, first, OWN]), region, ledger, people, base, first, ids))
            if told:
                told(first + size_of, patients)
        ingest({"tmp_logg": pa.table({"rad": pa.array([1, 2]), "innehall": pa.array(["start", "stopp"])})})
        return ledger.close(SYSTEM, patients, seed, now)

    return write_sqlite(folder, SYSTEM, TABLES, INDEXED, fill)


def _chunk(
    rng: np.random.Generator, region: Region, ledger: Ledger, people: Population, base: Persons, first: int, ids: dict[str, int]
) -> dict[str, pa.Table]:
    """One chunk's tables; counts them in the ledger and moves the next free ids on."""
    chosen = rng.random(len(base.ids)) < SHARE
    patients = enrol(rng, base, first, chosen, ids["patient"], STRUCK_IN_MELIOR, open_century=True, damaged=DAMAGED)
    homes = make_homes(rng, region, patients)
    contacts, no_unit = made.make_contacts(rng, region, patients, homes, ids["kontakt"])
    referrals = made.make_referrals(rng, region, patients, homes, ids["remiss"])
    measured = made.make_measurements(rng, patients, base.days[patients.of], contacts, ids["matning"])
    reach = reach_of(ledger, len(patients.ids), [referrals, measured])
    patients.count(ledger, people, reach, "melior.person", "patient")
    count(ledger, "melior.referral", "remiss", referrals, "patnr")
    count(ledger, "melior.measurement", "matning", measured, "patnr")
    ledger.dirt({f"kontakt: {kind}": rows for kind, rows in no_unit.items()})
    beside = _beside(rng, region, patients, contacts, ids["beside"])
    taken = {"patient": patients.ids, "kontakt": contacts.ids, "remiss": referrals.ids, "matning": measured.ids, "beside": contacts.ids}
    for table, keys in taken.items():
        ids[table] += len(keys)
    persons = _persons(rng, region, base, patients)
    return {"patient": persons, "kontakt": contacts.rows, "remiss": referrals.rows, "matning": measured.rows, **beside}


def _persons(rng: np.random.Generator, region: Region, base: Persons, patients: Enrolled) -> pa.Table:
    """Table `patient`: as Elvis has them, but for a few names in another encoding."""
    known = base.rows.take(pa.array(patients.of))
    names = known["efternamn"].combine_chunks()
    raw = pa.array(["Sjöö".encode("cp1252")] * len(names), pa.binary())
    table = {
        "patnr": numbers(patients.ids),
        "personnr": patients.column,
        "fornamn": known["fornamn"].combine_chunks(),
        "efternamn": put_bytes(names, patients.damaged, raw),
        "kon": known["kon"].combine_chunks(),
        "fodd": known["fodelsedatum"].combine_chunks(),
        **{name: known[name].combine_chunks() for name in ("adress", "postnr", "ort")},
        "skydd": known["skyddad"].combine_chunks(),
        "makulerad": flags(patients.struck),
        "andrad": written(region.days(rng, len(patients.ids), -400, -1), "%Y-%m-%d %H:%M:%S"),
    }
    return pa.table(table).take(pa.array(patients.row_of))


def _beside(rng: np.random.Generator, region: Region, patients: Enrolled, contacts: Contacts, first_id: int) -> dict[str, pa.Table]:
    """What is not moved automatically: nothing of it is counted."""

    def rows(
        share: float, key: str, by: str, of: np.ndarray[tuple[int], np.dtype[np.int64]], said: dict[str, Sequence[str]], day: str
    ) -> pa.Table:
        chosen = np.flatnonzero(rng.random(len(of)) < share)
        columns = {key: numbers(first_id + np.arange(len(chosen))), by: numbers(of[chosen])}
        columns |= {name: words(rng, choices, len(chosen)) for name, choices in said.items()}
        return pa.table(columns | {day: written(region.days(rng, len(chosen), -3000, -1), "%Y-%m-%d")})

    return {
        "diagnos": rows(0.8, "diagnos_id", "kontakt_id", contacts.ids, {"icd": say.DIAGNOSES}, "satt"),
        "anteckning": rows(0.9, "anteckning_id", "kontakt_id", contacts.ids, {"innehall": say.NOTES}, "skriven"),
        "lakemedel": rows(0.5, "ordination_id", "patnr", patients.ids, {"lakemedel": say.DRUGS, "dosering": say.DOSES}, "insatt"),
        "varning": rows(0.1, "varning_id", "patnr", patients.ids, {"varning": say.ALERTS}, "sedan"),
    }
