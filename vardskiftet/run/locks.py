"""Which waves are held, and how is a hold broken by a person? With a reason that is kept."""

from __future__ import annotations

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import Lock
from vardskiftet.errors import Locked, Usage
from vardskiftet.run.desk import Desk
from vardskiftet.run.lock import in_words, lives
from vardskiftet.store.runs import new_run_id


def held_locks(desk: Desk) -> tuple[Lock, ...]:
    """All holds in the target."""
    return Ledger(open_target(desk.programme), desk.programme.record).locks()


def break_lock(desk: Desk, wave: str, reason: str) -> Lock:
    """Remove a hold. Raises Usage if there is none or no reason is given, Locked if its process lives on this host."""
    if not reason.strip():
        raise Usage("A hold is broken for a reason.", hint="--reason TEXT")
    found = [one for one in held_locks(desk) if one.wave == wave]
    if not found:
        raise Usage(f"Nobody holds wave '{wave}'.", hint=f"vardskiftet status {wave}")
    lock = found[0]
    if lives(lock):
        raise Locked(
            f"Wave '{wave}' is held by {in_words(lock)}, and that process lives.", where=wave, hint=f"Stop it first: kill {lock.pid}"
        )
    target = open_target(desk.programme)
    if not target.replace_lock(lock, None):
        raise Usage(f"The hold on wave '{wave}' was given back meanwhile.", hint=f"vardskiftet status {wave}")
    with desk.writing_store() as store:
        store.append(
            "lock.broken",
            {"wave": wave, "from_run": lock.run_id, "host": lock.host, "pid": int(lock.pid), "reason": reason},
            new_run_id(desk.clock),
        )
    return lock
