"""Is a process still there? Told by its number and by when its machine began it: a clock that is set changes neither."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import psutil

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_AFTER_NAME = 19
"""Where a process's start stands after its name, in ticks since the machine began: proc(5), `starttime`."""


def here() -> tuple[str, int, str]:
    """This process: its host, its number, and when it began."""
    return socket.gethostname(), os.getpid(), began(os.getpid())


def began(pid: int) -> str:
    """When a process of this host began, so that a later one with the same number is not taken for it; empty if there is none.

    Where the machine tells it, in ticks of this boot: seconds since 1970 are reckoned from the clock as it stands now, and are others
    after it was set.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return f"{_BOOT.read_text(encoding='ascii').strip()} {int(told[_AFTER_NAME])}"
    except (OSError, ValueError, IndexError):
        return _by_clock(pid)


def _by_clock(pid: int) -> str:
    try:
        return f"{psutil.Process(pid).create_time():.2f}"
    except psutil.Error:
        return ""


def is_gone(host: str, pid: int, since: str) -> bool:
    """Whether that process was on this host and is no more. One elsewhere can never be proved dead from here."""
    return host == socket.gethostname() and began(pid) != since


def is_there(host: str, pid: int, since: str) -> bool:
    """Whether that process is on this host, and still there."""
    return host == socket.gethostname() and began(pid) == since
