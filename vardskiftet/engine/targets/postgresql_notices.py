"""Did the server say anything while a batch was written? A warning is no success: what it warns of may be a value that was changed."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg
from psycopg.errors import Diagnostic

from vardskiftet.errors import IntegrityBroken


@dataclass
class Notices:
    """Hears a connection's notices; keeps their SQLSTATE only, since their text may repeat a row."""

    heard: list[str] = field(default_factory=list)

    def listen(self, connection: psycopg.Connection) -> None:
        """Hear everything from now on."""
        connection.add_notice_handler(self._hear)

    def _hear(self, told: Diagnostic) -> None:
        self.heard.append(f"{told.severity_nonlocalized or 'NOTICE'} {told.sqlstate}")

    def refuse(self, name: str) -> None:
        """Raise IntegrityBroken if anything was heard, and forget it."""
        heard, self.heard = sorted(set(self.heard)), []
        if heard:
            raise IntegrityBroken(
                f"The record's server took the batch, but not without remarks ({', '.join(heard)}).",
                where=name,
                hint="The batch was rolled back. A trigger or a rule on the record's tables speaks: look into the server's log.",
            )
