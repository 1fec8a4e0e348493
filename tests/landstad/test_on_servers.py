"""Is a region moved from one server to another with the same books and the same rows as from its files into a file?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from canonical import books, content
from ends import ON_SERVERS, Ends, two_ends
from region import Key, write
from test_landstad import WAVES, fates
from ward import Ward

TABLES = {"patient", "encounter", "condition", "observation", "medication", "note", "alert"}


@pytest.fixture(scope="module")
def from_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ward, Key]:
    """The region as it is, both waves loaded from its files into a file."""
    ward, key = made(tmp_path_factory.mktemp("files") / "region")
    for wave in WAVES:
        loaded(ward, wave)
    return ward, key


@pytest.fixture(params=ON_SERVERS)
def ends(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ends]:
    with two_ends(request.param, request.getfixturevalue, monkeypatch.setenv) as found:
        yield found


def made(folder: Path, move: Callable[[Ward], Ward] = lambda ward: ward) -> tuple[Ward, Key]:
    folder.mkdir(parents=True)
    key = write(folder)
    return move(Ward(folder)), key


def loaded(ward: Ward, wave: str) -> None:
    """Planned and loaded; rejects that no budget allows are a finding."""
    assert ward.ask("plan", wave, "--quiet").code == 0
    done = ward.ask("apply", wave, "--quiet")
    assert done.code == 1, done.told


def test_landstad_comes_to_the_same_books_and_rows(ends: Ends, from_files: tuple[Ward, Key], tmp_path: Path) -> None:
    alike, _ = from_files
    ward, key = made(tmp_path / "region", lambda ward: ends.move(ward, "vera", ward.folder / "journals" / "vera.sqlite"))
    (ward.folder / "journals" / "vera.sqlite").unlink()

    looked = ward.ask("profile", "vera", "--json")
    assert looked.code in (0, 1), looked.told
    assert {table["table"]: table["rows"] for table in looked.document["tables"]} == {
        name: rows for name, rows in key.rows.items() if name != "svar"
    }
    draft = ward.ask("mappings", "new", "vera", "kontakt", "--into", "encounter")
    assert draft.code == 0
    assert "key: [kontaktid]" in draft.out
    assert ward.ask("doctor").code in (0, 1)

    for wave in WAVES:
        loaded(ward, wave)
        assert fates(ward, wave) == key.waves[wave]
        document = ward.ask("books", wave, "--json").document
        assert document["closes"] is True
        assert {one["table"]: one["counted"] for one in document["tables"]} == {
            name: rows for name, rows in key.rows.items() if name not in ("brev", "tmp_laddning")
        }
        assert document["owes_delta"] == (["vera"] if ends.source == "mysql" else [])
        assert books(ward, wave) == books(alike, wave)

    for wave in WAVES:
        verified = ward.ask("verify", wave, "--json")
        assert (verified.code, verified.document["equal"]) == (0, True), verified.told[:2000]
        assert not [line for line in verified.document["cannot_see"] if "'vera' is read by the loader" in line]

    ours, theirs = content(ward), content(alike)
    assert set(theirs) >= TABLES and all(theirs[table] for table in TABLES)
    for name, rows in theirs.items():
        assert ours[name] == rows, name
