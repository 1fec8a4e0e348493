"""How does a file come to stand under its name, whole or not at all?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
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


def place_file(path: Path, content: bytes, ready: Callable[[], None] = lambda: None) -> None:
    """Write under a temporary name, sync, rename; readable for the owner alone. `ready` is called when only the name is missing."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(path.name + ".partial")
    reach("file.write.before")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.chmod(0o600)
    ready()
    reach("file.rename.before")
    partial.replace(path)
    sync_folder(path.parent)
    reach("file.rename.after")
