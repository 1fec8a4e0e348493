"""How is the synthetic journal `elvis` written? Chunk by chunk of patients, with the key of what was planted beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from adbc_driver_sqlite import dbapi

from vardskiftet.demo import elvis_care
from vardskiftet.demo.care import Care, make_homes
from vardskiftet.demo.elvis_schema import CREATE, INDEX
from vardskiftet.demo.identities import places
from vardskiftet.demo.ledger import Ledger
from vardskiftet.demo.persons import Persons, make_persons
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.region import Region, region_of
from vardskiftet.demo.served import ServedUnit
from vardskiftet.errors import Usage

SYSTEM = "elvis"
SIZES = {"small": 5_000, "medium": 50_000, "large": 500_000}
CHUNK = 20_000
MAPPINGS = {"person": "elvis.person", "remiss": "elvis.referral", "bokning": "elvis.booking", "vantelista": "elvis.waiting_list"}
FIRST_IDS = {"remiss": 20_000_001, "bokning": 40_000_001, "vantelista": 60_000_001, "kontakt_historik": 70_000_001}


def patients_of(size: str | int) -> int:
    """How many patients a size means: small, medium, large or a number of them. Raises Usage."""
    text = str(size)
    if text in SIZES:
        return SIZES[text]
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise Usage(f"'{text}' is not a size of the demo.", hint=f"Known: {', '.join(SIZES)}, or a number of patients.")


def generate(
    folder: Path,
    size: str | int,
    seed: int,
    units: Sequence[ServedUnit],
    now: date,
    told: Callable[[int, int], None] | None = None,
) -> Planted:
    """Write `elvis.sqlite` and `elvis.planted.json` into the folder; the same arguments give the same rows.

    `told` hears (patients done, patients in all) after each chunk. Memory is bounded by the chunk, not by the size.
    Raises Usage if the size is unknown, larger than there are identifiers for, or no unit is served.
    """
    patients, today = patients_of(size), np.datetime64(now, "D")
    if patients > places(today - 30):
        raise Usage(f"There are identifiers for {places(today - 30):,} synthetic patients at most, not {patients:,}.")
    if seed < 0:
        raise Usage(f"A seed is a whole number from 0 on, not {seed}.")
    if not units:
        raise Usage(f"No unit of the programme uses {SYSTEM}: there is nothing to make.")
    folder.mkdir(parents=True, exist_ok=True)
    half_made = folder / f".{SYSTEM}.sqlite.making"
    half_made.unlink(missing_ok=True)
    planted = _write(half_made, patients, seed, units, now, told)
    (folder / f"{SYSTEM}.planted.json").write_text(planted.model_dump_json(indent=1) + "\n", encoding="utf-8")
    half_made.replace(folder / f"{SYSTEM}.sqlite")
    return planted


def _write(
    path: Path, patients: int, seed: int, units: Sequence[ServedUnit], now: date, told: Callable[[int, int], None] | None
) -> Planted:
    region, ledger, ids = region_of(units, np.datetime64(now, "D")), Ledger(units), dict(FIRST_IDS)
    with dbapi.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
        # Nobody reads a half-made journal, so that it needs no log of its own.
        for statement in ("pragma journal_mode = off", "pragma synchronous = off", *CREATE):
            cursor.execute(statement)
        for first in range(0, patients, CHUNK):
            count = min(CHUNK, patients - first)
            rng = np.random.default_rng([seed, first])
            _ingest(cursor, _chunk(rng, region, ledger, (first, count, seed), ids))
            if told:
                told(first + count, patients)
        scraps = pa.table({"rad": pa.array(range(1, 26)), "innehall": pa.array([f"utan innehåll {row}" for row in range(1, 26)])})
        _ingest(cursor, {"tmp_import": scraps})
        for statement in INDEX:
            cursor.execute(statement)
    return ledger.close(SYSTEM, patients, seed, now)


def _ingest(cursor: Any, tables: Mapping[str, pa.Table]) -> None:
    for name, rows in tables.items():
        if rows.num_rows:
            cursor.adbc_ingest(name, rows, mode="append")


def _chunk(
    rng: np.random.Generator, region: Region, ledger: Ledger, part: tuple[int, int, int], ids: dict[str, int]
) -> dict[str, pa.Table]:
    """One chunk's tables; counts them in the ledger and moves the next free ids on."""
    first, count, seed = part
    persons = make_persons(rng, region, first, count, seed)
    homes = make_homes(rng, region, persons)
    referrals = elvis_care.make_referrals(rng, region, persons, homes, ids["remiss"])
    bookings = elvis_care.make_bookings(rng, region, persons, homes, referrals, ids["bokning"])
    waiting = elvis_care.make_waiting(rng, region, persons, homes, referrals, ids["vantelista"])
    past = elvis_care.make_past_contacts(rng, region, persons, homes, ids["kontakt_historik"])
    care = {"remiss": referrals, "bokning": bookings, "vantelista": waiting}
    for table, made in care.items():
        ids[table] += len(made.ids)
        ledger.care(MAPPINGS[table], table, made.row_units, made.row_outcomes)
        ledger.dirt({f"{table}: {kind}": rows for kind, rows in made.dirt.items()})
    ids["kontakt_historik"] += past.num_rows
    in_wave = _in_wave(ledger, persons, list(care.values()))
    ledger.persons(MAPPINGS["person"], "person", in_wave[persons.row_of], persons.row_outcomes, persons.domains[persons.row_of])
    ledger.dirt({f"person: {kind}": rows for kind, rows in persons.dirt.items()})
    return {"person": persons.rows, **{table: made.rows for table, made in care.items()}, "kontakt_historik": past}


def _in_wave(ledger: Ledger, persons: Persons, care: Sequence[Care]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether a person has care in a wave, struck-out rows too; shape (persons, waves)."""
    has = np.zeros((len(persons.ids), len(ledger.waves)), dtype=np.bool_)
    for made in care:
        counts = (made.person >= 0) & (made.units >= 0)
        wave = ledger.wave_of[made.units]
        counts &= wave >= 0
        has[made.person[counts], wave[counts]] = True
    return has
