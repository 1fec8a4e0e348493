"""Of several rows with one key, which goes first? The order that `conflict:` gives them."""

from __future__ import annotations

from vardskiftet.engine.compile.layout import wrapped
from vardskiftet.engine.names import quoted
from vardskiftet.model.mapping import Conflict, Mapping

CHOSEN_LEFT_OUT = "CHOSEN_LEFT_OUT"
"""The reason of a row whose key's first row was rejected or excluded."""


def turn_sql(mapping: Mapping, columns: tuple[str, ...]) -> str:
    """What rows of `placed` with one key are ordered by; the first of them is the one that `conflict:` chooses."""
    order = f"row({wrapped([f'placed.{quoted(name)}' for name in columns])}), placed.vs_row"
    if mapping.conflict not in (Conflict.LATEST, Conflict.EARLIEST):
        return order
    way = "desc" if mapping.conflict is Conflict.LATEST else "asc"
    by = f"placed.{quoted(mapping.conflict_by)}"
    # Numbers by their value (10 is later than 9), everything else, times among them, by its letters.
    return f"try_cast({by} as decimal(38, 9)) {way} nulls last, {by} {way} nulls last, {order}"
