"""Are the files that others made to break readers of CSV read as they say? csv-spectrum: each file with its rows as JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from delivered import opened
from shared_data import shared

from vardskiftet.engine.encoding import DAMAGED
from vardskiftet.engine.sources.protocol import Extract

FILES = (
    "comma_in_quotes",
    "empty",
    "empty_crlf",
    "escaped_quotes",
    "json",
    "location_coordinates",
    "newlines",
    "newlines_crlf",
    "quotes_and_newlines",
    "simple",
    "simple_crlf",
    "utf8",
)
PUBLISHED_OTHERWISE = {"location_coordinates": {"Contact Phone Number": "2095257564"}}
"""Where the published pair itself disagrees: the number in the CSV file was made up anew in its JSON."""


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_as_its_json_says(name: str, tmp_path: Path) -> None:
    torture = shared("csv-torture")
    (tmp_path / "drops").mkdir()
    shutil.copy(torture / "csvs" / f"{name}.csv", tmp_path / "drops")
    told = json.loads((torture / "json" / f"{name}.json").read_text(encoding="utf-8"))
    expected = [row | PUBLISHED_OTHERWISE.get(name, {}) for row in (told if isinstance(told, list) else [told])]
    with opened(tmp_path) as source:
        (columns,) = source.schema().values()
        names = tuple(column.name for column in columns)
        rows = [row for batch in source.read(Extract(name, names), None) for row in batch.to_pylist()]
        assert source.count(name) == len(rows)
    assert [{column: row[column] for column in names} for row in rows] == expected
    assert {row[DAMAGED] for row in rows} == {None}


def test_no_file_of_the_collection_is_left_out() -> None:
    assert sorted(path.stem for path in (shared("csv-torture") / "csvs").iterdir()) == sorted(FILES)
