"""Did a run that was killed leave something behind: a hold, rows that were spilled, files that nothing names, an unknown batch?"""

from __future__ import annotations

from pathlib import Path

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.targets import open_target, stray_scratches
from vardskiftet.engine.targets.protocol import BatchEntry
from vardskiftet.errors import VardskiftetError
from vardskiftet.model.event import Event
from vardskiftet.run.desk import Desk
from vardskiftet.run.lock import in_words, proved_dead
from vardskiftet.run.locks import held_locks
from vardskiftet.run.look import Look, refused, well, wrong
from vardskiftet.run.memory import lived
from vardskiftet.run.rehearsals import folders, holds

NAMES_A_BATCH = ("wave", "plan", "mapping", "number", "manifest")


def look_at_locks(desk: Desk) -> Look:
    """No wave is held by a process that is dead."""
    locks = held_locks(desk)
    dead = [lock for lock in locks if proved_dead(lock)]
    if dead:
        said = "; ".join(f"wave {lock.wave} is held by {in_words(lock)}, which is dead" for lock in dead)
        return wrong("locks", f"{said}.", hint=f"The next run takes it over: vardskiftet apply {dead[0].wave}")
    held = "; ".join(f"wave {lock.wave} is held by {in_words(lock)}" for lock in locks)
    return well("locks", f"{held}." if held else "No wave is held.")


def look_at_memory(desk: Desk) -> Look:
    """The memory is whole in its newest events, and knows every batch that the target holds."""
    try:
        there, events = _batches(desk), _batch_events(desk)
    except VardskiftetError as error:
        return refused("memory", error)
    known: set[tuple[object, ...]] = set()
    for event in events:
        batch = tuple(event.payload.get(name) for name in NAMES_A_BATCH)
        (known.add if event.kind == "batch.done" else known.discard)(batch)
    stand = {tuple(getattr(one, name) for name in NAMES_A_BATCH) for one in there}
    waves = sorted({str(batch[0]) for batch in known ^ stand})
    if waves and not _at_work(desk):
        said = f"The memory and the target differ in {len(known ^ stand)} batches of {', '.join(waves)}: a run died in between."
        return wrong("memory", said, "work/store.sqlite", f"The next run brings it up: vardskiftet apply {waves[0]}")
    return well("memory", f"It knows all {len(stand)} batches of the target.", "work/store.sqlite")


def look_at_leftovers(desk: Desk) -> list[Look]:
    """Nothing lies about that a killed run left: rows that the engine spilled, half-written files, manifests that nothing names."""
    if _at_work(desk):
        return [well("leftovers", "A run is at work; what lies in the work folder is its own.", "work")]
    spilled = [path for folder in desk.work.rglob("spill") for path in folder.rglob("*") if path.is_file()]
    partial = list(desk.work.rglob("*.partial"))
    named = {one.manifest for one in _batches(desk)} | {str(event.payload.get("manifest")) for event in _batch_events(desk)}
    manifests = [path for path in (desk.work / "manifests").rglob("*.parquet") if path.stem not in named]
    held = [path for path in (desk.work / "rehearsals").glob("*/held/*") if path.is_file()]
    wave = desk.programme.waves[0].wave if desk.programme.waves else "WAVE"
    load, rehearse = f"vardskiftet apply {wave}", f"vardskiftet rehearse {wave}"
    found = [
        _left("spilled files", spilled, desk, f"They hold patients' rows, and nothing is at work: remove them, or {load} does."),
        _left("half-written files", partial, desk, f"Nothing reads them: remove them, or {load} writes them anew."),
        _left(
            "manifests that no batch names", manifests, desk, f"They hold patients' keys. The next load of their wave sweeps them: {load}"
        ),
        _left("copies of sources that a rehearsal left", held, desk, f"The next rehearsal clears them: {rehearse}"),
    ]
    return [one for one in (*found, _strays(desk)) if one] or [well("leftovers", "Nothing was left behind.", "work")]


def _left(what: str, paths: list[Path], desk: Desk, hint: str) -> Look | None:
    if not paths:
        return None
    places = sorted({path.parent.relative_to(desk.programme.root).as_posix() for path in paths})
    size = sum(path.stat().st_size for path in paths)
    return wrong("leftovers", f"{len(paths)} {what}, {size:,} bytes.", ", ".join(places[:3]) + (" …" if len(places) > 3 else ""), hint)


def _strays(desk: Desk) -> Look | None:
    """Rehearsals' records on a server that no folder here is of: another host's, or one's whose folder is gone."""
    strays = stray_scratches(desk.programme, folders(desk))
    if not strays:
        return None
    named = ", ".join(strays[:3]) + (" …" if strays[3:] else "")
    said = f"{len(strays)} schemas of rehearsals that this work folder knows nothing of: {named}."
    hint = "They hold patients' rows. If no other host works with them, let whoever keeps the server drop them: drop schema NAME cascade."
    return wrong("leftovers", said, "waves/programme.yaml", hint)


def _at_work(desk: Desk) -> bool:
    """Whether a run may be alive: a hold whose process is not proved dead, in the target or in a rehearsal of any kind."""
    locks = [*held_locks(desk), *(lock for folder in folders(desk) for lock in holds(desk, folder))]
    return any(not proved_dead(lock) for lock in locks)


def _batches(desk: Desk) -> list[BatchEntry]:
    ledger = Ledger(open_target(desk.programme), desk.programme.record)
    return [entry for wave in desk.programme.waves for entry in ledger.batches(wave.wave)]


def _batch_events(desk: Desk) -> list[Event]:
    with desk.reading_store() as store:
        events = list(store.events())
    own = (event for wave in desk.programme.waves for event in lived(events, wave.wave))
    return [event for event in own if event.kind in ("batch.done", "batch.undone")]
