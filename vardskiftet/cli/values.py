"""May patients' values be shown? Only for a reason, and the showing is itself remembered."""

from __future__ import annotations

import getpass

from vardskiftet.errors import Usage
from vardskiftet.run.desk import Desk
from vardskiftet.store.runs import new_run_id


def remembered(desk: Desk, what: str, reason: str | None) -> None:
    """Write down who looks at what and why. Raises Usage without a reason."""
    if not reason or not reason.strip():
        raise Usage("Values of rows are shown for a reason only.", hint="--show-values --reason TEXT")
    with desk.writing_store() as store:
        store.append("values.shown", {"what": what, "who": getpass.getuser(), "reason": reason}, new_run_id(desk.clock))
