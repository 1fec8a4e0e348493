"""What became of a source row, and where did a record's row come from? One step of a trail."""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen


class Trail(Frozen):
    """One item: its source row, its fate, and the rules, batch and run that made it so."""

    system: str
    table: str
    mapping: str
    key: str
    item: str = ""
    unit: str = ""
    fate: str
    reason: str = ""
    record_table: str = ""
    id: str = ""
    """The row of the record; empty where none stands for it."""
    wave: str
    plan: str
    batch: int
    """The batch's number among those of its mapping."""
    run_id: str
    committed_at: str
    rules: tuple[tuple[str, str], ...] = ()
    """(path, SHA-256) of the mapping and of every codebook and function that it names, as the plan froze them."""
