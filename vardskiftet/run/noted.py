"""How is something kept as a run of its own? Begun, said, ended."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vardskiftet.run.desk import Desk
from vardskiftet.run.process import here
from vardskiftet.store.runs import FINISHED, STARTED, new_run_id
from vardskiftet.store.store import Store


def note(desk: Desk, verb: str, wave: str, kind: str, payload: dict[str, Any], exit_code: int = 0) -> str:
    """Write one event as a run; returns the run's id."""
    run_id = new_run_id(desk.clock)
    with desk.writing_store() as store, run_of(desk, store, run_id, verb, wave) as ended:
        store.append(kind, payload, run_id)
        ended["exit_code"] = exit_code
    return run_id


@contextmanager
def run_of(desk: Desk, store: Store, run_id: str, verb: str, wave: str, plan: str = "") -> Iterator[dict[str, int]]:
    """A run's first and last event; a run that dies has no last one, and says so by that.

    How long it took is told by a clock that nobody sets, without the time that the machine slept.
    """
    host, pid, since = here()
    told = {"verb": verb, "wave": wave, "plan": plan, "command": desk.command, "owner": getpass.getuser(), "host": host}
    store.append(STARTED, told | {"pid": pid, "pid_started": since}, run_id)
    started, ended = time.monotonic(), {"exit_code": 70}
    try:
        yield ended
    except BaseException as error:
        # Foreseen failures bring their code; the rest is a bug.
        code = getattr(error, "exit_code", 130 if isinstance(error, KeyboardInterrupt) else 70)
        ended["exit_code"] = desk.stopped() or int(code)
        raise
    finally:
        seconds = round(time.monotonic() - started, 3)
        store.append(FINISHED, {"wave": wave, "exit_code": ended["exit_code"], "seconds": seconds}, run_id)
