"""Which files make up which table, and is the delivery what it was promised to be? Asked before any row is read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from vardskiftet.engine.files import sha256_of
from vardskiftet.engine.sources.delivery_manifest import Promise, check_promises, read_manifest
from vardskiftet.engine.sources.options import FolderOptions
from vardskiftet.engine.sources.protocol import Schema, SourceColumn
from vardskiftet.engine.sources.transcode import unreadable
from vardskiftet.errors import IntegrityBroken, Unreachable, Usage
from vardskiftet.model.system import System

MOST_COLUMNS = 1_990
"""What SQLite holds in a table, less our own."""
OUR_COLUMNS = ("vs_row", "vs_place", "vs_where", "vs_recoded", "vs_damaged")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a table: a delivered file under the name that it is told by, or one sheet of it."""

    path: Path
    name: str
    sheet: str = ""


class Shape(Protocol):
    """How one kind of file is read: twice, by two parsers that share nothing."""

    encoding: str
    """What its text is declared to be; empty where the files say so themselves."""

    def pieces(self, folder: Path, manifest: str) -> dict[str, tuple[Piece, ...]]:
        """Tables and their parts, each in order. Raises Unreachable if a declared one is not there."""
        ...

    def columns(self, table: str, piece: Piece) -> tuple[SourceColumn, ...] | None:
        """A part's columns; None if the file is too empty to say."""
        ...

    def read(self, table: str, piece: Piece, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """All rows in order: the columns as text, and `vs_damaged`, which begins with `row:` for what is no row of the table."""
        ...

    def count(self, table: str, piece: Piece, columns: tuple[str, ...]) -> int:
        """How many rows `read` must give, from another parser."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """What lies in the folder: tables and their parts, each file's digest, and what was promised of it."""

    pieces: Mapping[str, tuple[Piece, ...]]
    schema: Schema
    digests: Mapping[str, str]
    promises: Mapping[str, Promise]
    ignored: tuple[str, ...]
    """Files that hold what another file of their table holds."""


def folder_of(system: System, options: FolderOptions, root: Path) -> Path:
    """The folder of a system's files. Raises Unreachable if it is no folder."""
    named = os.environ.get(options.path_from, "") if options.path_from else options.path
    folder = root / named
    if not named or not folder.is_dir():
        where = f"environment variable {options.path_from}" if options.path_from else options.path
        raise Unreachable(
            f"The folder of system '{system.system}' is missing: {where}.",
            where=f"mappings/{system.system}/system.yaml",
            hint="Set it to the folder of the delivered files; nothing was changed."
            if options.path_from
            else "Put the delivered files there, or correct `path:`; nothing was changed.",
        )
    return folder


def receive(folder: Path, options: FolderOptions, shape: Shape) -> Delivery:
    """Look at what lies in the folder. Raises Unreachable, IntegrityBroken if the manifest is not kept, Usage for impossible names."""
    pieces = shape.pieces(folder, options.manifest)
    if not pieces:
        raise Unreachable("The folder holds no file of this kind.", where=folder.name, hint="Is `path:` right, and is the delivery there?")
    files = {piece.name: piece.path for parts in pieces.values() for piece in parts}
    try:
        digests = {name: sha256_of(path) for name, path in sorted(files.items())}
    except OSError as error:
        raise unreadable(Path(str(error.filename or folder)), error) from error
    promises = read_manifest(folder, options.manifest) if options.manifest else {}
    if options.manifest:
        check_promises(folder, promises, digests)
    pieces, ignored = _once(pieces, digests, promises, options.duplicates)
    schema = {table: _columns(table, parts, shape) for table, parts in sorted(pieces.items())}
    _demand_names(schema)
    return Delivery(pieces, schema, digests, promises, ignored)


def files_by_table(folder: Path, patterns: Mapping[str, str], endings: tuple[str, ...], manifest: str) -> dict[str, tuple[Piece, ...]]:
    """Files by the patterns of their tables; those with one of the endings that no pattern claims are tables of their own."""
    found = {table: _matching(folder, table, pattern, manifest) for table, pattern in patterns.items()}
    claims = Counter(piece.name for parts in found.values() for piece in parts)
    for name, times in sorted(claims.items()):
        if times > 1:
            raise Usage("A file belongs to two tables.", where=name, hint="Make the patterns under `tables:` narrower.")
    for path in sorted(folder.iterdir()):
        ending = max((one for one in endings if path.name.lower().endswith(one)), key=len, default="")
        if path.name in claims or path.name == manifest or not ending or not _is_data(path):
            continue
        table = path.name[: -len(ending)]
        if table in found:
            raise Usage(
                f"The file would be table '{table}', which has other files already.",
                where=path.name,
                hint="Say under `tables:` which files make up which table.",
            )
        found[table] = (Piece(path, path.name),)
    return found


def _matching(folder: Path, table: str, pattern: str, manifest: str) -> tuple[Piece, ...]:
    found = (Piece(path, path.relative_to(folder).as_posix()) for path in sorted(folder.glob(pattern)) if _is_data(path))
    parts = tuple(piece for piece in found if piece.name != manifest)
    if not parts:
        raise Unreachable(
            f"No file of table '{table}' is there.", where=pattern, hint="Is the delivery complete? Otherwise correct `tables:`."
        )
    return parts


def _is_data(path: Path) -> bool:
    """A file, and none that an editor or a spreadsheet hid beside it."""
    return path.is_file() and not path.name.startswith((".", "~$"))


def _once(
    pieces: Mapping[str, tuple[Piece, ...]], digests: Mapping[str, str], promises: Mapping[str, Promise], duplicates: str
) -> tuple[dict[str, tuple[Piece, ...]], tuple[str, ...]]:
    """Each content of a table once. Raises IntegrityBroken for a second file with the same bytes, unless it is to be ignored."""
    kept: dict[str, tuple[Piece, ...]] = {}
    ignored: list[str] = []
    for table, parts in pieces.items():
        first: dict[tuple[str, str], Piece] = {}
        for piece in parts:
            other = first.setdefault((digests[piece.name], piece.sheet), piece)
            if other is piece or promises.get(piece.name, Promise()).rows == 0:
                continue
            if duplicates == "refuse":
                raise IntegrityBroken(
                    f"Two files of table '{table}' hold the same bytes: {other.name} and {piece.name}.",
                    where=piece.name,
                    hint="Remove one of them; `duplicates: ignore` in the system's file passes over the second.",
                )
            ignored.append(piece.name)
        kept[table] = tuple(piece for piece in parts if piece.name not in ignored)
    return kept, tuple(sorted(ignored))


def _columns(table: str, parts: tuple[Piece, ...], shape: Shape) -> tuple[SourceColumn, ...]:
    """The columns of a table, which all its parts must share."""
    told = {piece.name: found for piece in parts if (found := shape.columns(table, piece)) is not None}
    if not told:
        raise IntegrityBroken(
            f"The file of table '{table}' is empty: not even its columns are named.",
            where=parts[0].name,
            hint="Ask for the file again, or name its columns under `columns:`.",
        )
    name, columns = next(iter(told.items()))
    for other, found in told.items():
        if found != columns:
            raise IntegrityBroken(
                f"Two files of table '{table}' have different columns: {name} and {other}.",
                where=other,
                hint="Ask for files of one make, or give each its own table under `tables:`.",
            )
    return columns


def _demand_names(schema: Schema) -> None:
    """Raise Usage for names that cannot stand in one database."""
    _demand_different(list(schema), "tables", "")
    for table, columns in schema.items():
        names = [column.name for column in columns]
        if len(names) > MOST_COLUMNS:
            raise Usage(f"Table '{table}' has {len(names):,} columns; {MOST_COLUMNS:,} are the most.", hint="Ask for it in parts.")
        if "" in names:
            raise Usage(f"Column {names.index('') + 1} of table '{table}' has no name.", hint="Name them all under `columns:`.")
        ours = [name for name in names if name.lower() in OUR_COLUMNS]
        if ours:
            raise Usage(f"Table '{table}' has a column '{ours[0]}', a name of our own.", hint="Rename it under `columns:`.")
        _demand_different(names, f"columns of table '{table}'", " Name them under `columns:`.")


def _demand_different(names: list[str], what: str, remedy: str) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other is not name:
            raise Usage(f"Two {what} have one name: '{other}' and '{name}'.", hint=f"Capitals do not tell them apart.{remedy}")
        if name.lower().startswith("sqlite_") and what == "tables":
            raise Usage(f"'{name}' cannot be the name of a table.", hint="Give the file another under `tables:`.")
        if "\0" in name:
            raise Usage(f"A name among the {what} holds a NUL.", hint=remedy.strip())
