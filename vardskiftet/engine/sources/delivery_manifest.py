"""What does the manifest of a delivery promise, and does the folder keep it?"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vardskiftet.engine.files import sha256_of
from vardskiftet.errors import IntegrityBroken, Unreachable

COLUMNS = ("file", "rows", "bytes", "sha256")


@dataclass(frozen=True, slots=True)
class Promise:
    """What a manifest says of one file; None is nothing."""

    rows: int | None = None
    size: int | None = None
    sha256: str | None = None


def read_manifest(folder: Path, name: str) -> dict[str, Promise]:
    """File to what is promised of it. Raises Unreachable if there is no manifest, IntegrityBroken if it cannot be understood."""
    try:
        with (folder / name).open(encoding="utf-8-sig", newline="") as text:
            rows = [row for row in csv.reader(text, strict=True) if row]
    except OSError as error:
        raise Unreachable(
            "The manifest of the delivery is missing.", where=name, hint="Is the delivery complete? Otherwise correct `manifest:`."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise _not_understood(name, 1, f"is no CSV file in UTF-8 ({type(error).__name__})") from error
    head = rows[0] if rows else []
    if "file" not in head or set(head) - set(COLUMNS) or len(set(head)) < len(head):
        raise _not_understood(name, 1, f"does not begin with the columns {', '.join(COLUMNS)} (the last three as needed)")
    promises: dict[str, Promise] = {}
    for line, row in enumerate(rows[1:], 2):
        cells = {column: cell.strip() for column, cell in zip(head, row, strict=False)}
        if len(row) != len(head) or not cells["file"]:
            raise _not_understood(name, line, "has a line of another length, or without a file")
        if cells["file"] in promises:
            raise _not_understood(name, line, f"names {cells['file']} twice")
        promises[cells["file"]] = Promise(
            _number(name, line, cells.get("rows", "")), _number(name, line, cells.get("bytes", "")), cells.get("sha256", "").lower() or None
        )
    return promises


def check_promises(folder: Path, promises: Mapping[str, Promise], digests: Mapping[str, str]) -> None:
    """Raise IntegrityBroken for the first file that is missing, unknown to the manifest, or another. `digests` are those of tables."""
    for name in sorted(set(digests) - set(promises)):
        raise _broken("The manifest does not name this file.", name)
    for name, promise in sorted(promises.items()):
        path = folder / name
        if ".." in Path(name).parts or Path(name).is_absolute() or not path.is_file():
            raise _broken("The manifest names a file that is not there.", name)
        size = path.stat().st_size
        if promise.size is not None and promise.size != size:
            raise _broken(f"The file has {size:,} bytes where the manifest says {promise.size:,}.", name)
        if promise.sha256 is not None and promise.sha256 != (digests.get(name) or sha256_of(path)):
            raise _broken("The file's SHA-256 is not the one in the manifest.", name)


def check_rows(promises: Mapping[str, Promise], counted: Mapping[str, int]) -> None:
    """Raise IntegrityBroken for a file with other rows than promised, or with none and no promise of none."""
    for name, rows in sorted(counted.items()):
        promised = promises.get(name, Promise()).rows
        if promised is not None and promised != rows:
            raise _broken(f"The file has {rows:,} rows where the manifest says {promised:,}.", name)
        if promised is None and rows == 0:
            raise IntegrityBroken(
                "The file holds no row, and no manifest says that it should not.",
                where=name,
                hint="Ask for it again. If the table is truly empty, let a manifest say `0` in its column rows.",
            )


def _number(name: str, line: int, cell: str) -> int | None:
    if cell and not (cell.isascii() and cell.isdecimal()):
        raise _not_understood(name, line, "has a number that is none")
    return int(cell) if cell else None


def _broken(message: str, name: str) -> IntegrityBroken:
    return IntegrityBroken(message, where=name, hint="Ask for the delivery again; nothing was read from it.")


def _not_understood(name: str, line: int, why: str) -> IntegrityBroken:
    return IntegrityBroken(
        f"The manifest {why}.", where=f"{name}, row {line}", hint="Its columns are file, rows, bytes, sha256; its commas are commas."
    )
