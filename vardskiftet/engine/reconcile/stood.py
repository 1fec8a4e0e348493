"""What stands in the record for a mapping? Its rows, batch by batch, as the texts that digests are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column, Record

AT_A_TIME = 500
"""Ids that are asked for in one question."""


def rows_of(target: Target, record: Record, mapping: Mapping, columns: Sequence[Column], batches: Iterable[int]) -> pa.Table:
    """`_id, _key, _unit` and the columns of the rows that these batches own."""
    rows = layout(record).tables[mapping.into]
    return target.arrow(sa.select(*_named(record, mapping, columns)).where(rows.c._batch.in_(list(batches))))


def rows_by_id(target: Target, record: Record, mapping: Mapping, columns: Sequence[Column], ids: Sequence[str]) -> list[pa.Table]:
    """The same of single rows, whichever batch owns them, with `_digest` (hex)."""
    rows, key = layout(record).tables[mapping.into], record.table(mapping.into).key
    asked = sa.select(*_named(record, mapping, columns), rows.c._digest)
    return [target.arrow(asked.where(rows.c[key].in_(list(ids[n : n + AT_A_TIME])))) for n in range(0, len(ids), AT_A_TIME)]


def _named(record: Record, mapping: Mapping, columns: Sequence[Column]) -> list[sa.ColumnElement[Any]]:
    rows, key = layout(record).tables[mapping.into], record.table(mapping.into).key
    return [rows.c[key].label("_id"), rows.c._key, rows.c._unit, *(rows.c[one.column] for one in columns)]
