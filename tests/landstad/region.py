"""What is Landstad? A region of thirty invented patients whose journals hold everything; its key says what must become of every row."""

from __future__ import annotations

import csv
import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PATIENTS = 30
UNITS = {"lasarettet": "SE2321000131-X1001", "norrgatan": "SE2321000131-X1002", "skogsby": "SE2321000131-X1003"}
HOMES = ("lasarettet", "norrgatan", "skogsby")
WAVE_OF = {"lasarettet": "stad", "norrgatan": "stad", "skogsby": "land"}
WORDS = (
    "Inga blödningar. Ej allergisk mot penicillin; utan feber.",
    "Patienten nekar smärta.\r\nÅter vid behov — 37,5 °C <i>oförändrat</i>.",
    "  två blanksteg före och efter  ",
    "Ä, Ö & Å; \"citat\" och 'apostrof' = HYPERLINK()",
)
BAD_CHECK, STRUCK, UNKNOWN_CODE, TOO_LONG_DOSE, SHIFTED, UNKNOWN_WEIGHT, WORDLESS = 7, 11, 13, 17, 19, 23, 29
"""Patients with something wrong: a check digit, a struck contact, an unknown code, and so on."""

Line = tuple[str, str, str]
"""(mapping, fate, reason)."""


@dataclass
class Key:
    """What must become of every item, by wave: counted while the rows were written, without the engine."""

    waves: dict[str, Counter[Line]] = field(default_factory=lambda: {"stad": Counter(), "land": Counter()})
    rows: Counter[str] = field(default_factory=Counter)

    def becomes(self, wave: str, mapping: str, fate: str, reason: str = "") -> None:
        self.waves[wave][mapping, fate, reason] += 1


def number(place: int) -> str:
    """A personnummer of twelve digits, with a birth number that is given to nobody."""
    digits = f"{50 + place % 40:02d}{1 + place % 12:02d}{1 + place % 28:02d}{980 + place % 20:03d}"
    doubled = [int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(digits)]
    check = (10 - sum(value // 10 + value % 10 for value in doubled) % 10) % 10
    return f"19{digits}{check}"


def write(folder: Path) -> Key:
    """Write the declarations and the journals into a folder; returns the key."""
    for name in ("waves", "mappings"):
        shutil.copytree(HERE / name, folder / name)
    key = Key()
    tables: dict[str, list[Sequence[str | None]]] = {name: [] for name in TABLES}
    answers: list[tuple[str, ...]] = []
    for place in range(1, PATIENTS + 1):
        _patient(place, tables, answers, key)
    tables["brev"].append(("1", "scanned"))
    tables["tmp_laddning"].append(("1",))
    _write_vera(folder / "journals" / "vera.sqlite", tables)
    _write_lina(folder / "journals" / "lina", answers)
    key.rows.update({name: len(rows) for name, rows in tables.items()} | {"svar": len(answers)})
    return key


TABLES = {
    "patient": "patnr, pnr, namn, skyddad, avliden",
    "kontakt": "kontaktid, patnr, enhet, start, slut, foregaende, typ, makulerad, andrad",
    "diagnos": "kontaktid, radnr, huvud, bi",
    "matning": "matid, kontaktid, varde, enhet, tid",
    "lakemedel": "ordid, kontaktid, atc, dosering, insatt, utsatt, andrad",
    "varning": "varningid, patnr, typ, fritext, sedan",
    "anteckning": "kontaktid, rubrik, text, skriven",
    "brev": "brevid, titel",
    "tmp_laddning": "x",
}


def _patient(place: int, tables: dict[str, list[Sequence[str | None]]], answers: list[tuple[str, ...]], key: Key) -> None:
    home = HOMES[place % 3]
    wave, unit = WAVE_OF[home], UNITS[home]
    known = place != BAD_CHECK
    own = number(place) if known else number(place)[:-1] + str((int(number(place)[-1]) + 1) % 10)
    patient = str(100 + place)
    died = "2024-09-30" if place == 5 else "0000-00-00" if place == 6 else ""
    tables["patient"].append((patient, own, f"Person {place} Öberg", "J" if place % 10 == 0 else "N", died))
    key.becomes(wave, "vera.patient", "loaded" if known else "rejected", "" if known else "IDENTITY_CHECKSUM")
    if place == 3:  # the same person, registered a second time, spelled otherwise
        tables["patient"].append(("903", f"{own[:8]}-{own[8:]}", "Person 3 Oberg", "N", ""))
        tables["kontakt"].append(("9030", "903", unit, "2023-01-10 09:00", "", None, "MOTT", "N", "2023-01-10 10:00"))
        key.becomes(wave, "vera.patient", "merged")
        key.becomes(wave, "vera.encounter", "loaded")
    _contacts(place, patient, unit, wave, known, tables, key)
    _alerts(place, patient, wave, known, tables, key)
    _answers(place, own, unit, wave, known, answers, key)


def _contacts(place: int, patient: str, unit: str, wave: str, known: bool, tables: dict[str, list[Sequence[str | None]]], key: Key) -> None:
    first, second = str(1000 + 2 * place), str(1001 + 2 * place)
    struck = place == STRUCK
    shifted = place == SHIFTED
    tables["kontakt"].append(
        (first, patient, unit, "2024-05-02 10:00", "2024-05-02 10:30", second, "MOTT", "J" if struck else "N", "2024-05-02 11:00")
    )
    start = "2024-03-31 02:30" if shifted else "2024-03-01 08:00"
    tables["kontakt"].append((second, patient, unit, start, "", None, "AKUT", "N", "2024-03-02 11:00"))
    fates = []
    if not known:
        fates = [("rejected", "PARENT_REJECTED")] * 2
    elif struck:
        fates = [("excluded", "Struck out in Vera; kept in the archive."), ("loaded", "")]
    elif shifted:  # the contact before it falls, and so does the one that stands on it
        fates = [("rejected", "PARENT_REJECTED"), ("rejected", "MISSING_HOUR")]
    else:
        fates = [("loaded", ""), ("loaded", "")]
    for fate, reason in fates:
        key.becomes(wave, "vera.encounter", fate, reason)
    of_first = "" if fates[0][0] == "loaded" else f"PARENT_{fates[0][0].upper()}"
    _on_contact(place, first, wave, of_first, tables, key)


def _on_contact(place: int, contact: str, wave: str, fallen: str, tables: dict[str, list[Sequence[str | None]]], key: Key) -> None:
    """What hangs on the first contact; `fallen` is the reason that everything under it then has."""

    def becomes(mapping: str, reason: str = "") -> None:
        said = fallen or reason
        key.becomes(wave, mapping, "rejected" if said else "loaded", said)

    unknown = place == UNKNOWN_CODE
    tables["diagnos"].append((contact, "1", "X99.9" if unknown else "j45.9", "E11.9" if place % 2 else ""))
    becomes("vera.condition", "UNMAPPED_CODE" if unknown else "")
    if place % 2:
        becomes("vera.condition")
    if place % 5 == 0:
        tables["diagnos"].append((contact, "2", "", ""))
        key.becomes(wave, "vera.condition", "excluded", "NO_ITEM")
    odd = place == UNKNOWN_WEIGHT
    weight, measured = ("11", "skålpund") if odd else ("3450", "g") if place % 4 == 0 else ("71,50", "kg")
    tables["matning"].append((f"M{place}", contact, weight, measured, "2024-05-02 10:05"))
    becomes("vera.weight", "UNKNOWN_UNIT" if odd else "")
    dose = "1 tablett morgon och kväll " * (5 if place == TOO_LONG_DOSE else 1)
    tables["lakemedel"].append((f"L{place}", contact, "C07AB02", "old dose", "20240229", "99991231", "2024-01-01"))
    tables["lakemedel"].append((f"L{place}", contact, "C07AB02", dose, "20240229", "99991231", "2024-02-01"))
    becomes("vera.medication", "TOO_LONG" if place == TOO_LONG_DOSE else "")
    if fallen:
        key.becomes(wave, "vera.medication", "rejected", fallen)
    elif place == TOO_LONG_DOSE:  # the older copy does not come in its stead
        key.becomes(wave, "vera.medication", "rejected", "CHOSEN_LEFT_OUT")
    else:
        key.becomes(wave, "vera.medication", "merged")
    words = None if place == WORDLESS else WORDS[place % len(WORDS)]
    for _ in range(2 if place == 8 else 1):
        tables["anteckning"].append((contact, "", words, "2024-05-02T10:30:00"))
    becomes("vera.note", "REQUIRED_EMPTY" if words is None else "")
    if place == 8:
        key.becomes(wave, "vera.note", "merged")


def _alerts(place: int, patient: str, wave: str, known: bool, tables: dict[str, list[Sequence[str | None]]], key: Key) -> None:
    if place % 3 == 1:
        tables["varning"].append((f"V{place}", patient, "ÖVERKÄNSLIGHET", "Penicillin, utslag", "2020-01-01" if place % 2 else ""))
        key.becomes(wave, "vera.alert", "loaded" if known else "rejected", "" if known else "PARENT_REJECTED")


def _answers(place: int, own: str, unit: str, wave: str, known: bool, answers: list[tuple[str, ...]], key: Key) -> None:
    """Laboratory answers name the person by ten digits; those of a wrong number find nobody."""
    short = f"{own[2:8]}-{own[8:]}"
    lost = "" if known else "IDENTITY_CHECKSUM"
    values = (("CRP", "<5", "mg/L", ""), ("P-Glukos", "5,40", "mmol/L", ""), ("S-Kreatinin", "++", "µmol/L", "INVALID_NUMBER"))
    for at, (analysis, value, measured, reason) in enumerate(values if place % 6 == 0 else values[:2]):
        answers.append((f"P{place}-{at}", short, unit, analysis, value, measured, "202410270230" if at else "202405010830"))
        said = lost or reason
        key.becomes(wave, "lina.answer", "rejected" if said else "loaded", said)


def _write_vera(path: Path, tables: dict[str, list[Sequence[str | None]]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        for name, columns in TABLES.items():
            connection.execute(f"create table {name} ({columns})")
            marks = ", ".join("?" for _ in columns.split(","))
            connection.executemany(f"insert into {name} values ({marks})", tables[name])
        connection.commit()


def _write_lina(folder: Path, answers: Iterable[tuple[str, ...]]) -> None:
    """Two deliveries of semicolon text in cp1252, and a manifest of both."""
    folder.mkdir(parents=True)
    rows = list(answers)
    half = len(rows) // 2
    promised = []
    for name, part in (("svar_1.csv", rows[:half]), ("svar_2.csv", rows[half:])):
        with (folder / name).open("w", encoding="cp1252", newline="") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow(("provnr", "personnummer", "bestallare", "analys", "varde", "enhet", "tagen"))
            out.writerows(part)
        content = (folder / name).read_bytes()
        promised.append((name, str(len(part)), str(len(content)), hashlib.sha256(content).hexdigest()))
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "rows", "bytes", "sha256"), *promised])
