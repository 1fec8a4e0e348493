"""Which rows does the journal hold? Seeded columns by numpy and Arrow, a chunk at a time, so that any size fits in memory.

Between one and two rows of a hundred are wrong: check digits (and the children of those persons), days that do not exist, codes that
no codebook has, comparators where a number is wanted, and local times in the hour that is skipped in March.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.workload.codes import CODEBOOKS, UNITS, UNKNOWN
from benchmarks.workload.sizes import rows_of

SEED = 20241112
CHUNK = 500_000
BAD_CHECK_DIGIT, BAD_DAY, UNKNOWN_CODE, BAD_NUMBER = 0.005, 0.002, 0.003, 0.002
FIRST = datetime(2010, 1, 1)  # noqa: DTZ001 - a local time, as the journal writes it
MINUTES = 7_800_000
"""Of local times: from 2010 to the autumn of 2024."""
BIRTH_DAYS = 25_000
"""Days of birth, from 1955: with the twenty birth numbers that nobody is given, one number for each person."""

Random = np.random.Generator


def chunks(table: str, size: float) -> Iterator[pa.Table]:
    """The table's rows, every column as text, in chunks; the same whenever the size is."""
    rows = rows_of(table, size)
    persons, contacts = rows_of("person", size), rows_of("vardkontakt", size)
    for number, start in enumerate(range(0, rows, CHUNK)):
        random = np.random.default_rng([SEED, list(_MAKERS).index(table), number])
        places = np.arange(start, min(start + CHUNK, rows), dtype=np.int64)
        yield _MAKERS[table](random, places, persons, contacts)


def _person(random: Random, places: np.ndarray, persons: int, contacts: int) -> pa.Table:
    count = len(places)
    # Neighbours in the table are no neighbours in age: 7,919 is a prime that shares nothing with the number of days.
    days, serials = (places * 7_919) % BIRTH_DAYS, 980 + (places // BIRTH_DAYS) % 20
    birthday = pc.strftime(pa.array(days + np.datetime64("1955-01-01", "D")).cast(pa.timestamp("s")), "%Y-%m-%d")
    born = pc.replace_substring(birthday, "-", "")
    nine = np.asarray(pc.cast(pc.utf8_slice_codeunits(born, 2), pa.int64())) * 1000 + serials
    doubled = np.stack([(nine // 10**place % 10) * (2 if place % 2 == 0 else 1) for place in range(9)])
    check = (10 - (doubled // 10 + doubled % 10).sum(axis=0) % 10) % 10
    check = np.where(random.random(count) < BAD_CHECK_DIGIT, (check + 3) % 10, check)
    number = pc.binary_join_element_wise(born, _text(serials * 10 + check), "-")
    columns = {
        "person_id": _text(places + 1),
        "personnummer": number,
        "fornamn": _picked(random, count, _GIVEN),
        "efternamn": _picked(random, count, _FAMILY),
        "fodelsedatum": birthday,
        "kon": _picked(random, count, ["K", "M"]),
        "adress": pc.binary_join_element_wise(_picked(random, count, _STREETS), _text(random.integers(1, 99, count)), " "),
        "skyddad": _rare(random, _all("N", count), "J", 0.01),
    }
    return pa.table(columns)


def _contact(random: Random, places: np.ndarray, persons: int, contacts: int) -> pa.Table:
    count = len(places)
    # The first contacts give everybody one, so that no person is without care.
    owner = np.where(places < persons, places, random.integers(0, persons, count))
    return pa.table(
        {
            "kontakt_id": _text(places + 1),
            "person_id": _text(owner + 1),
            "enhet_hsaid": _picked(random, count, UNITS),
            "typ": _coded(random, count, "contact_type"),
            "start_tid": _bad_day(random, _local(random, count, "%Y-%m-%d %H:%M")),
            "slut_tid": _rare(random, _local(random, count, "%Y-%m-%d %H:%M"), "", 0.2),
            "orsak": _picked(random, count, _REASONS),
        }
    )


def _diagnosis(random: Random, places: np.ndarray, persons: int, contacts: int) -> pa.Table:
    count = len(places)
    return pa.table(
        {
            "diagnos_id": _text(places + 1),
            "kontakt_id": _text(random.integers(1, contacts + 1, count)),
            "person_id": _text(random.integers(1, persons + 1, count)),
            "enhet_hsaid": _picked(random, count, UNITS),
            "kod": _coded(random, count, "diagnosis"),
            "rang": _text(random.integers(1, 6, count)),
            "satt_tid": _bad_day(random, _local(random, count, "%Y-%m-%d %H:%M")),
        }
    )


def _result(random: Random, places: np.ndarray, persons: int, contacts: int) -> pa.Table:
    count = len(places)
    hundredths = random.integers(1, 50_000, count)
    rest = pc.utf8_lpad(_text(hundredths % 100), 2, "0")
    value = pc.binary_join_element_wise(_text(hundredths // 100), rest, ",")
    below = pc.binary_join_element_wise("<", value, "")
    return pa.table(
        {
            "svar_id": _text(places + 1),
            "person_id": _text(random.integers(1, persons + 1, count)),
            "enhet_hsaid": _picked(random, count, UNITS),
            "analys": _coded(random, count, "analysis"),
            "varde": pc.if_else(pa.array(random.random(count) < BAD_NUMBER), below, value),
            "matt_i": _coded(random, count, "unit"),
            "prov_tid": _bad_day(random, _local(random, count, "%Y-%m-%d %H:%M:%S")),
        }
    )


def _note(random: Random, places: np.ndarray, persons: int, contacts: int) -> pa.Table:
    count = len(places)
    sentences = [_picked(random, count, _SENTENCES) for _ in range(14)]
    return pa.table(
        {
            "anteckning_id": _text(places + 1),
            "kontakt_id": _text(random.integers(1, contacts + 1, count)),
            "person_id": _text(random.integers(1, persons + 1, count)),
            "enhet_hsaid": _picked(random, count, UNITS),
            "skriven": _bad_day(random, _local(random, count, "%Y-%m-%d %H:%M")),
            "skriven_av": _picked(random, count, [f"läk{number:03d}" for number in range(300)]),
            "text": pc.binary_join_element_wise(*sentences, " "),
        }
    )


_MAKERS: dict[str, Callable[[Random, np.ndarray, int, int], pa.Table]] = {
    "person": _person,
    "vardkontakt": _contact,
    "diagnos": _diagnosis,
    "labsvar": _result,
    "anteckning": _note,
}

_GIVEN = ("Åsa", "Bo", "Cecilia", "David", "Eva", "Göran", "Hanna", "Ivar", "Jördis", "Karin", "Lars", "Märta", "Nils", "Örjan")
_FAMILY = ("Ahl", "Berg", "Carlén", "Dahl", "Ek", "Fors", "Gröön", "Hav", "Isberg", "Järv", "Kvist", "Lönn", "Mård", "Näs", "Ödman")
_STREETS = ("Storgatan", "Kyrkvägen", "Björkallén", "Ågatan", "Skolgränd", "Ängsvägen", "Torget")
_REASONS = ("Återbesök", "Hosta; feber", "Smärta i bröstet", "Kontroll", 'Remiss "akut"', "Intyg", "Vaccination", "Sårvård")
_SENTENCES = (
    "Patienten mår efter omständigheterna väl och har inga nya besvär.",
    "Ej allergisk mot penicillin; tål ASA utan problem.",
    "Blodtryck 135/85, puls 72, regelbunden. Inga blödningar.",
    "Hjärta och lungor utan anmärkning.\nBuk mjuk och oöm.",
    'Säger själv: "det har blivit mycket bättre" sedan sist.',
    "Provsvar inväntas – åter om två veckor, tidigare vid behov.",
    "Läkemedelslistan genomgången; Metformin oförändrat, Waran utsatt.",
    "Nekar feber, frossa, illamående.",
)


def _text(values: np.ndarray) -> pa.Array:
    return pc.cast(pa.array(values), pa.string())


def _all(text: str, count: int) -> pa.Array:
    return pa.repeat(text, count)


def _picked(random: Random, count: int, texts: list[str] | tuple[str, ...]) -> pa.Array:
    return pa.array(list(texts)).take(pa.array(random.integers(0, len(texts), count)))


def _coded(random: Random, count: int, codebook: str) -> pa.Array:
    return _rare(random, _picked(random, count, tuple(CODEBOOKS[codebook][1])), UNKNOWN[codebook], UNKNOWN_CODE / 2)


def _rare(random: Random, column: pa.Array, text: str, share: float) -> pa.Array:
    return pc.if_else(pa.array(random.random(len(column)) < share), text, column)


def _local(random: Random, count: int, form: str) -> pa.Array:
    moments = np.datetime64(FIRST, "s") + random.integers(0, MINUTES * 60, count)
    # Arrow writes the seconds of a moment with its fraction; of whole seconds there is none.
    return pc.strftime(pa.array(moments, pa.timestamp("s")), form)


def _bad_day(random: Random, column: pa.Array) -> pa.Array:
    wrong = pc.binary_join_element_wise("2023-02-29", pc.utf8_slice_codeunits(column, 10), "")
    return pc.if_else(pa.array(random.random(len(column)) < BAD_DAY), wrong, column)
