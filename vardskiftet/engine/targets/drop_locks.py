"""Who holds a wave of a drop? A small file for each, changed behind a guard of its own."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vardskiftet.engine.files import place_file, sync_folder
from vardskiftet.engine.targets.drop_place import DropPlace, translated
from vardskiftet.engine.targets.protocol import Lock
from vardskiftet.errors import IntegrityBroken


class DropLocks:
    """The locks of a drop."""

    def __init__(self, place: DropPlace) -> None:
        self.place = place

    def lines(self) -> list[dict[str, Any]]:
        """All locks, by wave."""
        found = (self._read(path) for path in sorted(self.place.locks.glob("*.json")))
        return [asdict(lock) for lock in found if lock is not None]

    def holds(self, lock: Lock) -> bool:
        """Whether the lock is still this run's."""
        there = self._read(self._path(lock.wave))
        return there is not None and (there.run_id, there.pid, there.host) == (lock.run_id, lock.pid, lock.host)

    def take(self, lock: Lock) -> Lock | None:
        """Write the lock; the holder's instead, if there is one."""
        with translated(self.place.name), self.place.locks_guarded():
            held = self._read(self._path(lock.wave))
            if held is None:
                self._write(lock)
            return held

    def replace(self, dead: Lock, lock: Lock | None) -> bool:
        """Take exactly the dead holder's lock away, and put this one (or none) in its place."""
        with translated(self.place.name), self.place.locks_guarded():
            if not self.holds(dead):
                return False
            self._remove(dead.wave)
            if lock is not None:
                self._write(lock)
            return True

    def beat(self, lock: Lock, at: str) -> None:
        """Renew the heartbeat."""
        with translated(self.place.name), self.place.locks_guarded():
            there = self._read(self._path(lock.wave))
            if there is not None and there.run_id == lock.run_id:
                self._write(replace(there, heartbeat=at))

    def release(self, lock: Lock) -> None:
        """Remove this run's lock; another's stays."""
        with translated(self.place.name), self.place.locks_guarded():
            there = self._read(self._path(lock.wave))
            if there is not None and there.run_id == lock.run_id:
                self._remove(lock.wave)

    def _path(self, wave: str) -> Path:
        return self.place.locks / f"{wave}.json"

    def _read(self, path: Path) -> Lock | None:
        try:
            return Lock(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise IntegrityBroken("A lock of the drop cannot be read.", where=f"{self.place.name}/books/locks/{path.name}") from error

    def _write(self, lock: Lock) -> None:
        place_file(self._path(lock.wave), json.dumps(asdict(lock), indent=1).encode())

    def _remove(self, wave: str) -> None:
        self._path(wave).unlink(missing_ok=True)
        sync_folder(self.place.locks)
