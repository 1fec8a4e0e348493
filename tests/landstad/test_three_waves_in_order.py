"""Three waves of Landstad on PostgreSQL, rehearsed, caught up twice and corrected: do all books close, and can one go and come back?"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from mending import mend_workbook
from postgresql_ward import VARIABLE, from_record, on_postgresql
from region import UNITS, number, write
from ward import Ward

pytestmark = [pytest.mark.server, pytest.mark.story]

WAVES = {"stad": "lasarettet", "norr": "norrgatan", "land": "skogsby"}
NORR = "wave: norr\ntitle: The north\ngo_live: 2025-01-14 04:00\nafter: [stad]\nunits:\n  - {unit: norrgatan, scope: primary_care}\n"
BOOKS = ("fate", "tally", "rows", "flag", "left")
FIRST = {"stad": 3, "norr": 1, "land": 2}
"""The place of a patient of each wave whose rows change between its rounds."""
MENDED: dict[str, dict[tuple[str, str], dict[str, str]]] = {
    "stad": {("lina.answer", "P6-2"): {"varde": "71"}},
    "norr": {("vera.patient", "107"): {"pnr": number(7)}, ("vera.encounter", "1039"): {"start": "2024-03-31 03:30"}},
    "land": {("vera.medication", "L17"): {"dosering": "1 tablett"}, ("vera.weight", "M23"): {"enhet": "hg"}},
}
"""What a clerk says of each wave's rejects."""


def journal(ward: Ward, *statements: str) -> None:
    with closing(sqlite3.connect(ward.folder / "journals" / "vera.sqlite")) as vera:
        for statement in statements:
            assert vera.execute(statement).rowcount > 0, statement
        vera.commit()


@pytest.fixture
def ward(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> Ward:
    """Landstad in three waves, with a patient who has care in all of them, and one who has in the later two."""
    monkeypatch.setenv(VARIABLE, postgresql)
    folder = tmp_path / "region"
    folder.mkdir()
    write(folder)
    ward = on_postgresql(Ward(folder))
    ward.edit("waves/stad.yaml", "  - {unit: norrgatan, scope: primary_care}\n", "")
    (folder / "waves" / "norr.yaml").write_text(NORR, encoding="utf-8")
    ward.edit("waves/land.yaml", "after: [stad]", "after: [norr]")
    values = "insert into kontakt values ('{}', '{}', '{}', '2024-06-01 10:00', '', null, 'MOTT', 'N', '2024-06-01 11:00')"
    elsewhere = (("9101", "103", "norrgatan"), ("9102", "103", "skogsby"), ("9103", "101", "skogsby"))
    journal(ward, *(values.format(key, patient, UNITS[unit]) for key, patient, unit in elsewhere))
    return ward


def carried(ward: Ward, wave: str, *options: str) -> None:
    """A plan and its load; the books close."""
    planned = ward.ask("plan", wave, "--quiet", *options)
    assert planned.code == 0, planned.told
    done = ward.ask("apply", wave, "--quiet", "--json")
    assert done.document["closes"] and done.code in (0, 1), done.told  # rejects that no budget allows, rows that the source has no more


def rounds(ward: Ward, wave: str) -> None:
    """A wave in full: rehearsed, loaded, caught up, caught up for the last time, and its rejects mended."""
    assert ward.ask("plan", wave, "--quiet").code == 0
    rehearsed = ward.ask("rehearse", wave, "--quiet", "--json")
    assert rehearsed.document["closes"], rehearsed.told
    assert ward.ask("apply", wave, "--quiet", "--json").document["closes"]
    place, unit, morning = FIRST[wave], UNITS[WAVES[wave]], "2024-11-04 09:00"
    journal(
        ward,
        f"update kontakt set slut = '2024-05-02 11:00', andrad = '2024-11-04 10:00' where kontaktid = '{1000 + 2 * place}'",
        f"insert into kontakt values ('8{place}0', '{100 + place}', '{unit}', '{morning}', '', null, 'AKUT', 'N', '{morning}')",
    )
    if wave != "norr":  # a note has no key: the changed one is another, and the former stays
        journal(ward, f"update anteckning set text = text || ' Tillägg.' where kontaktid = '{1000 + 2 * place}'")
    carried(ward, wave)
    journal(
        ward, f"update lakemedel set dosering = '2 tabletter', andrad = '2024-11-04' where ordid = 'L{place}' and andrad = '2024-02-01'"
    )
    carried(ward, wave, "--final")
    corrected(ward, wave)


def corrected(ward: Ward, wave: str) -> None:
    """A round of corrections: out, mended, in, and through."""
    sheet = ward.folder / f"{wave}.xlsx"
    assert ward.ask("rejects", "export", wave, "--reason", "a test", "--out", str(sheet)).code == 0
    mend_workbook(sheet, MENDED[wave])
    assert ward.ask("rejects", "import", wave, str(sheet)).code == 0
    done = ward.ask("rejects", "replay", wave, "--json")
    assert done.document["closes"], done.told
    assert {mapping for mapping, _ in MENDED[wave]} <= set(done.document["released"]), done.document["released"]
    assert ward.ask("verify", wave, "--level", "rows").code in (0, 1)


def of_wave(url: str, wave: str) -> dict[str, str]:
    """Table to the digest of the wave's rows in the record, of the persons whom it brought, and of its lines in the books."""
    tables = [name for (name,) in from_record(url, "select tablename from pg_tables where schemaname = '{s}' and tablename !~ '^vs_'")]
    mine = f"select batch from {{s}}.vs_batch where wave = '{wave}'"
    asked = {table: f"select * from {{s}}.{table} where _batch in ({mine})" for table in tables if table != "patient"}
    given = f"select target_id::uuid from {{s}}.vs_contribution where batch in ({mine})"
    asked["patient"] = f"select * from {{s}}.patient where patient_id in ({given})"
    asked |= {
        book: f"select * from {{s}}.{book} where batch in ({mine})" for book in ("vs_fate", "vs_tally", "vs_rows", "vs_flag", "vs_left")
    }
    return {table: digest(url, query) for table, query in asked.items()}


def digest(url: str, query: str) -> str:
    """Of the rows, whichever batch holds them."""
    rows = from_record(url, f"select (to_jsonb(r) - '_batch' - 'batch')::text from ({query}) as r order by 1")
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def contents(url: str) -> dict[str, list[str]]:
    """Table to its rows, whichever batch holds them."""
    tables = [name for (name,) in from_record(url, "select tablename from pg_tables where schemaname = '{s}' and tablename !~ '^vs_'")]
    return {
        table: [row for (row,) in from_record(url, f"select (to_jsonb(r) - '_batch')::text from {{s}}.{table} as r order by 1")]
        for table in tables
    }


def test_three_waves_each_close_share_their_patients_and_one_goes_and_comes_back(ward: Ward, postgresql: str) -> None:
    for wave in WAVES:
        rounds(ward, wave)
    for wave in WAVES:
        assert ward.ask("books", wave, "--json").document["closes"], wave
    wanderer = "select distinct e.patient_id from {s}.encounter e where e._key in ('9101', '9102', '1006')"
    assert len(from_record(postgresql, wanderer)) == 1, "one patient in three waves"
    numbers = from_record(postgresql, "select count(*), count(distinct identifier) from {s}.patient")
    assert numbers[0][0] == numbers[0][1] == 30, "thirty persons, each once; the seventh after a correction"

    whole, others = contents(postgresql), {wave: of_wave(postgresql, wave) for wave in ("stad", "land")}
    loaded = of_wave(postgresql, "norr")
    undone = ward.ask("undo", "norr", "--confirm", "norr", "--json")
    assert undone.code == 0, undone.told
    assert {wave: of_wave(postgresql, wave) for wave in others} == others, "the others are as they were, digest for digest"
    left = contents(postgresql)
    assert {table: len(whole[table]) - len(left[table]) for table in whole}["encounter"] > 0
    assert from_record(postgresql, "select count(*) from {s}.vs_batch where wave = 'norr'") == [(0,)]

    carried(ward, "norr")
    assert contents(postgresql) == whole, "loading it again gives the same as before"
    again = of_wave(postgresql, "norr")
    assert {table: again[table] for table in whole} == {table: loaded[table] for table in whole}
    assert {wave: of_wave(postgresql, wave) for wave in others} == others
    for wave in WAVES:
        assert ward.ask("books", wave, "--json").document["closes"], wave
