"""How hard may a source be asked? So many rows a second, only in its hours, and not at all while a pause file lies there."""

from __future__ import annotations

import time
from datetime import datetime
from datetime import time as wall
from pathlib import Path
from zoneinfo import ZoneInfo

from vardskiftet.engine.sources.options import Throttle


class Pace:
    """One source's pace. What has to be waited for is told, not waited for here: the rows of a second are."""

    def __init__(self, throttle: Throttle, root: Path, timezone: str) -> None:
        self._throttle = throttle
        self._pause = root / throttle.pause_file if throttle.pause_file else None
        self._zone = ZoneInfo(timezone)
        self._began: float | None = None
        self._taken = 0

    def waits(self) -> str:
        """Why nothing may be read now, in words; empty if something may."""
        if self._pause is not None and self._pause.exists():
            return f"paused: {self._throttle.pause_file} lies there"
        if self._throttle.window and not within(self._throttle.window, datetime.now(self._zone).time()):
            return f"its hours are {self._throttle.window}"
        return ""

    def take(self, rows: int) -> None:
        """So many rows were read: sleep until they may have been."""
        if not self._throttle.rows_per_second:
            return
        now = time.monotonic()
        due = None if self._began is None else self._began + self._taken / self._throttle.rows_per_second
        if due is None or now > due + 1:
            # What was not read for a while is not caught up with at once.
            self._began, self._taken, due = now, 0, now
        self._taken += rows
        if due + rows / self._throttle.rows_per_second > now:
            time.sleep(due + rows / self._throttle.rows_per_second - now)


def within(window: str, now: wall) -> bool:
    """Whether a time of day lies in `22:00-06:00`; the end is not in it."""
    begin, _, end = window.partition("-")
    opens, closes = wall.fromisoformat(begin), wall.fromisoformat(end)
    return opens <= now < closes if opens < closes else now >= opens or now < closes
