"""What is done while a source may not be read? It is said, and waited, until its hours come or its pause is lifted."""

from __future__ import annotations

import time

from vardskiftet.engine.sources.protocol import Source
from vardskiftet.model.progress import Progress
from vardskiftet.run.desk import Desk

ASKED_EVERY = 1.0
"""Seconds between two looks."""


def await_leave(desk: Desk, system: str, source: Source) -> None:
    """Return when something may be read from the source; until then say why not. To be called where Ctrl-C is heard."""
    while why := source.waits():
        desk.notify(Progress(f"wait for {system} ({why})", 0, 0))
        time.sleep(ASKED_EVERY)
