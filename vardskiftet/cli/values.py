"""May patients' values be shown? Only for a reason, and the showing is itself remembered."""

from __future__ import annotations

import getpass

from vardskiftet.errors import Usage
from vardskiftet.run.desk import Desk
from vardskiftet.run.noted import note


def remembered(desk: Desk, what: str, reason: str | None) -> None:
    """Write down who looks at what and why. Raises Usage without a reason."""
    if not reason or not reason.strip():
        raise Usage("Values of rows are shown for a reason only.", hint="--show-values --reason TEXT")
    note(desk, "values", "", "values.shown", {"what": what, "who": getpass.getuser(), "reason": reason})
