"""What does a command cost? Seconds by the wall, and the largest memory that it and its children held at one moment."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

EVERY = 0.05
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one command: seconds, seconds of processor, and MiB of resident memory of the process tree."""

    seconds: float
    cpu: float
    peak: float


class Failed(Exception):
    """A command that did not end well: nothing of it may be called a measurement."""


def run(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Cost:
    """Run a command to its end in a process of its own. Raises Failed with the last lines that it said."""
    said = folder / "said.txt"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with said.open("wb") as file:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
        watcher = _Watcher(process.pid)
        watcher.start()
        try:
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
            seconds = time.perf_counter() - started
            peak = watcher.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if code:
        raise Failed(f"{' '.join(command)} ended with {code}:\n" + "\n".join(said.read_text(errors="replace").splitlines()[-20:]))
    return Cost(seconds, cpu, peak)


class _Watcher(threading.Thread):
    """Looks at a process tree until it is told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root, self._peak, self._over = psutil.Process(pid), 0, threading.Event()

    def run(self) -> None:
        while not self._over.wait(EVERY):
            self._peak = max(self._peak, _resident(self._root))

    def stop(self) -> float:
        """The peak, in MiB."""
        self._over.set()
        self.join()
        return self._peak / 2**20


def _resident(root: psutil.Process) -> int:
    held = 0
    try:
        tree = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0
    for process in tree:
        try:
            held += process.memory_info().rss
        except psutil.Error:
            continue
    return held
