"""Does the same warehouse on a database server come to the same books as from its files?"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from on_server import PUT, from_csv
from test_synthea_omop import DELIVERED, FATES, HERE, NUMBERS, RECORD, TOTAL, source  # noqa: F401 - a fixture
from ward import Ward, rows_of

pytestmark = pytest.mark.server

FIXTURES = {"postgresql": "postgresql", "mysql": "mariadb"}


@pytest.mark.parametrize("kind", sorted(PUT))
def test_the_warehouse_comes_to_the_same_books_from_a_server(
    kind: str,
    source: Path,  # noqa: F811
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = request.getfixturevalue(FIXTURES[kind])
    monkeypatch.setenv("SYNTHEA_OMOP", url)
    ward = Ward(tmp_path / "project")
    shutil.copytree(HERE / "omop", ward.folder)
    # PostgreSQL takes a name without quotes for one in small letters, as OHDSI's own DDL has them.
    name = str.lower if kind == "postgresql" else str
    from_csv(source, url, PUT[kind], name)
    ward.edit(
        "mappings/synthea/system.yaml", '{kind: csv, path_from: SYNTHEA_OMOP, null: [""]}', f"{{kind: {kind}, url_from: SYNTHEA_OMOP}}"
    )
    tables = {path.stem for path in source.glob("*.csv")}
    for path in (ward.folder / "mappings" / "synthea").glob("*.yaml"):
        text = re.sub("|".join(rf"\b{table}\b" for table in sorted(tables)), lambda found: name(found[0]), path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")

    for command in ("validate", "mappings test", "plan all", "apply all", "books all"):
        done = ward.ask(*command.split())
        assert done.code == 0, done.told
    tallied = rows_of(
        ward.target,
        "select b.mapping, sum(t.extracted), sum(t.loaded), sum(t.rejected), sum(t.excluded) from vs_tally as t"
        " join vs_batch as b on b.batch = t.batch group by 1",
    )
    assert {mapping: tuple(numbers) for mapping, *numbers in tallied} == FATES
    assert {table: rows_of(ward.target, f"select count(*) from {table}")[0][0] for table in RECORD} == RECORD
    books = ward.ask("books", "all", "--json").document
    counted = {one["table"].upper(): one["counted"] for one in books["tables"]}
    assert {table: counted[table] for table in DELIVERED} == DELIVERED
    numbers = rows_of(ward.target, "select count(*), sum(cast(round(number * 10) as integer)) from observation where number is not null")
    assert numbers == [(NUMBERS, int(TOTAL * 10))]
