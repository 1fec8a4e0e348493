"""How does a folder become a demo project? Shipped declarations made synthetic, journals, and budgets that equal their keys."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vardskiftet.demo.asked import patients_of
from vardskiftet.demo.evidence import write_evidence
from vardskiftet.demo.generators import GENERATORS
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.population import Population
from vardskiftet.demo.served import served_by
from vardskiftet.errors import Usage
from vardskiftet.model.programme import Programme
from vardskiftet.model.wave import Budgets

MARKER = ".vardskiftet-demo"
CLOCK = datetime(2024, 11, 5, 8, 0)  # noqa: DTZ001 - a local moment; the programme's time zone is beside it in the file
"""The demo's present: a week before the first wave."""

DECLARED = ("waves", "mappings", "checks")
JOURNALS = "journals"
EMBEDDED = "{kind: sqlite, path: work/record.sqlite}"
_AS_SHIPPED = "synthetic: false"


@dataclass(frozen=True, slots=True)
class Begun:
    """A folder with declarations, and perhaps with everything else."""

    folder: Path
    patients: int
    seed: int
    complete: bool
    """Whether an earlier demo of the same size and seed stands here, to be used as it is."""
    journals: tuple[str, ...] = tuple(GENERATORS)
    target: str = EMBEDDED


@dataclass(frozen=True, slots=True)
class ProjectMade:
    """A whole demo project, and the key of each of its journals by system."""

    folder: Path
    planted: dict[str, Planted]
    reused: bool

    def keys(self) -> dict[str, Path]:
        """Where the keys lie, by system."""
        return {system: _key(self.folder, system) for system in self.planted}


def begin(
    folder: Path, shipped: Path, size: str | int, seed: int, journals: Sequence[str] = tuple(GENERATORS), target: str = EMBEDDED
) -> Begun:
    """Put the shipped declarations into the folder, as a synthetic programme with a fixed clock; an earlier demo is left as it is.

    With fewer `journals` than there are, what the other systems would move automatically is not declared.
    `target` is where the record lies, as programme.yaml says it. Raises Usage if the folder holds anything else, or a demo of another
    size, seed, target or journals. One that was broken off is begun again.
    """
    patients = patients_of(size)
    marker = folder / MARKER
    asked = _asked(patients, seed, journals, target)
    if folder.exists() and not folder.is_dir():
        raise Usage(f"'{folder}' is not a folder.", hint="Name another with --dir.")
    if marker.is_file():
        found = _marked(marker)
        if found | {"complete": None} != asked | {"complete": None}:
            other = f"{found.get('patients')} patients with seed {found.get('seed')}"
            raise Usage(
                f"'{folder}' holds a demo of {other}{_record(found)}, not of {patients} with seed {seed}{_record(asked)}.",
                hint="Name another folder with --dir, or remove this one.",
            )
        if found.get("complete") is True:
            return Begun(folder, patients, seed, complete=True, journals=tuple(journals), target=target)
    elif folder.exists() and any(folder.iterdir()):
        raise Usage(f"'{folder}' is not empty and holds no demo.", hint="Name a new or an empty folder with --dir.")
    folder.mkdir(parents=True, exist_ok=True)
    _mark(marker, asked, complete=False)
    for name in DECLARED:
        if (shipped / name).is_dir():
            shutil.copytree(shipped / name, folder / name, dirs_exist_ok=True)
    _make_synthetic(folder / "waves" / "programme.yaml", target)
    _approve_routines(folder / "waves" / "coexistence.yaml")
    for system in GENERATORS.keys() - set(journals):
        _move_nothing(folder / "mappings" / system)
    return Begun(folder, patients, seed, complete=False, journals=tuple(journals), target=target)


def finish(begun: Begun, programme: Programme, told: Callable[[int, int], None] | None = None) -> ProjectMade:
    """Generate the journals for the units that the programme names, and write their budgets into the waves' files.

    `programme` is the folder's, read after `begin`; it must be read again afterwards, for the budgets.
    `told` hears (patients done, patients in all), journal after journal.
    """
    journals = begun.folder / JOURNALS
    systems = [system for system in programme.systems_in_order if system in begun.journals]
    if begun.complete:
        keys = {system: _key(begun.folder, system).read_text(encoding="utf-8") for system in systems}
        planted = {system: Planted.model_validate_json(key) for system, key in keys.items()}
    else:
        people = Population(begun.patients)
        planted = {
            system: GENERATORS[system](journals, begun.patients, begun.seed, served_by(programme, system), CLOCK.date(), told, people)
            for system in systems
        }
        for name, budgets in budgets_of(planted.values()).items():
            with (begun.folder / "waves" / f"{name}.yaml").open("a", encoding="utf-8") as file:
                file.write(budgets_block(budgets))
        write_evidence(begun.folder, programme, next(wave.wave for wave in programme.waves if not wave.after))
        _mark(begun.folder / MARKER, _asked(begun.patients, begun.seed, begun.journals, begun.target), complete=True)
    return ProjectMade(begun.folder, planted, reused=begun.complete)


def _key(folder: Path, system: str) -> Path:
    return folder / JOURNALS / f"{system}.planted.json"


def make_project(
    folder: Path,
    shipped: Path,
    size: str | int,
    seed: int,
    read: Callable[[Path], Programme],
    told: Callable[[int, int], None] | None = None,
    journals: Sequence[str] = tuple(GENERATORS),
) -> ProjectMade:
    """Make the whole demo project: begin, read the declarations with the caller's reader, finish. Raises Usage as `begin` does."""
    begun = begin(folder, shipped, size, seed, journals)
    return finish(begun, read(folder), told)


def budgets_of(keys: Iterable[Planted]) -> dict[str, Budgets]:
    """What each wave must allow for all journals together; a row without a unit belongs to no wave, so that every wave meets it."""
    planted = tuple(keys)
    no_unit = sum(max((wave.budgets.no_unit for wave in key.waves.values()), default=0) for key in planted)
    rejected: dict[str, Counter[str]] = {}
    for key in planted:
        for name, wave in key.waves.items():
            rejected.setdefault(name, Counter()).update(wave.budgets.rejected)
    return {name: Budgets(no_unit=no_unit, rejected=dict(reasons)) for name, reasons in rejected.items()}


def budgets_block(budgets: Budgets) -> str:
    """The budgets as they stand in a wave's file."""
    reasons = [f"    {reason}: {items}" for reason, items in sorted(budgets.rejected.items())]
    rejected = "\n".join(["  rejected:", *reasons]) if reasons else "  rejected: {}"
    return f"# What was planted in the synthetic journals, and not one row more.\nbudgets:\n  no_unit: {budgets.no_unit}\n{rejected}\n"


def _make_synthetic(path: Path, target: str) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if lines.count(_AS_SHIPPED) != 1:
        raise Usage(f"The shipped {path.name} has no line '{_AS_SHIPPED}': it cannot be made a demo.", where=str(path))
    at = lines.index(_AS_SHIPPED)
    lines[at : at + 1] = ["synthetic: true", f"clock: {CLOCK:%Y-%m-%d %H:%M}"]
    if target != EMBEDDED:
        lines = [f"target: {target}" if line.startswith("target:") else line for line in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _approve_routines(path: Path) -> None:
    """In the invented region every critical flow's routine was approved; in the shipped plan two wait for it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    waiting = [line.endswith('"}') and "critical: true" in line and "approved:" not in line for line in lines]
    told = [f'{line[:-1]}, approved: "RS 2024-00143 (invented)"}}' if waits else line for line, waits in zip(lines, waiting, strict=True)]
    path.write_text("\n".join(told) + "\n", encoding="utf-8")


def _move_nothing(mappings: Path) -> None:
    """A system of which nothing is moved automatically: its mappings and their routes are left out."""
    for path in mappings.glob("*.yaml"):
        if path.name != "system.yaml":
            path.unlink()
    declared = mappings / "system.yaml"
    lines = declared.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = (re.sub(r", patients: \[[^\]]*\]", "", line) for line in lines if "route: auto" not in line)
    declared.write_text("".join(kept), encoding="utf-8")


def _asked(patients: int, seed: int, journals: Sequence[str], target: str) -> dict[str, object]:
    """What the marker says; journals only if they are not all, the target only if it is not the embedded one."""
    every = set(journals) == set(GENERATORS)
    fewer = {} if every else {"journals": sorted(journals)}
    return {"patients": patients, "seed": seed} | fewer | ({} if target == EMBEDDED else {"target": target})


def _record(asked: dict[str, object]) -> str:
    """Where a demo's record lies, where it is not embedded."""
    return f" and a record at {asked['target']}" if "target" in asked else ""


def _mark(marker: Path, asked: dict[str, object], *, complete: bool) -> None:
    marker.write_text(json.dumps(asked | {"complete": complete}) + "\n", encoding="utf-8")


def _marked(marker: Path) -> dict[str, object]:
    try:
        found = json.loads(marker.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Usage(
            f"'{marker.parent}' holds a demo whose marker cannot be read.", where=str(marker), hint="Name another folder with --dir."
        )
    return found
