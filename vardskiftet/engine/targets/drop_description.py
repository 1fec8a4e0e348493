"""Is the drop the one that was declared? Its description, what it should be, and what lies in the folder that is not of it."""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa

from vardskiftet.engine.targets.drop_entries import Entries
from vardskiftet.engine.targets.drop_options import FileDropOptions
from vardskiftet.engine.targets.drop_place import RESTORE, DropPlace
from vardskiftet.engine.targets.drop_types import word_of
from vardskiftet.engine.targets.marks import Marks, strange_marks
from vardskiftet.engine.targets.tables import LAYOUT
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.record import Record

SCHEMA = "vardskiftet.drop/1"
_TOP = frozenset({"record.json", "manifest.json", "entries", "rows", "books"})
_OF_AN_ENTRY = re.compile(r"(rows/[^/]+/(\d{6})-(new|renewed|removed)\.(parquet|csv)|books/vs_[a-z]+/(\d{6})\.parquet)(\.partial)?")

Description = dict[str, Any]


def described(record: Record, layout: sa.MetaData, marks: Marks, options: FileDropOptions) -> Description:
    """What a drop says of itself: whose it is, its tables, and how its files are to be read."""
    tables = {}
    for table in record.tables:
        columns = layout.tables[table.table].columns
        references = {column.column: column.references for column in table.columns if column.references}
        required = [column.name for column in columns if not column.nullable]
        words = {column.name: word_of(column) for column in columns}
        tables[table.table] = {"key": table.key, "columns": words, "required": required, "references": references}
    books = {
        name: {"columns": {column.name: word_of(column) for column in table.columns}}
        for name, table in sorted(layout.tables.items())
        if name not in tables
    }
    csv = {"encoding": "utf-8", "header": True, "quote": '"', "null": "", **options.csv.model_dump()} if "csv" in options.formats else None
    return {"schema": SCHEMA, "marks": {**marks, "layout": LAYOUT}, "tables": tables, "books": books, "csv": csv}


def read(place: DropPlace) -> Description | None:
    """The description of a drop that was created to its end; None if there is none. Raises IntegrityBroken for something else."""
    where = f"{place.name}/record.json"
    if place.root.exists() and not place.root.is_dir():
        raise IntegrityBroken(
            "A file stands where the drop's folder should be.", where=place.name, hint="Name another place, or remove it."
        )
    if not place.record.exists():
        if any(place.entries.glob("*.json")):
            raise IntegrityBroken("The drop's description is missing.", where=where, hint=RESTORE)
        return None
    try:
        found = json.loads(place.record.read_text(encoding="utf-8"))
        if found["schema"] != SCHEMA or not isinstance(found["marks"], dict):
            raise KeyError("schema")
        _columns(found)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise IntegrityBroken("The drop's description is damaged, or is none.", where=where, hint=RESTORE) from error
    return dict(found)


def drift(have: Description | None, want: Description) -> list[str]:
    """What the drop's description holds that the declarations do not, and the other way round."""
    if have is None:
        return []
    found = strange_marks(have["marks"], want["marks"])
    theirs, ours = _columns(have), _columns(want)
    found += [f"table '{name}' is not of the record" for name in sorted(set(theirs) - set(ours))]
    for name, columns in sorted(ours.items()):
        if name not in theirs:
            found.append(f"table '{name}' is missing")
            continue
        there = theirs[name]
        found += [f"column '{name}.{one}' is missing" for one in sorted(set(columns) - set(there))]
        found += [f"column '{name}.{one}' is not of the record" for one in sorted(set(there) - set(columns))]
        both = sorted(set(there) & set(columns))
        found += [f"column '{name}.{one}' is {there[one]}, not {columns[one]}" for one in both if there[one] != columns[one]]
    if not found and have["csv"] != want["csv"]:
        found.append("its CSV is written in another form than `csv:` says")
    return found


def _columns(of: Description) -> dict[str, dict[str, str]]:
    return {name: dict(table["columns"]) for part in ("tables", "books") for name, table in of[part].items()}


def orphans(place: DropPlace, entries: Entries) -> list[str]:
    """Files that a kill left: of an entry that never came, of one that was taken back, and half-written ones."""
    gone = entries.withdrawn
    found = [name for name in _lying(place) if name in gone or name.endswith(".partial") or _number(name) > entries.last]
    return sorted(found)


def foreign(place: DropPlace, entries: Entries, want: Description) -> list[str]:
    """What lies in the folder that this tool did not put there, in words."""
    if not place.root.is_dir():
        return []
    tops = sorted(path.name for path in place.root.iterdir())
    found = [f"table '{name.removesuffix('.csv')}' is not of the record" for name in tops if name.removesuffix(".partial") not in _TOP]
    known = {line.file for line in entries.live()} | set(orphans(place, entries))
    tables = set(_columns(want))
    for name in _lying(place):
        folder = name.split("/")[1]
        if folder not in tables:
            found.append(f"table '{folder}' is not of the record")
        elif name not in known:
            found.append(f"file '{name}' is of no entry")
    return sorted(set(found))


def _lying(place: DropPlace) -> list[str]:
    """Files of rows and of books that lie in the drop, and half-written ones anywhere in it."""
    found = [path for part in ("rows", "books") for path in (place.root / part).glob("*/*") if path.parent != place.locks]
    return sorted(path.relative_to(place.root).as_posix() for path in found)


def _number(name: str) -> int:
    """The entry that a file would be of, by its name; 0 if it is no such name."""
    named = _OF_AN_ENTRY.fullmatch(name)
    return int(named[2] or named[5]) if named else 0
