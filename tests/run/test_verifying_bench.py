"""Are few rows held at once where each may be long?"""

from __future__ import annotations

import pytest

from vardskiftet.model.record import Column, ColumnType, Table
from vardskiftet.run.verifying.bench import SHORT, may_be_long


@pytest.mark.parametrize(
    ("column", "long"),
    [
        (Column(column="x", type=ColumnType.TEXT), True),
        (Column(column="x", type=ColumnType.TEXT, max_length=SHORT + 1), True),
        (Column(column="x", type=ColumnType.TEXT, max_length=SHORT), False),
        (Column(column="x", type=ColumnType.TEXT, code_system="icd10se"), False),
        (Column(column="x", type=ColumnType.DECIMAL), False),
    ],
)
def test_a_text_without_a_short_bound_may_be_long(column: Column, long: bool) -> None:
    key = Column(column="id", type=ColumnType.UUID)
    assert may_be_long(Table(table="t", title="T", key="id", columns=(key, column))) is long
