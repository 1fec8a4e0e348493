"""Can both ends be reached: every source read, the target written, and taken back, and are they not the same thing?"""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Source, Stillness
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.errors import VardskiftetError
from vardskiftet.model.programme import Programme
from vardskiftet.model.system import Route, SourceSpec, System
from vardskiftet.run.desk import Desk
from vardskiftet.run.gaps import gaps
from vardskiftet.run.look import Look, refused, well, wrong
from vardskiftet.run.spoken import idle_patterns
from vardskiftet.run.two_ends import refuse_own_records

REMOTE = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs")
"""File systems on which SQLite's write-ahead log does not work (https://sqlite.org/wal.html §2.1)."""

LOGGED = ("sqlite",)
"""Kinds of target that are a file with a write-ahead log."""


def file_of(spec: SourceSpec, root: Path) -> Path | None:
    """The file behind a source or a target; None where it is none, or its variable is not set."""
    variable, path = str(spec.options.get("path_from") or ""), str(spec.options.get("path") or "")
    named = os.environ.get(variable, "") if variable else path
    return (root / named).resolve() if named else None


def look_at_sources(desk: Desk) -> list[Look]:
    """Every source that mappings read, or are to read, can be reached and read, and has what they name."""
    return [_look_at_source(desk, system) for system in desk.programme.systems if is_read(desk.programme, system)]


def is_read(programme: Programme, system: System) -> bool:
    """Whether mappings read the system, or will: something of it travels by the route auto."""
    return any(one.system == system.system for one in programme.mappings) or any(one.route is Route.AUTO for one in system.routes)


def _look_at_source(desk: Desk, system: System) -> Look:
    look, programme = f"source {system.system}", desk.programme
    path = f"mappings/{system.system}/system.yaml"
    tables = _named(programme, system.system)
    try:
        source = open_source(system, programme.root)
        try:
            schema = source.schema()
            refuse_own_records({system.system: schema})
            counts = {table: _counted(source, table) for table in sorted(tables) if table in schema}
            shut = {table: found for table, found in counts.items() if isinstance(found, VardskiftetError)}
            missing = () if shut or not tables else gaps(programme, system, source)
            still = source.stillness is Stillness.RUN
        finally:
            source.close()
    except VardskiftetError as error:
        return refused(look, error)

    if shut:
        first = next(iter(shut.values()))
        return Look(look, first.exit_code, f"{first.message} Shut are: {', '.join(shut)}.", path, first.hint)
    if missing:
        first_gap = f"{missing[0].where}: {missing[0].message}"
        more = f" And {len(missing) - 1} more." if len(missing) > 1 else ""
        asking = f"plan {programme.waves[0].wave}" if programme.waves else f"profile {system.system}"
        return wrong(look, f"{first_gap}{more}", path, f"`vardskiftet {asking}` lists them all.")
    if not tables:
        return well(look, f"{len(schema)} tables can be seen; no mapping reads any of them yet.", path)
    rows = sum(found for table, found in counts.items() if table in tables and tables[table] and isinstance(found, int))
    advice = [] if still else ["It cannot be held still for a whole run: close with a delta, or say `frozen:` why nothing changes it."]
    advice += [f"Under `ignored:`, '{one}' is like no table of the source." for one in idle_patterns(system, schema)]
    return well(look, f"{sum(tables.values())} tables, {rows:,} rows can be read.", path, " ".join(advice))


def _named(programme: Programme, system: str) -> dict[str, bool]:
    """Every table of a system that its mappings name, and whether its rows are accounted for or only looked up."""
    mine = [mapping for mapping in programme.mappings if mapping.system == system]
    looked_up = {mapping.unit.via for mapping in mine if mapping.unit.via}
    looked_up |= {named.rpartition(".")[0] for mapping in mine for named in mapping.unit.wherever}
    return dict.fromkeys(looked_up, False) | dict.fromkeys((mapping.reads for mapping in mine), True)


def _counted(source: Source, table: str) -> int | VardskiftetError:
    """The rows of a table, or why they cannot be counted: one that is shut hides no other."""
    try:
        return source.count(table)
    except VardskiftetError as error:
        return error


def look_at_two_ends(desk: Desk) -> list[Look]:
    """No source is the target, by whatever name it is called."""
    programme = desk.programme
    target = file_of(programme.target, programme.root)
    same = [system.system for system in programme.systems if _same(file_of(system.source, programme.root), target)]
    if not same:
        return [well("source and target", "No source is the target.")]
    hint = "Give the record a file of its own: `target:` in waves/programme.yaml. Load nothing before that."
    return [wrong("source and target", f"System '{name}' and the target are one file.", "waves/programme.yaml", hint) for name in same]


def _same(one: Path | None, other: Path | None) -> bool:
    if one is None or other is None:
        return False
    return one == other or (one.exists() and other.exists() and one.samefile(other))


def look_at_target(desk: Desk) -> list[Look]:
    """The target can be reached, is the declared record or empty, and grants what a load and the way back need."""
    where, spec = "waves/programme.yaml", desk.programme.target
    path = file_of(spec, desk.programme.root)
    if path is None and spec.options.get("path_from"):
        hint = f"export {spec.options['path_from']}=…"
        return [Look("target", 6, f"The variable {spec.options['path_from']} that names the target is not set.", where, hint)]
    try:
        target = open_target(desk.programme)
        target.inspect()
        exists = target.exists()
    except VardskiftetError as error:
        rights = [] if path is not None or error.exit_code != 6 else [_privileges_at(desk)]
        return [refused("target", error), *(one for one in rights if one.look == "target rights" and one.exit_code)]
    said = "It is the record that is declared." if exists else "It is empty; the first load creates the record."
    return [well("target", said, where), _rights(path) if path is not None and spec.kind in LOGGED else _privileges(target)]


def _privileges_at(desk: Desk) -> Look:
    """What lacks where the target could not even be looked at, if it is that."""
    try:
        return _privileges(open_target(desk.programme))
    except VardskiftetError as error:
        return refused("target", error)


def _privileges(target: Target) -> Look:
    """What a server grants to this user, asked of it."""
    try:
        found = target.lacking()
    except VardskiftetError as error:
        return refused("target", error)
    if found:
        hint = "Let whoever keeps the server grant it to the user of the load, before the night."
        return Look("target rights", 6, f"This user lacks: {'; '.join(found)}.", "waves/programme.yaml", hint)
    return well("target rights", "It can be created, written, and taken back.", "waves/programme.yaml")


def _rights(path: Path) -> Look:
    """Create, insert, update, delete and drop, told from the modes of file and folder: for a file, those are all the rights there are."""
    folder = next((one for one in path.parents if one.is_dir()), path.parent)
    shut = [one.name for one in (folder, path) if one.exists() and not os.access(one, os.W_OK)]
    if shut:
        said = f"{' and '.join(shut)} cannot be written by this user: no row can be loaded, nor taken back."
        return Look("target rights", 6, said, path.name, "Give file and folder to the user who runs the load: chown.")
    kind = _file_system(folder)
    if kind in REMOTE:
        return wrong("target rights", f"The target lies on {kind}, where a write-ahead log does not work.", path.name, "Use a local disk.")
    return well("target rights", "It can be created, written, and taken back.", path.name)


def _file_system(folder: Path) -> str:
    mounts = {part.mountpoint: part.fstype for part in psutil.disk_partitions(all=True)}
    return next((mounts[str(one)] for one in (folder, *folder.parents) if str(one) in mounts), "")
