"""What do killed rehearsals leave behind, and who clears it away? The next one does."""

from __future__ import annotations

import shutil

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.manifest import sweep
from vardskiftet.engine.targets import open_scratch
from vardskiftet.run.desk import Desk
from vardskiftet.run.lock import proved_dead


def clear_dead(desk: Desk) -> None:
    """Empty what killed rehearsals left: copies of sources, and what the engine spilled, are patients' data that nobody needs.

    A rehearsal that another process is at work on is left alone; so are the records of all, to be looked at.
    """
    for folder in sorted((desk.work / "rehearsals").glob("*")):
        ledger = Ledger(open_scratch(desk.programme, folder), desk.programme.record)
        if not all(proved_dead(lock) for lock in ledger.locks()):
            continue
        for name in ("held", "spill"):
            shutil.rmtree(folder / name, ignore_errors=True)
        # The folder is named wave-moment-digits, as its run is.
        wave = folder.name.rsplit("-", 2)[0]
        sweep(folder / "manifests", frozenset(entry.manifest for entry in ledger.batches(wave)))
