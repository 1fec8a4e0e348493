"""What does the journal come to, row by row? The rules of the books in plain Python, sharing nothing with the generator."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

STOCKHOLM = ZoneInfo("Europe/Stockholm")
REPOSITORY = Path(__file__).resolve().parents[2]
Row = dict[str, Any]
Fate = tuple[str, str]
LOADED: Fate = ("loaded", "")
MERGED: Fate = ("merged", "")


def mapping_file(name: str, system: str = "elvis") -> dict[str, Any]:
    """A shipped mapping, every scalar as text."""
    return yaml.load((REPOSITORY / "mappings" / system / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


@cache
def codebook(name: str) -> set[str]:
    """The source codes that a shipped codebook knows."""
    lines = (REPOSITORY / "mappings" / "codes" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return {row["source"] for row in csv.DictReader(lines[1:])}


def rows_of(path: Path, table: str) -> list[Row]:
    """All rows of a table in the order in which they lie."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"select * from {table} order by rowid")]


def luhn_holds(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(digits):
        product = int(digit) * (2 if place % 2 == 0 else 1)
        total += product - 9 if product > 9 else product
    return total % 10 == 0


def identity(text: str | None) -> tuple[str, str]:
    """(domain, identifier), or ("", reason)."""
    if not text:
        return "", "IDENTITY_MISSING"
    if re.fullmatch(r"\d{6}-\d{4}", text):
        return "", "AMBIGUOUS_CENTURY"
    plain = text.replace("-", "")
    reserve = re.fullmatch(r"(\d{8})([KMX])(\d\d)(\d)", plain)
    if reserve:
        day, letter, pair, check = reserve.groups()
        digits = day[2:] + {"K": "5", "M": "7", "X": "8"}[letter] + pair + check
        return ("vgr-reserve", plain) if luhn_holds(digits) else ("", "IDENTITY_CHECKSUM")
    assert re.fullmatch(r"\d{12}", plain), plain
    if not luhn_holds(plain[2:]):
        return "", "IDENTITY_CHECKSUM"
    return ("samordningsnummer" if int(plain[6:8]) > 60 else "personnummer"), plain


def moment(text: str) -> str:
    """The reason why a local moment cannot be told, or nothing."""
    try:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=STOCKHOLM)
    except ValueError:
        return "INVALID_DATE"
    return "" if local.astimezone(UTC).astimezone(STOCKHOLM).replace(tzinfo=None) == local.replace(tzinfo=None) else "MISSING_HOUR"


def day(text: str) -> str:
    """The reason why a day cannot be told, or nothing."""
    try:
        datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=STOCKHOLM)
    except ValueError:
        return "INVALID_DATE"
    return ""


class Recount:
    """The books of every wave, from the file alone. `units`: HSA-id to (unit, wave; empty for outside)."""

    def __init__(self, path: Path, units: dict[str, tuple[str, str]]) -> None:
        self.units = units
        self.waves = sorted({wave for _, wave in units.values() if wave})
        self.person, self.remiss, self.bokning, self.vantelista = (
            rows_of(path, table) for table in ("person", "remiss", "bokning", "vantelista")
        )
        self.lines: dict[str, dict[str, dict[str, Counter[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(Counter)))
        self.words: dict[str, dict[str, dict[str, Counter[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(Counter)))
        self.identities: dict[str, Counter[str]] = {wave: Counter() for wave in self.waves}
        self.places_of_person: dict[int, set[str]] = defaultdict(set)
        self.waves_of_person = self._care()
        self.struck, self.past = (condition["because"] for condition in mapping_file("booking")["exclude"])
        for wave in self.waves:
            persons = self._persons(wave)
            referrals = self._table(wave, "elvis.referral", self.remiss, "remiss_id", "mottagare_hsaid", self._referral(persons))
            self._table(wave, "elvis.booking", self.bokning, "bokning_id", "enhet_hsaid", self._booking(persons, referrals))
            self._table(wave, "elvis.waiting_list", self.vantelista, "vantelista_id", "enhet_hsaid", self._waiting(persons, referrals))

    def _care(self) -> dict[int, set[str]]:
        waves: dict[int, set[str]] = defaultdict(set)
        for rows, column in ((self.remiss, "mottagare_hsaid"), (self.bokning, "enhet_hsaid"), (self.vantelista, "enhet_hsaid")):
            for row in rows:
                self.places_of_person[row["person_id"]].add(self._place(row[column]))
                wave = self.units.get(row[column], ("", ""))[1]
                if wave:
                    waves[row["person_id"]].add(wave)
        return waves

    def tables(self) -> dict[str, dict[str, int]]:
        """Rows of each table by where they belong."""
        found = {}
        for table, rows, column in (
            ("remiss", self.remiss, "mottagare_hsaid"),
            ("bokning", self.bokning, "enhet_hsaid"),
            ("vantelista", self.vantelista, "enhet_hsaid"),
        ):
            places = Counter(self._place(row[column]) for row in rows)
            found[table] = _places(len(rows), in_waves=places["in_waves"], excluded=places["excluded_units"], no_unit=places["no_unit"])
        best = Counter(self._of_person(row["person_id"]) for row in self.person)
        found["person"] = _places(
            len(self.person),
            in_waves=best["in_waves"],
            excluded=best["excluded_units"],
            no_unit=best["no_unit"],
            no_care=best["no_care"],
        )
        return found

    def _of_person(self, person: int) -> str:
        """The best place that any row of care gives a person."""
        return next((one for one in ("in_waves", "excluded_units", "no_unit") if one in self.places_of_person[person]), "no_care")

    def _place(self, hsa_id: str | None) -> str:
        if hsa_id not in self.units:
            return "no_unit"
        return "in_waves" if self.units[hsa_id][1] else "excluded_units"

    def _enter(self, wave: str, mapping: str, unit: str, fate: Fate) -> None:
        kind, word = fate
        self.lines[wave][mapping][unit].update({"extracted": 1, kind: 1})
        if kind in ("rejected", "excluded"):
            self.words[wave][mapping][kind][word] += 1

    def _persons(self, wave: str) -> dict[int, Fate]:
        fates: dict[int, Fate] = {}
        claimed: set[tuple[str, str]] = set()
        contents: dict[int, Row] = {}
        for row in sorted(
            (row for row in self.person if wave in self.waves_of_person.get(row["person_id"], ())), key=lambda row: row["person_id"]
        ):
            key = row["person_id"]
            if key in fates:
                assert contents[key] == row, "two differing rows under one person_id are not planted"
                self._enter(wave, "elvis.person", "*", MERGED if fates[key] == LOADED else fates[key])
                continue
            fates[key], contents[key] = self._person(wave, row, claimed), row
            self._enter(wave, "elvis.person", "*", fates[key])
        return fates

    def _person(self, wave: str, row: Row, claimed: set[tuple[str, str]]) -> Fate:
        if row["makulerad"] == "J":
            return "excluded", self.struck
        domain, word = identity(row["personnummer"])
        if not domain:
            return "rejected", word
        assert row["skyddad"] in "JN"
        assert row["kon"] in codebook("sex")
        assert not day(row["fodelsedatum"])
        assert row["avliden_datum"] in (None, "0000-00-00") or not day(row["avliden_datum"])
        if (domain, word) in claimed:
            return MERGED
        claimed.add((domain, word))
        self.identities[wave][domain] += 1
        return LOADED

    def _table(self, wave: str, mapping: str, rows: list[Row], key: str, unit: str, judge: Callable[[Row], Fate]) -> dict[int, Fate]:
        copies: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            if self.units.get(row[unit], ("", ""))[1] == wave:
                copies[row[key]].append(row)
        fates: dict[int, Fate] = {}
        for number, same in copies.items():
            differ = any(copy != same[0] for copy in same)
            fates[number] = ("rejected", "DUPLICATE_KEY") if differ else judge(same[0])
            for place, copy in enumerate(same):
                fate = MERGED if place and fates[number] == LOADED else fates[number]
                self._enter(wave, mapping, self.units[copy[unit]][0], fate)
        return fates

    def _parent(self, parents: dict[int, Fate], all_rows: set[int], number: int, *, follow: bool = False) -> Fate:
        if number not in all_rows:
            return "rejected", "PARENT_MISSING"
        if number not in parents:
            return "rejected", "PARENT_ELSEWHERE"
        kind = parents[number][0]
        if kind == "excluded":
            return ("excluded", "Follows its excluded parent.") if follow else ("rejected", "PARENT_EXCLUDED")
        return ("rejected", "PARENT_REJECTED") if kind == "rejected" else LOADED

    def _parents(self, persons: dict[int, Fate], referrals: dict[int, Fate]) -> Callable[[Row], Fate]:
        all_persons = {row["person_id"] for row in self.person}
        all_referrals = {row["remiss_id"] for row in self.remiss}

        def judge(row: Row) -> Fate:
            fate = self._parent(persons, all_persons, row["person_id"])
            if fate != LOADED or row["remiss_id"] is None:
                return fate
            return self._parent(referrals, all_referrals, row["remiss_id"])

        return judge

    def _referral(self, persons: dict[int, Fate]) -> Callable[[Row], Fate]:
        all_persons, codes = {row["person_id"] for row in self.person}, codebook("priority")

        def judge(row: Row) -> Fate:
            if row["makulerad"] == "J":
                return "excluded", self.struck
            fate = self._parent(persons, all_persons, row["person_id"], follow=True)
            if fate != LOADED:
                return fate
            assert row["prioritet"] in codes
            reason = moment(row["skickad_tid"])
            return ("rejected", reason) if reason else LOADED

        return judge

    def _booking(self, persons: dict[int, Fate], referrals: dict[int, Fate]) -> Callable[[Row], Fate]:
        parents, codes = self._parents(persons, referrals), codebook("visit_type")

        def judge(row: Row) -> Fate:
            if row["makulerad"] == "J":
                return "excluded", self.struck
            if "1900-01-01" <= row["starttid"] < "2024-11-12":
                return "excluded", self.past
            fate = parents(row)
            if fate != LOADED:
                return fate
            reason = moment(row["starttid"]) or ("UNMAPPED_CODE" if row["besokstyp"] not in codes else "")
            reason = reason or ("FUTURE_DATE" if row["starttid"] >= "2030-01-01" else "")
            return ("rejected", reason) if reason else LOADED

        return judge

    def _waiting(self, persons: dict[int, Fate], referrals: dict[int, Fate]) -> Callable[[Row], Fate]:
        parents, procedures = self._parents(persons, referrals), codebook("procedure")
        sentinels = mapping_file("waiting_list")["fields"]["target_date"]["through"]["sentinels"]

        def judge(row: Row) -> Fate:
            if row["makulerad"] == "J":
                return "excluded", self.struck
            fate = parents(row)
            if fate == LOADED:
                assert not day(row["uppsatt_datum"])
                assert row["atgard"] in procedures
                assert row["maldatum"] is None or row["maldatum"] in sentinels or not day(row["maldatum"])
            return fate

        return judge


def _places(rows: int, *, in_waves: int = 0, excluded: int = 0, no_unit: int = 0, no_care: int = 0) -> dict[str, int]:
    return {"rows": rows, "in_waves": in_waves, "excluded_units": excluded, "no_unit": no_unit, "no_care": no_care}
