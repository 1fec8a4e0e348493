"""How do several waves take turns with a table of persons in a record of files? By a folder that one at a time holds."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PAUSE = 0.2
"""Seconds between two looks at whether it is one's turn."""


@contextlib.contextmanager
def folder_turn(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Be the only one on this host who holds the folder; it goes with the process. `waiting` is called once if another has it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        patiently_taken(lambda: _taken(descriptor), waiting)
        yield
    finally:
        os.close(descriptor)


def patiently_taken(taken: Callable[[], bool], waiting: Callable[[], None]) -> None:
    """Ask again until it is there; `waiting` is called once before the first pause."""
    if taken():
        return
    waiting()
    while not taken():
        time.sleep(PAUSE)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
