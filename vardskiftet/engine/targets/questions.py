"""How does a question get its answer as texts? Its columns are wrapped, each by its type, in the words of the target's kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from vardskiftet.engine.targets.protocol import Query


def in_texts(query: Query, shown: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[Any]]) -> sa.Select[Any]:
    """The same rows, every column as the text that `shown` makes of it, under its own name."""
    asked = query.subquery("asked")
    return sa.select(*(shown(column).label(str(column.name)) for column in asked.c))
