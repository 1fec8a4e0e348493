"""What do rehearsals leave behind, and who clears it away? The next one, and whoever loads the wave or takes it back."""

from __future__ import annotations

import shutil
from pathlib import Path

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.manifest import sweep
from vardskiftet.engine.targets import open_scratch
from vardskiftet.engine.targets.protocol import Lock
from vardskiftet.failpoint import reach
from vardskiftet.run.desk import Desk
from vardskiftet.run.lock import proved_dead


def folders(desk: Desk) -> list[Path]:
    """The folders of all rehearsals that are still there, sorted."""
    return sorted(path for path in (desk.work / "rehearsals").glob("*") if path.is_dir())


def holds(desk: Desk, folder: Path) -> tuple[Lock, ...]:
    """Who is, or was when he died, at work on a rehearsal."""
    return Ledger(open_scratch(desk.programme, folder), desk.programme.record).locks()


def clear_dead(desk: Desk) -> None:
    """Empty what killed rehearsals left: copies of sources, and what the engine spilled, are patients' data that nobody needs.

    A rehearsal that another process is at work on is left alone; so are the records of all, to be looked at.
    """
    for folder in folders(desk):
        ledger = Ledger(open_scratch(desk.programme, folder), desk.programme.record)
        if not all(proved_dead(lock) for lock in ledger.locks()):
            continue
        for name in ("held", "spill"):
            shutil.rmtree(folder / name, ignore_errors=True)
        sweep(folder / "manifests", frozenset(entry.manifest for entry in ledger.batches(_wave_of(folder))))


def discard_old(desk: Desk, wave: str) -> None:
    """Throw away what the wave's earlier rehearsals made: their record, wherever it lies, and then their folder.

    They were looked at until the wave went on. One that another process is at work on is left alone.
    """
    for folder in folders(desk):
        if _wave_of(folder) == wave and all(proved_dead(lock) for lock in holds(desk, folder)):
            reach("rehearsal.discard.before")
            open_scratch(desk.programme, folder).discard()
            reach("rehearsal.discard.after")
            shutil.rmtree(folder, ignore_errors=True)


def _wave_of(folder: Path) -> str:
    """The folder is named wave-moment-digits, as its run is."""
    return folder.name.rsplit("-", 2)[0]
