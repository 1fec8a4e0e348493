"""Do two regions that share a base have what it says, but for what each says itself?"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from region import HERE, PATIENTS, Key, write
from test_landstad import WAVES, fates
from ward import Ward, rows_of

REGIONS = ("vgr", "skane")


def region(folder: Path, name: str) -> tuple[Ward, Key]:
    """Landstad's journals with a region's own files, which extend Landstad's as their base."""
    folder.mkdir()
    key = write(folder)
    shutil.move(folder / "mappings", folder / "base" / "mappings")
    shutil.copytree(HERE / name / "mappings", folder / "mappings")
    for system in ("vera", "lina"):
        shutil.copy(folder / "base" / "mappings" / system / "system.yaml", folder / "mappings" / system)
    return Ward(folder), key


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Ward, Key]]:
    """Both regions, their waves planned and loaded; only asked."""
    found = {name: region(tmp_path_factory.mktemp("base") / name, name) for name in REGIONS}
    for ward, _ in found.values():
        valid = ward.ask("validate")
        assert valid.code == 0, valid.told
        for wave in WAVES:
            assert ward.ask("plan", wave, "--quiet").code == 0
            done = ward.ask("apply", wave, "--quiet")
            assert done.code == 1, done.told  # rejects that no budget allows
            assert ward.ask("books", wave, "--json").document["closes"]
    return found


@pytest.mark.parametrize("name", REGIONS)
@pytest.mark.story
def test_every_item_has_the_fate_that_the_base_gives_it(name: str, regions: dict[str, tuple[Ward, Key]]) -> None:
    ward, key = regions[name]
    for wave in WAVES:
        assert fates(ward, wave) == key.waves[wave]
    assert ward.ask("mappings", "test").code == 0


def test_a_region_without_words_of_its_own_has_the_bases_rows(regions: dict[str, tuple[Ward, Key]]) -> None:
    ward, _ = regions["vgr"]
    names = [name for (name,) in rows_of(ward.target, "select name from patient")]
    assert all(name.startswith("Person ") and "Öberg" in name for name in names)
    assert {kind for (kind,) in rows_of(ward.target, "select distinct kind from encounter")} == {"visit", "emergency"}
    verified = ward.ask("verify", "stad", "--level", "rows")
    assert verified.code == 0, verified.told
    assert "heading" in {row[1] for row in rows_of(ward.target, "select * from pragma_table_info('note')")}


def test_a_region_has_its_own_words_where_it_says_something_else(regions: dict[str, tuple[Ward, Key]]) -> None:
    vgr, skane = regions["vgr"][0], regions["skane"][0]
    assert Counter(name.upper() for (name,) in rows_of(vgr.target, "select name from patient")) == Counter(
        name for (name,) in rows_of(skane.target, "select name from patient")
    )
    acute = dict(rows_of(skane.target, "select encounter_id, acute from encounter"))
    kinds = dict(rows_of(vgr.target, "select encounter_id, kind from encounter"))
    assert acute == {id: int(kind == "emergency") for id, kind in kinds.items()} and len(kinds) > PATIENTS
    assert {kind for (kind,) in rows_of(skane.target, "select distinct kind from encounter")} == {"visit"}
    assert "heading" not in {row[1] for row in rows_of(skane.target, "select * from pragma_table_info('note')")}
    words = [sorted(rows_of(ward.target, "select note_id, words from note")) for ward in (vgr, skane)]
    assert words[0] == words[1]


def test_the_origin_of_each_word_is_told(regions: dict[str, tuple[Ward, Key]]) -> None:
    ward, _ = regions["skane"]
    told = ward.ask("mappings", "show", "vera.patient", "--origin", "--json").document["origin"]
    found = {one["word"]: (one["where"], one["instead"]) for one in told}
    base = (ward.folder / "base/mappings/vera/patient.yaml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(base, 1) if text.startswith("  name:"))
    assert found["fields.name"] == ("mappings/vera/patient.yaml:4", f"base/mappings/vera/patient.yaml:{line}")
    assert found["key"] == ("base/mappings/vera/patient.yaml:5", "")
    assert found["mapping"] == ("mappings/vera/patient.yaml:1", "base/mappings/vera/patient.yaml:1")
    sql = ward.ask("mappings", "show", "vera.patient").out
    assert "-- name (line 4)" in sql and "-- identifier (line 11 of base/mappings/vera/patient.yaml)" in sql


def test_a_change_of_the_base_makes_a_plan_stale_and_one_that_nobody_extends_does_not(
    regions: dict[str, tuple[Ward, Key]], tmp_path: Path
) -> None:
    ward = regions["vgr"][0].copy(tmp_path / "vgr")
    (ward.folder / "base/mappings/vera/unused.yaml").write_text("not: even right", encoding="utf-8")
    assert ward.ask("apply", "stad", "--quiet").code == 1, "nothing to do, and the same finding"
    ward.edit("base/mappings/vera/note.yaml", "{from: text}", '{sql: "upper(text)"}')
    stale = ward.ask("apply", "stad", "--quiet")
    assert stale.code == 10 and "base/mappings/vera/note.yaml was changed" in stale.err
