"""Where may patients' rows lie while a source is looked at? In a private folder that goes with whoever made it, killed or not."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "files-"


class Spill:
    """A private folder of this process. Folders whose makers are dead are swept when the next one is made."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        door = os.open(parent, os.O_RDONLY)
        try:
            # One at a time: a folder that is made and not locked yet would pass for a dead one's.
            fcntl.flock(door, fcntl.LOCK_EX)
            for other in sorted(parent.glob(f"{_PREFIX}*")):
                _sweep(other)
            self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            # The lock goes with the process, however it ends: that is how the next one knows.
            self._lock = os.open(self.folder, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        finally:
            os.close(door)

    def close(self) -> None:
        """Take the folder away with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _sweep(folder: Path) -> None:
    with contextlib.suppress(OSError):
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
