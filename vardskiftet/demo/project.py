"""How does a folder become a demo project? Shipped declarations made synthetic, a journal, and budgets that equal its key."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vardskiftet.demo.elvis import SYSTEM, generate, patients_of
from vardskiftet.demo.planted import Planted
from vardskiftet.demo.served import served_by
from vardskiftet.errors import Usage
from vardskiftet.model.programme import Programme
from vardskiftet.model.wave import Budgets

MARKER = ".vardskiftet-demo"
CLOCK = datetime(2024, 11, 5, 8, 0)  # noqa: DTZ001 - a local moment; the programme's time zone is beside it in the file
"""The demo's present: a week before the first wave."""

DECLARED = ("waves", "mappings", "checks")
JOURNALS = "journals"
_AS_SHIPPED = "synthetic: false"


@dataclass(frozen=True, slots=True)
class Begun:
    """A folder with declarations, and perhaps with everything else."""

    folder: Path
    patients: int
    seed: int
    complete: bool
    """Whether an earlier demo of the same size and seed stands here, to be used as it is."""


@dataclass(frozen=True, slots=True)
class ProjectMade:
    """A whole demo project."""

    folder: Path
    journal: Path
    planted: Planted
    reused: bool


def begin(folder: Path, shipped: Path, size: str | int, seed: int) -> Begun:
    """Put the shipped declarations into the folder, as a synthetic programme with a fixed clock; an earlier demo is left as it is.

    Raises Usage if the folder holds anything else, or a demo of another size or seed. One that was broken off is begun again.
    """
    patients = patients_of(size)
    marker = folder / MARKER
    asked = {"patients": patients, "seed": seed}
    if folder.exists() and not folder.is_dir():
        raise Usage(f"'{folder}' is not a folder.", hint="Name another with --dir.")
    if marker.is_file():
        found = _marked(marker)
        if {key: found.get(key) for key in asked} != asked:
            other = f"{found.get('patients')} patients with seed {found.get('seed')}"
            raise Usage(
                f"'{folder}' holds a demo of {other}, not of {patients} with seed {seed}.",
                hint="Name another folder with --dir, or remove this one.",
            )
        if found.get("complete") is True:
            return Begun(folder, patients, seed, complete=True)
    elif folder.exists() and any(folder.iterdir()):
        raise Usage(f"'{folder}' is not empty and holds no demo.", hint="Name a new or an empty folder with --dir.")
    folder.mkdir(parents=True, exist_ok=True)
    _mark(marker, asked, complete=False)
    for name in DECLARED:
        if (shipped / name).is_dir():
            shutil.copytree(shipped / name, folder / name, dirs_exist_ok=True)
    _make_synthetic(folder / "waves" / "programme.yaml")
    return Begun(folder, patients, seed, complete=False)


def finish(begun: Begun, programme: Programme, told: Callable[[int, int], None] | None = None) -> ProjectMade:
    """Generate the journal for the units that the programme names, and write its budgets into the waves' files.

    `programme` is the folder's, read after `begin`; it must be read again afterwards, for the budgets.
    `told` hears (patients done, patients in all).
    """
    journals = begun.folder / JOURNALS
    journal = journals / f"{SYSTEM}.sqlite"
    if begun.complete:
        key = (journals / f"{SYSTEM}.planted.json").read_text(encoding="utf-8")
        return ProjectMade(begun.folder, journal, Planted.model_validate_json(key), reused=True)
    planted = generate(journals, begun.patients, begun.seed, served_by(programme, SYSTEM), CLOCK.date(), told)
    for name, wave in planted.waves.items():
        with (begun.folder / "waves" / f"{name}.yaml").open("a", encoding="utf-8") as file:
            file.write(budgets_block(wave.budgets))
    _mark(begun.folder / MARKER, {"patients": begun.patients, "seed": begun.seed}, complete=True)
    return ProjectMade(begun.folder, journal, planted, reused=False)


def make_project(
    folder: Path,
    shipped: Path,
    size: str | int,
    seed: int,
    read: Callable[[Path], Programme],
    told: Callable[[int, int], None] | None = None,
) -> ProjectMade:
    """Make the whole demo project: begin, read the declarations with the caller's reader, finish. Raises Usage as `begin` does."""
    begun = begin(folder, shipped, size, seed)
    return finish(begun, read(folder), told)


def budgets_block(budgets: Budgets) -> str:
    """The budgets as they stand in a wave's file."""
    reasons = [f"    {reason}: {items}" for reason, items in sorted(budgets.rejected.items())]
    rejected = "\n".join(["  rejected:", *reasons]) if reasons else "  rejected: {}"
    return f"# What was planted in the synthetic journals, and not one row more.\nbudgets:\n  no_unit: {budgets.no_unit}\n{rejected}\n"


def _make_synthetic(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if lines.count(_AS_SHIPPED) != 1:
        raise Usage(f"The shipped {path.name} has no line '{_AS_SHIPPED}': it cannot be made a demo.", where=str(path))
    at = lines.index(_AS_SHIPPED)
    lines[at : at + 1] = ["synthetic: true", f"clock: {CLOCK:%Y-%m-%d %H:%M}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _mark(marker: Path, asked: dict[str, int], *, complete: bool) -> None:
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
