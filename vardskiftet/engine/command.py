"""What does a program print before its time is up? Run without a shell and without a terminal, and ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vardskiftet.engine.measure import CannotMeasure

MOST_PRINTED = 32 * 2**20
"""Bytes of output; what prints more is ended."""
MOST_SAID = 64 * 2**10
"""Bytes of what it says beside; the rest is dropped."""
ROOM = {"output": MOST_PRINTED + 1, "said": MOST_SAID}
GRACE = 2.0
"""Seconds between asking a program to end and ending it."""
SETTLES = 0.5
"""Seconds in which a pipe runs dry after its program ended."""
ALWAYS_SEEN = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "USER", "LOGNAME")


class Failed(CannotMeasure):
    """A program gave no answer; what it said beside is for its owner's eyes, and in no message."""

    def __init__(self, message: str, said: bytes = b"") -> None:
        super().__init__(message)
        self.said = said


@dataclass(frozen=True, slots=True)
class Printed:
    """What a program printed, and how it ended."""

    output: bytes
    said: bytes
    exit_code: int


def run(words: Sequence[str], folder: Path, variables: Sequence[str], seconds: float) -> Printed:
    """Run a program in a folder. Raises Failed where it cannot be started, hangs, prints without end, or leaves others that print."""
    try:
        process = subprocess.Popen(
            list(words),
            cwd=folder,
            env=_environment(os.environ, variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a group of its own, and no terminal to ask
        )
    except (OSError, ValueError) as error:
        raise Failed(f"the program could not be started: {_why(error)}") from error
    with process:
        try:
            return _listened(process, time.monotonic() + seconds, seconds)
        finally:
            _end(process)


def _environment(here: Mapping[str, str], variables: Sequence[str]) -> dict[str, str]:
    """What every program needs and what is declared: connections of others are none of its business."""
    return {name: here[name] for name in (*ALWAYS_SEEN, *variables) if name in here} | {"PYTHONDONTWRITEBYTECODE": "1"}


def _listened(process: subprocess.Popen[bytes], deadline: float, seconds: float) -> Printed:
    held: dict[str, bytearray] = {"output": bytearray(), "said": bytearray()}
    ended_at = 0.0
    with selectors.DefaultSelector() as pipes:
        for name, pipe in (("output", process.stdout), ("said", process.stderr)):
            assert pipe is not None
            pipes.register(pipe, selectors.EVENT_READ, name)
        while pipes.get_map():
            now = time.monotonic()
            if now > deadline:
                raise Failed(f"the program was ended after {seconds:g} seconds without an answer", bytes(held["said"]))
            if process.poll() is not None:
                ended_at = ended_at or now
                if now - ended_at > SETTLES:
                    raise Failed("the program ended and left others that still hold its output; they were ended too", bytes(held["said"]))
            for key, _ in pipes.select(min(0.1, deadline - now)):
                if not _took(key.fd, held[key.data], ROOM[key.data]):
                    pipes.unregister(key.fileobj)
            if len(held["output"]) == ROOM["output"]:
                raise Failed(f"the program printed more than {MOST_PRINTED // 2**20} MiB and was ended", bytes(held["said"]))
    try:
        code = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise Failed(f"the program was ended after {seconds:g} seconds without an end", bytes(held["said"])) from error
    return Printed(bytes(held["output"]), bytes(held["said"]), code)


def _took(pipe: int, held: bytearray, room: int) -> bool:
    """Whether there was more in a pipe; it is put to what is held, as far as there is room."""
    part = os.read(pipe, 65536)
    held += part[: max(0, room - len(held))]
    return bool(part)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program, and whatever else of its group is left."""
    if process.poll() is None:
        _tell_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    _tell_group(process.pid, signal.SIGKILL)
    process.wait()


def _tell_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _why(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "it, or what its first line names, is not on this machine"
        case PermissionError():
            return "it may not be run by you"
        case OSError() if error.strerror:
            return error.strerror.lower()
    return "its words cannot be said to a program"
