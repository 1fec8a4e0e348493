"""What does the record hold, as texts? Questions in any database's words, answered as the texts that digests are made of."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from vardskiftet.engine.targets.protocol import Target


def answer(target: Target, query: sa.Select[Any]) -> pa.Table:
    """The answer with every column as text (bytes in hex), under the names of the query's columns."""
    columns = tuple(str(one.name) for one in query.selected_columns)
    asked = query.subquery("asked")
    texts = [
        sa.func.lower(sa.func.hex(one)).label(one.name) if isinstance(one.type, sa.LargeBinary) else sa.cast(one, sa.Text).label(one.name)
        for one in asked.c
    ]
    text = sa.select(*texts).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return target.arrow(str(text), columns)
