"""Is a reference that is left empty counted, and filled once the row that it names has come with a later wave?"""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import landed, project
from ward import Ward, rows_of

RECORD = """\
tables:
  - table: visit
    title: Visits
    key: visit_id
    columns:
      - {column: visit_id, type: uuid, required: true}
      - {column: place, type: text}
  - table: bill
    title: Bills
    key: bill_id
    columns:
      - {column: bill_id, type: uuid, required: true}
      - {column: visit_id, type: uuid, references: visit}
      - {column: earlier_id, type: uuid, references: bill}
"""
VISIT = "reads: visit\ninto: visit\nkey: [vid]\nunit: {from: unit}\nfields:\n  place: {from: unit}\n"
BILL = """\
reads: bill
into: bill
key: [bid]
unit: {from: unit}
fields:
  visit_id: {find: visit, by: visit_id, missing: empty}
  earlier_id: {find: bill, by: earlier, missing: empty}
"""
SOURCE = [
    "create table visit (vid integer, unit text)",
    "insert into visit values (1, 'ward'), (2, 'later')",
    "create table bill (bid integer, unit text, visit_id integer, earlier text, version integer)",
    (
        "insert into bill values (10, 'ward', 1, null, 1), (11, 'ward', 2, '10', 1), (12, 'ward', null, '', 1), (13, 'ward', 9, '99', 1),"
        " (14, 'clinic', 2, '10', 1)"
    ),
]


def empties(ward: Ward) -> dict[str, int]:
    told = ward.ask("books", "first", "--json").document["flagged"]
    return {one["detail"]: one["items"] for one in told if one["flag"] == "REFERENCE_EMPTY"}


@pytest.mark.parametrize("changed", ["", "changed: {from: version, overlap: 0}\n"], ids=["by digest", "by the source's mark"])
@pytest.mark.parametrize("batch_rows", [1, 100])
def test_what_is_left_empty_is_counted_and_filled_by_a_later_plan(tmp_path: Path, changed: str, batch_rows: int) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings={"visit": VISIT, "bill": BILL + changed}, batch_rows=batch_rows))
    assert landed(tmp_path).books.closes
    assert empties(ward) == {"field visit_id": 3, "field earlier_id": 1}
    assert "REFERENCE_EMPTY" in ward.ask("books", "first").out
    listed = "select source_key from vs_flag where flag = 'REFERENCE_EMPTY' and detail = 'field visit_id' order by 1"
    assert [key for (key,) in rows_of(ward.target, listed)] == ["11", "13", "14"]
    for wave in ("second", "first"):
        assert landed(tmp_path, wave).books.closes
    assert empties(ward) == {"field visit_id": 1, "field earlier_id": 1}
    filled = "select _key from bill where visit_id is not null order by 1"
    assert [key for (key,) in rows_of(ward.target, filled)] == ["10", "11", "14"]
