"""How does a file come to stand under its name, whole or not at all?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from vardskiftet.failpoint import reach


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def private_folder(folder: Path) -> Path:
    """The folder, made where it is missing; it and every folder that had to be made above it are closed to others."""
    for one in reversed((folder, *folder.parents)):
        # mkdir(parents=True) gives its mode to the last one only.
        if not one.exists():
            one.mkdir(mode=0o700, exist_ok=True)
    return folder


def place_file(path: Path, content: bytes, ready: Callable[[], None] = lambda: None) -> None:
    """Write under a temporary name, sync, rename; readable for the owner alone. `ready` is called when only the name is missing."""
    place_parts(path, (content,), ready)


def place_parts(path: Path, parts: Iterable[bytes], ready: Callable[[], None] = lambda: None) -> None:
    """The same of a content that comes in parts, none of which is kept."""
    private_folder(path.parent)
    partial = path.with_name(path.name + ".partial")
    reach("file.write.before")
    with partial.open("wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    partial.chmod(0o600)
    ready()
    reach("file.rename.before")
    partial.replace(path)
    sync_folder(path.parent)
    reach("file.rename.after")
