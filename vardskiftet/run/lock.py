"""Who may work on a wave? One run at a time; the lock of a process proved dead on this host is taken over, as an event."""

from __future__ import annotations

import contextlib
import getpass
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from vardskiftet.engine.targets.protocol import Lock, Target
from vardskiftet.errors import Locked, VardskiftetError
from vardskiftet.run.process import here, is_gone, is_there
from vardskiftet.store.store import Store

BEAT_SECONDS = 10.0


def machine_now() -> str:
    """Machine time, UTC: heartbeats are never by the programme's clock."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def own_lock(wave: str, run_id: str, verb: str) -> Lock:
    """The lock that this process would take."""
    (host, pid, since), now = here(), machine_now()
    return Lock(wave, run_id, getpass.getuser(), host, str(pid), since, now, now, verb)


def proved_dead(lock: Lock) -> bool:
    """Whether the holder was on this host and is no more. A holder elsewhere can never be proved dead from here."""
    return is_gone(lock.host, int(lock.pid), lock.pid_started)


def lives(lock: Lock) -> bool:
    """Whether the holder is on this host and still there."""
    return is_there(lock.host, int(lock.pid), lock.pid_started)


def in_words(lock: Lock) -> str:
    """Who holds the lock, for a message."""
    return f"{lock.owner} on {lock.host}, process {lock.pid}, since {lock.since} ({lock.verb}, last sign of life {lock.heartbeat})"


@contextlib.contextmanager
def holding(target: Target, store: Store, wave: str, run_id: str, verb: str) -> Iterator[Lock]:
    """Hold a wave's lock, with a heartbeat. Raises Locked if another run has it."""
    mine = own_lock(wave, run_id, verb)
    holder = target.lock(mine)
    if holder is not None:
        if not proved_dead(holder) or not target.replace_lock(holder, mine):
            raise Locked(
                f"Wave '{wave}' is held by {in_words(holder)}.",
                where=wave,
                hint=f"Wait for it, or, if that run is known to be dead: vardskiftet lock break {wave} --reason TEXT",
            )
        store.append("lock.taken_over", {"wave": wave, "from_run": holder.run_id, "host": holder.host, "pid": int(holder.pid)}, run_id)
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(target, mine, stop), daemon=True)
    heart.start()
    try:
        yield mine
    finally:
        stop.set()
        heart.join()
        target.unlock(mine)


def _beat(target: Target, lock: Lock, stop: threading.Event) -> None:
    while not stop.wait(BEAT_SECONDS):
        # A beat that fails tells nobody anything; the run itself meets the same trouble at its next batch, and says so.
        with contextlib.suppress(VardskiftetError):
            target.beat(lock, machine_now())
