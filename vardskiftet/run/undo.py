"""How is a wave taken back? Batch by batch, children first; what the new system's users changed or refer to is left, and listed."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from vardskiftet.engine.compare import edited
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.targets import open_target
from vardskiftet.errors import Usage
from vardskiftet.model.plan import Plan
from vardskiftet.model.progress import Progress
from vardskiftet.plan.order import ordered
from vardskiftet.run.apply import run_of
from vardskiftet.run.balance import current_plan
from vardskiftet.run.desk import Desk
from vardskiftet.run.lock import holding
from vardskiftet.store.runs import new_run_id


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and how many rows were left standing, by mapping."""

    run_id: str
    batches: int
    rows: int
    left: dict[str, int]


def undo(desk: Desk, wave: str) -> Undone:
    """Remove a wave's rows from the record; identities stay, so that loading again gives the same ids. Resumable.

    Raises Usage if the target holds nothing of the wave, Locked if another run has it.
    """
    programme = desk.programme
    desk.wave(wave)
    target = open_target(programme)
    entries = Ledger(target, programme.record).batches(wave)
    if not entries:
        raise Usage(f"The target holds nothing of wave '{wave}': there is nothing to undo.", hint=f"vardskiftet status {wave}")
    plan: Plan = current_plan(desk, wave)
    store = desk.writing_store()
    run_id = new_run_id(desk.clock)
    duck = open_duck(desk.work / "spill" / f"undo-{wave}")
    removed = 0
    left: dict[str, int] = {}
    order = {mapping.mapping: place for place, mapping in enumerate(reversed(ordered(programme)))}
    try:
        with run_of(desk, store, run_id, "undo", plan) as ended, holding(target, store, wave, run_id, "undo"):
            for done, entry in enumerate(sorted(entries, key=lambda one: (order.get(one.mapping, len(order)), -one.number)), 1):
                mapping = programme.mapping(entry.mapping)
                table = programme.record.table(mapping.into)
                keep = edited(duck, mapping, table, target, entry.batch)
                gone, stays = target.take_back(entry.batch, mapping, table, pa.table({"id": pa.array(keep, pa.string())}))
                removed += gone
                if stays:
                    left[entry.mapping] = left.get(entry.mapping, 0) + stays
                payload = {"wave": wave, "plan": entry.plan, "mapping": entry.mapping, "number": entry.number, "manifest": entry.manifest}
                store.append("batch.undone", payload | {"rows": gone, "left": stays}, run_id)
                desk.notify(Progress(f"undo {entry.mapping}", done, len(entries), done, len(entries)))
            store.append("wave.undone", {"wave": wave, "batches": len(entries), "rows": removed, "left": left}, run_id)
            ended["exit_code"] = 1 if left else 0
    finally:
        duck.close()
        target.close()
        store.close()
    return Undone(run_id, len(entries), removed, left)
