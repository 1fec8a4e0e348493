"""Of rejected rows with one key, which is the one that `conflict:` chose, so that a person knows which one to mend?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.compile.turns import CHOSEN_LEFT_OUT, turn_sql

Found = tuple[Any, ...]
"""(place, reject's id, key, row's digest, unit, reasons, items, values) of one rejected row."""


def told_apart(
    duck: duckdb.DuckDBPyConnection, compiled: Compiled, found: Sequence[Found], told: Iterable[tuple[str | None, str]]
) -> list[Found]:
    """The rejected rows of one batch, each with reasons of its own; `told` are (key, reason) of its rejected items. `placed` must stand.

    The books tell reasons by key. Of a key that fell with its chosen row, that row has the other reasons, and is no reject at all where
    there are none (it was excluded); the rows beside it say CHOSEN_LEFT_OUT alone, unless there are more reasons than the chosen row has.
    """
    told = tuple(told)
    fell = {key for key, reason in told if reason == CHOSEN_LEFT_OUT}
    if not fell:
        return list(found)
    others = Counter(key for key, reason in told if reason != CHOSEN_LEFT_OUT)
    first = _chosen(duck, compiled)
    of_chosen = {one[1] for one in found if one[0] in first}
    rejected_with_it = Counter(one[2] for one in found if one[1] in of_chosen)
    made: list[Found] = []
    for one in found:
        reject, key, reasons = one[1], one[2], one[5]
        if key in fell and reject in of_chosen:
            reasons = [reason for reason in reasons if reason != CHOSEN_LEFT_OUT]
        elif key in fell and compiled.mapping.split is None and others[key] <= rejected_with_it[key]:
            reasons = [CHOSEN_LEFT_OUT]
        if reasons:
            made.append((*one[:5], reasons, *one[6:]))
    return made


def _chosen(duck: duckdb.DuckDBPyConnection, compiled: Compiled) -> frozenset[int]:
    """Places of the rows in `placed` that go first under their key."""
    turn = turn_sql(compiled.mapping, compiled.columns)
    query = f"select vs_row from placed where vs_key is not null qualify row_number() over (partition by vs_key order by {turn}) = 1"
    return frozenset(int(place) for (place,) in duck.execute(query).fetchall())
