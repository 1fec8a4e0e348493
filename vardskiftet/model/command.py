"""What is a command that tells evidence? Its words, how long it may take, and the digest that a person signs."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from vardskiftet.model.frozen import Frozen


class Command(Frozen):
    """A program with its words; no shell ever sees them. It is run only where a person trusts it."""

    words: tuple[str, ...]
    within: timedelta
    """How long it may take; then it is ended with everything that it started."""
    exit_codes: tuple[int, ...] = (0,)
    """Those with which its output counts."""
    environment: tuple[str, ...] = ()
    """Variables that it may see, beside those that every program needs."""
    files: tuple[tuple[str, str], ...] = ()
    """(path in the project, SHA-256) of everything in checks/commands: each may use any of them."""

    @property
    def sha256(self) -> str:
        """The digest of all that decides what it does, as it is signed."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()).hexdigest()
