"""Fault C8: does a table of one column come along, and is one of too many refused with the limit?"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fault import carried, deliver, project, refused
from landing import rows as record_rows

WIDTHS = (1, 1_990)
"""Held copies of files are SQLite's, and that many columns are the most."""
RECORD = """tables:
  - table: thing
    title: Thing
    key: id
    columns:
      - {column: id, type: uuid}
      - {column: first, type: text}
      - {column: last, type: text}
"""


def mapping_of(columns: int) -> str:
    last = f"c{columns - 1}"
    return f"reads: wide\ninto: thing\nkey: [c0]\nunit: {{is: ward}}\nfields:\n  first: {{from: c0}}\n  last: {{from: {last}}}\n"


@pytest.mark.parametrize("columns", WIDTHS)
def test_c8_one_column_and_many_of_csv(columns: int, tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(columns)]
    lines = [",".join(names), *(",".join(f"r{row}x{number}" for number in range(columns)) for row in range(3))]
    ward = project(tmp_path / "wide", record=RECORD, mappings={"wide": mapping_of(columns)}, files={"wide.csv": "\n".join(lines) + "\n"})
    carried(ward, counted={"wide": 3}, rejected={}, hidden=["r1x0"], rehearse=False)
    found = record_rows(ward.folder, "select first, last from thing order by 1")
    assert found == [(f"r{row}x0", f"r{row}x{columns - 1}") for row in range(3)]


@pytest.mark.parametrize("columns", WIDTHS)
def test_c8_one_column_and_many_of_parquet(columns: int, tmp_path: Path) -> None:
    ward = project(tmp_path / "wide", record=RECORD, mappings={"wide": mapping_of(columns)}, files={})
    deliver(ward, {})
    table = pa.table({f"c{number}": [f"r{row}x{number}" for row in range(3)] for number in range(columns)})
    pq.write_table(table, ward.folder / "drops" / "wide.parquet")
    ward.edit("mappings/old/system.yaml", "kind: csv", "kind: parquet")
    carried(ward, counted={"wide": 3}, rejected={}, hidden=["r1x0"], rehearse=False)
    found = record_rows(ward.folder, "select first, last from thing order by 1")
    assert found == [(f"r{row}x0", f"r{row}x{columns - 1}") for row in range(3)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_c8_twelve_thousand_columns_are_refused_with_the_limit(kind: str, tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(12_000)]
    ward = project(tmp_path / "wide", record=RECORD, mappings={"wide": mapping_of(12_000)}, files={"wide.csv": f"{','.join(names)}\n"})
    if kind == "parquet":
        (ward.folder / "drops" / "wide.csv").unlink()
        pq.write_table(pa.table({name: ["x"] for name in names}), ward.folder / "drops" / "wide.parquet")
        ward.edit("mappings/old/system.yaml", "kind: csv", "kind: parquet")
    refused(ward, 2, "plan", "first", said=["Table 'wide' has 12,000 columns; 1,990 are the most."])
