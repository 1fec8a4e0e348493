"""What does somebody see who gives a command at a real terminal, and thinks better of it at its question?"""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from ward import ROOT

PATIENCE = 120.0


def broken_off(folder: Path, *command: str) -> tuple[int, bytes]:
    """Give a command in a project's folder, and Ctrl-C as soon as it asks: its exit code, and what it said until then."""
    primary, secondary = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "vardskiftet", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"},
        stdin=secondary,
        stdout=secondary,
        stderr=secondary,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - this process has one thread
    ) as process:
        os.close(secondary)
        said = b""
        while b"?" not in said:
            said += os.read(primary, 4096)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=PATIENCE)
    os.close(primary)
    return process.returncode, said
