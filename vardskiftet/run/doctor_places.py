"""Is there a place for a load: a work folder that is ours alone, and room enough?"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from vardskiftet.run.desk import Desk
from vardskiftet.run.doctor_ends import file_of, is_read
from vardskiftet.run.look import Look, well, wrong

HELD, RECORD, MANIFESTS = 1.0, 1.75, 0.25
"""Bytes per byte of the sources: a held copy, the record with its books and its log, the manifests. Measured on the demo
(1.0, 1.6, 0.2), rounded up."""
ROUNDS = 2
"""A rehearsal and a load."""


def existing(path: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next((one for one in (path, *path.parents) if one.is_dir()), Path("/"))


def look_at_work(desk: Desk) -> Look:
    """The work folder can be written, or can be made."""
    place = existing(desk.work)
    if not os.access(place, os.W_OK | os.X_OK):
        hint = "Give it to the user who runs the load: chown."
        return wrong("work folder", f"{place.name}/ cannot be written by this user.", "work", hint)
    return well("work folder", "It can be written." if place == desk.work else "It is not there yet, and can be made.", "work")


def look_at_privacy(desk: Desk) -> Look:
    """Nobody else can look into the work folder: it holds patients' data."""
    if not desk.work.is_dir():
        return well("privacy", "There is nothing in the work folder yet.", "work")
    if desk.work.stat().st_mode & 0o077:
        return wrong("privacy", "Others on this machine can look into the work folder: it holds patients' data.", "work", "chmod 700 work")
    return well("privacy", "The work folder is closed to others.", "work")


def look_at_room(desk: Desk) -> Look:
    """The disk has room for a rehearsal and a load of everything that mappings read."""
    programme = desk.programme
    read = [system for system in programme.systems if is_read(programme, system)]
    sizes = {system.system: _size_of(file_of(system.source, programme.root)) for system in read}
    unknown = sorted(name for name, size in sizes.items() if size is None)
    size = sum(size for size in sizes.values() if size is not None)
    if unknown and not size:
        said = f"{in_bytes(free_of(desk))} free; how large {', '.join(unknown)} is cannot be told from here"
        return well(
            "disk", f"{said}: a rehearsal and a load need about {(RECORD + MANIFESTS) * ROUNDS:.0f} times its tables' size.", "work"
        )
    need = round(size * (HELD + RECORD + MANIFESTS) * ROUNDS)
    free = free_of(desk)
    said = f"{in_bytes(free)} free; a rehearsal and a load of {in_bytes(size)} of sources need about {in_bytes(need)}"
    if free < need:
        hint = "Make room, or put the project on a larger disk. A full disk loses nothing, but stops the load."
        return wrong("disk", f"{said}.", "work", hint)
    more = f" What {', '.join(unknown)} needs comes on top, and cannot be told from here." if unknown else ""
    return well("disk", f"{said} (copies, record, manifests).{more}", "work")


def free_of(desk: Desk) -> int:
    """Bytes free where the work folder is, or will be."""
    return shutil.disk_usage(existing(desk.work)).free


def _size_of(place: Path | None) -> int | None:
    """Bytes of a source's file, or of all files in its folder; None where it lies on a server, or is not there."""
    if place is None or not place.exists():
        return None
    return sum(one.stat().st_size for one in ([place] if place.is_file() else place.rglob("*")) if one.is_file())


def in_bytes(size: int) -> str:
    """A size for a person: `4.8 MB`."""
    amount, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"
