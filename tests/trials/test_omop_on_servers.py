"""Is the same warehouse moved from one server to another with the same books and the same rows as from its files into a file?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from canonical import books, content
from ends import ON_SERVERS, SOURCE, Ends, two_ends
from on_server import PUT, from_csv
from test_synthea_omop import DELIVERED, HERE, RECORD, moved, source  # noqa: F401 - fixtures
from ward import Done, Ward, rows_of

Moved = tuple[Ward, dict[str, Done]]


@pytest.fixture(params=ON_SERVERS)
def ends(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ends]:
    with two_ends(request.param, request.getfixturevalue, monkeypatch.setenv) as found:
        yield found


def on_servers(ends: Ends, files: Path, folder: Path) -> Ward:
    """The trial's project, its tables on a server, its record on another."""
    shutil.copytree(HERE / "omop", folder)
    # PostgreSQL takes a name without quotes for one in small letters, as OHDSI's own DDL has them.
    name = str.lower if ends.source == "postgresql" else str
    from_csv(files, ends.journal, PUT[ends.source], name)
    ward = Ward(folder)
    declared = 'source: {kind: csv, path_from: SYNTHEA_OMOP, null: [""]}'
    ward.edit("mappings/synthea/system.yaml", declared, f"source: {{kind: {ends.source}, url_from: {SOURCE}}}")
    tables = "|".join(rf"\b{path.stem}\b" for path in sorted(files.glob("*.csv")))
    for path in (folder / "mappings" / "synthea").glob("*.yaml"):
        path.write_text(re.sub(tables, lambda found: name(found[0]), path.read_text(encoding="utf-8")), encoding="utf-8")
    return ends.lead(ward)


def small(told: object) -> object:
    """Names of tables in small letters, wherever they stand in a document."""
    if isinstance(told, dict):
        return {key: str(value).lower() if key == "table" else small(value) for key, value in told.items()}
    return [small(one) for one in told] if isinstance(told, list) else told


def test_the_warehouse_comes_to_the_same_books_and_rows(ends: Ends, moved: Moved, source: Path, tmp_path: Path) -> None:  # noqa: F811
    ward = on_servers(ends, source, tmp_path / "project")
    for command in ("validate", "mappings test", "plan all", "apply all"):
        done = ward.ask(*command.split())
        assert done.code == 0, done.told
    alike, _ = moved
    there = small(books(ward, "all"))
    assert there == small(books(alike, "all"))
    assert isinstance(there, dict) and there["closes"] is True
    counted = {one["table"].upper(): one["counted"] for one in there["tables"]}
    assert {table: counted[table] for table in DELIVERED} == DELIVERED
    assert {table: rows_of(ward.target, f"select count(*) from {table}")[0][0] for table in RECORD} == RECORD
    ours, theirs = content(ward), content(alike)
    for name, rows in theirs.items():
        assert ours[name] == rows, name
