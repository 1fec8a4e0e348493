"""How is something small kept as a run of its own? Begun, said, ended."""

from __future__ import annotations

import getpass
import os
import socket
from typing import Any

from vardskiftet.run.desk import Desk
from vardskiftet.store.runs import FINISHED, STARTED, new_run_id


def note(desk: Desk, verb: str, wave: str, kind: str, payload: dict[str, Any], exit_code: int = 0) -> str:
    """Write one event as a run; returns the run's id."""
    run_id = new_run_id(desk.clock)
    owner = {"verb": verb, "wave": wave, "command": desk.command, "owner": getpass.getuser(), "host": socket.gethostname()}
    with desk.writing_store() as store:
        store.append(STARTED, owner | {"pid": os.getpid()}, run_id)
        store.append(kind, payload, run_id)
        store.append(FINISHED, {"wave": wave, "exit_code": exit_code}, run_id)
    return run_id
