"""Is a region whose journals lie on a server moved with the same books as from its files?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from on_server import PUT, from_sqlite
from region import write
from test_landstad import WAVES, fates
from ward import PASSING, Ward, rows_of

pytestmark = pytest.mark.server

FIXTURES = {"postgresql": "postgresql", "mysql": "mariadb"}


@pytest.mark.parametrize("kind", sorted(PUT))
def test_landstad_comes_to_the_same_end_from_a_server(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue(FIXTURES[kind])
    monkeypatch.setenv("LANDSTAD_VERA", url)
    folder = tmp_path / "region"
    folder.mkdir()
    key = write(folder)
    ward = Ward(folder)
    from_sqlite(folder / "journals" / "vera.sqlite", url, PUT[kind])
    (folder / "journals" / "vera.sqlite").unlink()
    ward.edit("mappings/vera/system.yaml", "{kind: sqlite, path: journals/vera.sqlite}", f"{{kind: {kind}, url_from: LANDSTAD_VERA}}")

    looked = ward.ask("profile", "vera", "--json")
    assert looked.code in (0, 1), looked.told
    assert {table["table"]: table["rows"] for table in looked.document["tables"]} == {
        name: rows for name, rows in key.rows.items() if name != "svar"
    }
    draft = ward.ask("mappings", "new", "vera", "kontakt")
    assert draft.code == 0
    assert "key: [kontaktid]" in draft.out
    assert ward.ask("doctor").code in (0, 1)

    for wave in WAVES:
        assert ward.ask("plan", wave, "--quiet").code == 0
        rehearsed = ward.ask("rehearse", wave, "--quiet")
        assert rehearsed.code == 1, rehearsed.told
        done = ward.ask("apply", wave, "--quiet")
        assert done.code == 1, done.told  # rejects that no budget allows, as from files
        assert fates(ward, wave) == key.waves[wave]
        books = ward.ask("books", wave, "--json").document
        assert books["closes"] is True
        assert {one["table"]: one["counted"] for one in books["tables"]} == {
            name: rows for name, rows in key.rows.items() if name not in ("brev", "tmp_laddning")
        }
        assert books["owes_delta"] == (["vera"] if kind == "mysql" else [])

    alike = from_files(tmp_path / "files")
    for table in ("patient", "encounter", "condition", "observation", "medication", "note", "alert"):
        columns = [row[1] for row in rows_of(ward.target, f"select * from pragma_table_info('{table}')")]
        kept = ", ".join(column for column in columns if column not in (*PASSING, "_batch"))
        query = f"select {kept} from {table}"
        assert Counter(rows_of(ward.target, query)) == Counter(rows_of(alike.target, query)), table


def from_files(folder: Path) -> Ward:
    """The region as it is, loaded from its files."""
    folder.mkdir()
    write(folder)
    ward = Ward(folder)
    for wave in WAVES:
        assert ward.ask("plan", wave, "--quiet").code == 0
        assert ward.ask("apply", wave, "--quiet").code == 1
    return ward
