"""What happened, and when? One line of the programme's memory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vardskiftet.model.frozen import Frozen


class Event(Frozen):
    """One entry of the append-only store, chained to the one before by its hash."""

    seq: int
    run_id: str
    kind: str
    at: datetime
    """By the programme's clock."""
    recorded_at: datetime
    """By the machine's clock."""
    payload: dict[str, Any]
    prev: str
    hash: str
