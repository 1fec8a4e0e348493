"""What does every command need to have at hand? The programme, the memory, the clock, where things lie; handed in, never fetched."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vardskiftet.declare.words import nearest_of
from vardskiftet.engine.files import place_file
from vardskiftet.errors import IntegrityBroken, Unreachable, Usage
from vardskiftet.failpoint import reach
from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.model.progress import Progress
from vardskiftet.model.wave import Wave
from vardskiftet.plan.fingerprint import fingerprint
from vardskiftet.store.reader import StoreReader
from vardskiftet.store.server import Server
from vardskiftet.store.store import Store

PLAN_MADE = "plan.made"
"""The event that keeps a whole plan, where several hosts share a memory."""

Notify = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """A command's surroundings. `clock` is the programme's, `tool` the version of this tool."""

    programme: Programme
    clock: Callable[[], datetime]
    tool: str
    command: str
    notify: Notify
    stopped: Callable[[], int | None] = lambda: None
    """The exit code of a stop that was asked for by a signal, whatever a library made of it."""

    trust_code: bool = False
    """Whether whoever sits here lets the programme's own code run, signed or not."""

    @property
    def work(self) -> Path:
        """The work folder: patients' data and the programme's memory."""
        return self.programme.root / "work"

    @property
    def memory(self) -> Path | Server:
        """Where the programme's memory lies. Raises Unreachable if a variable should name a server, and names none."""
        spec = self.programme.store
        if not spec.url_from:
            return self.work / "store.sqlite"
        url = os.environ.get(spec.url_from, "")
        if not url:
            said = f"The environment variable {spec.url_from} that names the store is not set."
            raise Unreachable(said, where="waves/programme.yaml", hint=f"export {spec.url_from}=…; the connection is never in a file.")
        return Server(url, spec.schema_name, f"${spec.url_from}")

    def writing_store(self) -> Store:
        """The programme's memory, to be written."""
        return Store.open(self.memory, self.clock)

    def reading_store(self) -> StoreReader:
        """The programme's memory, only asked; an absent one answers empty."""
        return Store.read(self.memory)

    def wave(self, name: str) -> Wave:
        """The wave of that name. Raises Usage with the nearest name if there is none."""
        names = [wave.wave for wave in self.programme.waves]
        if name not in names:
            meant = f"Did you mean '{near}'? " if (near := nearest_of(name, names)) else ""
            raise Usage(f"'{name}' is not a wave of this programme.", hint=f"{meant}Known: {', '.join(names)}.")
        return self.programme.wave(name)

    def plan_path(self, plan: Plan) -> Path:
        """Where a plan lies."""
        return self.work / "plans" / f"{plan.name}.json"

    def held(self, plan: Plan) -> Path:
        """Where the sources of a plan are held still."""
        return self.work / "held" / plan.name

    def manifests(self, wave: str) -> Path:
        """Where a wave's manifests lie."""
        return self.work / "manifests" / wave


def save_plan(desk: Desk, plan: Plan) -> Path:
    """Place the plan under its name, and a copy of the declarations beside it."""
    path = desk.plan_path(plan)
    for name in plan.declarations:
        copy = path.with_suffix("") / name
        content = (desk.programme.root / name).read_bytes()
        if not copy.is_file() or copy.read_bytes() != content:
            place_file(copy, content)
    reach("plan.write.before")
    place_file(path, plan.model_dump_json(indent=1).encode(), lambda: reach("plan.rename.before"))
    reach("plan.rename.after")
    return path


def load_plan(desk: Desk, named: str) -> Plan:
    """The plan in a file of that name, or the newest plan of the wave of that name.

    Raises Usage if there is none, IntegrityBroken if it is not as it was made.
    """
    for path in (Path(named), desk.work / "plans" / named, desk.work / "plans" / f"{named}.json"):
        if path.suffix == ".json" and path.is_file():
            return whole(_read(path))
    wave = desk.wave(named)
    plans = plans_of(desk, wave.wave)
    if not plans:
        raise Usage(f"There is no plan for wave '{wave.wave}' yet.", hint=f"Make one: vardskiftet plan {wave.wave}")
    return whole(plans[-1])


def plans_of(desk: Desk, wave: str) -> tuple[Plan, ...]:
    """All plans of a wave that lie in the work folder, or that other hosts keep in a memory on a server, oldest first."""
    # Under a fixed clock all were made at the same moment: then a delta is newer than what it stands on, and the file's own time decides.
    found = _kept_elsewhere(desk, wave)
    found |= {plan.fingerprint: (plan, path.stat().st_mtime_ns) for path in _files(desk, wave) if (plan := _read(path)).wave == wave}
    ordered = sorted(found.values(), key=lambda one: (one[0].made_at, len(one[0].base), one[1], one[0].fingerprint))
    return tuple(plan for plan, _ in ordered)


def _files(desk: Desk, wave: str) -> list[Path]:
    return sorted((desk.work / "plans").glob(f"{wave}-*.json"))


def _kept_elsewhere(desk: Desk, wave: str) -> dict[str, tuple[Plan, int]]:
    """Fingerprint to plan, and when it was kept, in nanoseconds."""
    if not desk.programme.store.url_from:
        return {}
    with desk.reading_store() as store:
        events = [event for event in store.events(kind=PLAN_MADE) if event.payload["wave"] == wave]
    made = [(Plan.model_validate(event.payload["document"]), int(event.recorded_at.timestamp() * 1e9)) for event in events]
    return {plan.fingerprint: (plan, at) for plan, at in made}


def whole(plan: Plan) -> Plan:
    """The plan, if it is as it was made. Raises IntegrityBroken if not."""
    if fingerprint(plan) != plan.fingerprint:
        raise IntegrityBroken(
            "The plan is not as it was made: its fingerprint is that of another.",
            where=plan.wave,
            hint="Somebody changed the file, or another version of this tool made it. Make a new plan: vardskiftet plan WAVE",
        )
    return plan


def _read(path: Path) -> Plan:
    try:
        return Plan.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise Usage(
            "This file is not a plan that this tool can read.", where=path.name, hint="Make a new one: vardskiftet plan WAVE"
        ) from error
