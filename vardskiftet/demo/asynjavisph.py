"""How is the synthetic journal `asynjavisph` written? Primary care's, for the same persons as Elvis, with its key beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from vardskiftet.demo import asynjavisph_care as made
from vardskiftet.demo import words as say
from vardskiftet.demo.asked import checked
from vardskiftet.demo.asynjavisph_schema import INDEXED, TABLES
from vardskiftet.demo.care import count, make_homes, reach_of
from vardskiftet.demo.columns import flags, numbers, put, words, written
from vardskiftet.demo.enrolled import Enrolled, enrol
from vardskiftet.demo.ledger import Ledger
from vardskiftet.demo.outcomes import STRUCK_IN_ASYNJA
from vardskiftet.demo.persons import Persons, make_persons
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.population import CHUNK, Population
from vardskiftet.demo.region import Region, region_of
from vardskiftet.demo.served import ServedUnit
from vardskiftet.demo.sqlite_journal import Ingest, write_sqlite

SYSTEM = "asynjavisph"
OWN = 2
"""What makes this journal's draws others than Elvis's."""

MAPPINGS = {"bvc_matning": "asynjavisph.child_measurement", "vaccination": "asynjavisph.vaccination"}
FIRST_IDS = {"patient": 3_000_001, "bvc_matning": 100_000_001, "vaccination": 200_000_001, "beside": 300_000_001}
SHARE = 0.6
"""Of the region's persons; its children are all there."""


def generate(
    folder: Path,
    size: str | int,
    seed: int,
    units: Sequence[ServedUnit],
    now: date,
    told: Callable[[int, int], None] | None = None,
    population: Population | None = None,
) -> Planted:
    """Write `asynjavisph.sqlite` and `asynjavisph.planted.json` into the folder; the same arguments give the same rows.

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
        ingest({"tmp_export": pa.table({"rad": pa.array([1, 2, 3]), "innehall": pa.array(["utan", "innehåll", ""])})})
        return ledger.close(SYSTEM, patients, seed, now)

    return write_sqlite(folder, SYSTEM, TABLES, INDEXED, fill)


def _chunk(
    rng: np.random.Generator, region: Region, ledger: Ledger, people: Population, base: Persons, first: int, ids: dict[str, int]
) -> dict[str, pa.Table]:
    """One chunk's tables; counts them in the ledger and moves the next free ids on."""
    young = base.days >= region.now - 365 * made.CHILDREN
    chosen = young | (rng.random(len(base.ids)) < SHARE)
    enrolled = enrol(rng, base, first, chosen, ids["patient"], STRUCK_IN_ASYNJA, open_century=False)
    patients = made.Patients(enrolled, base.days[enrolled.of], make_homes(rng, region, enrolled))
    measured = made.make_measurements(rng, region, patients, ids["bvc_matning"])
    vaccinated = made.make_vaccinations(rng, region, patients, ids["vaccination"])
    care = {"bvc_matning": measured, "vaccination": vaccinated}
    for table, rows in care.items():
        ids[table] += len(rows.ids)
        count(ledger, MAPPINGS[table], table, rows, "patient_id")
    enrolled.count(ledger, people, reach_of(ledger, len(enrolled.ids), list(care.values())), "asynjavisph.person", "patient")
    ids["patient"] += len(enrolled.ids)
    beside = _beside(rng, region, enrolled, ids["beside"])
    ids["beside"] += len(enrolled.ids)
    return {"patient": _persons(rng, region, base, enrolled), **{table: rows.rows for table, rows in care.items()}, **beside}


def _persons(rng: np.random.Generator, region: Region, base: Persons, enrolled: Enrolled) -> pa.Table:
    """Table `patient`: names and addresses as Elvis has them."""
    persons = len(enrolled.ids)
    known = base.rows.take(pa.array(enrolled.of))
    table = {
        "patient_id": numbers(enrolled.ids),
        "pnr": enrolled.column,
        **{name: known[name].combine_chunks() for name in ("fornamn", "efternamn", "kon")},
        "fodd": written(base.days[enrolled.of], made.DAY),
        **{name: known[name].combine_chunks() for name in ("adress", "postnr", "ort")},
        "avliden": put(written(region.days(rng, persons, -300, -1), made.DAY), rng.random(persons) > 0.008, ""),
        "skydd": known["skyddad"].combine_chunks(),
        "struken": flags(enrolled.struck),
        "andrad": written(region.days(rng, persons, -400, -1), "%Y-%m-%d %H:%M:%S"),
    }
    return pa.table(table).take(pa.array(enrolled.row_of))


def _beside(rng: np.random.Generator, region: Region, enrolled: Enrolled, first_id: int) -> dict[str, pa.Table]:
    """What is not moved automatically: nothing of it is counted."""

    def rows(share: float, key: str, **columns: Callable[[int], pa.Array]) -> pa.Table:
        persons = np.flatnonzero(rng.random(len(enrolled.ids)) < share)
        keys = {key: numbers(first_id + np.arange(len(persons))), "patient_id": numbers(enrolled.ids[persons])}
        return pa.table(keys | {name: column(len(persons)) for name, column in columns.items()})

    def said(choices: Sequence[str]) -> Callable[[int], pa.Array]:
        return lambda count: words(rng, choices, count)

    def day(count: int) -> pa.Array:
        return written(region.days(rng, count, -3000, -1), made.DAY)

    return {
        "lakemedelsordination": rows(0.5, "ordination_id", lakemedel=said(say.DRUGS), dosering=said(say.DOSES), insatt=day),
        "varning": rows(0.1, "varning_id", varning=said(say.ALERTS), sedan=day),
        "diagnos": rows(0.7, "diagnos_id", ksh97p=said(say.DIAGNOSES_PRIMARY), satt=day),
        "journaltext": rows(0.8, "text_id", skriven=day, anteckning=said(say.NOTES)),
    }
