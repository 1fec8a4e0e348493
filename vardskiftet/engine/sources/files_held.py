"""How is a folder of delivered files a source? As a database made from them: for planning in a private folder, for a run held still."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from vardskiftet.engine.encoding import DAMAGED, WHERE
from vardskiftet.engine.files import place_file, sha256_of
from vardskiftet.engine.names import quoted
from vardskiftet.engine.sources.delivery import Delivery, Shape, receive
from vardskiftet.engine.sources.files_copy import copy_rows, table_of_all, where_sql
from vardskiftet.engine.sources.options import FolderOptions
from vardskiftet.engine.sources.protocol import Extract, Order, Schema, SourceColumn, Stillness
from vardskiftet.engine.sources.spill import Spill
from vardskiftet.engine.sources.sqlite import SqliteSource
from vardskiftet.errors import Unreachable, VardskiftetError
from vardskiftet.failpoint import reach
from vardskiftet.model.batch import KeyRange
from vardskiftet.model.system import System


def open_held(system: System, folder: Path) -> HeldFiles | None:
    """The copy that a run held still in `folder`; None if there is none."""
    copy = folder / f"{system.system}.sqlite"
    return HeldFiles(copy, system.system) if copy.is_file() and _note(copy).is_file() else None


def hold_files(delivery: Delivery, shape: Shape, folder: Path, system: str, orders: Iterable[Order] = ()) -> HeldFiles:
    """Make the database in `folder`, and a note beside it that comes last: digests, columns, and the second parser's counts."""
    copy = folder / f"{system}.sqlite"
    partial = copy.with_name(f"{copy.name}.partial")
    reach("hold.copy.before")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial.unlink(missing_ok=True)
    try:
        counted = copy_rows(delivery, shape, partial, orders)
    except VardskiftetError:
        partial.unlink(missing_ok=True)
        raise
    schema = {table: [[column.name, column.type] for column in columns] for table, columns in delivery.schema.items()}
    note = {"sha256": sha256_of(partial), "schema": schema, "counted": counted}
    note |= {"files": dict(delivery.digests), "ignored": list(delivery.ignored)}
    reach("hold.rename.before")
    partial.replace(copy)
    reach("hold.rename.after")
    place_file(_note(copy), json.dumps(note, ensure_ascii=False, indent=1).encode())
    return HeldFiles(copy, system)


class HeldFiles(SqliteSource):
    """A database made from delivered files. Damaged rows are among its rows; a query over several tables sees sound ones only."""

    @cached_property
    def _noted(self) -> dict[str, Any]:
        note: dict[str, Any] = json.loads(_note(self.path).read_text(encoding="utf-8"))
        return note

    def schema(self) -> Schema:
        """Tables and columns as the files tell them."""
        told = self._noted["schema"]
        return {table: tuple(SourceColumn(name, kind) for name, kind in told[table]) for table in sorted(told)}

    def primary_key(self, table: str) -> tuple[str, ...]:
        """Files declare no keys; the copy's own key is none of theirs."""
        return ()

    def count(self, table: str) -> int:
        """What the second parser counted in the files themselves, never a count of the copy."""
        self._demand(table)
        return int(self._noted["counted"][table])

    def most_telling(self, extract: Extract) -> tuple[str, ...]:
        """Counted over the whole table; the first of equals."""
        return super().most_telling(self._whole(extract))

    def distinct(self, extract: Extract) -> int:
        """Counted over the whole table."""
        return super().distinct(self._whole(extract))

    def count_range(self, extract: Extract, within: KeyRange) -> int:
        """Rows of one range."""
        return super().count_range(self._whole(extract), within)

    def cuts(self, extract: Extract, rows: int) -> tuple[KeyRange, ...]:
        """Ranges over the order of the key's texts."""
        return super().cuts(self._whole(extract), rows)

    def read(self, extract: Extract, within: KeyRange | None) -> Iterator[pa.RecordBatch]:
        """Rows as text, with their file and record, and what was found wrong with them when the files were read."""
        for batch in super().read(self._told(extract), within):
            yield batch.select(range(batch.num_columns - 1))

    def read_keys(
        self, extract: Extract, within: KeyRange, key: Sequence[str], keys: Sequence[tuple[str, ...]]
    ) -> Iterator[pa.RecordBatch]:
        """Rows of a range under these keys, told as `read` tells them."""
        for batch in super().read_keys(self._told(extract), within, key, keys):
            yield batch.select(range(batch.num_columns - 1))

    def hold(self, folder: Path, orders: Iterable[Order] = ()) -> HeldFiles:
        """Itself: nothing changes it."""
        return self

    def _told(self, extract: Extract) -> Extract:
        return replace(self._placed(extract), columns=(*extract.columns, WHERE, DAMAGED))

    def _placed(self, extract: Extract) -> Extract:
        """The same rows with their damage and, where they are the table's own, with their place in its files."""
        whole = self._whole(extract)
        return whole if extract.sql else replace(whole, sql=f"select *, {where_sql(extract.table)} as {WHERE} from {quoted(whole.table)}")

    def _whole(self, extract: Extract) -> Extract:
        """The same rows with their damage. To a query's rows come the damaged ones of the table that it accounts for."""
        self._demand(extract.table)
        whole = table_of_all(extract.table)
        if not extract.sql:
            return replace(extract, table=whole)
        own = {column.name for column in self.schema()[extract.table]}
        names = tuple(dict.fromkeys((*extract.columns, *extract.key)))
        sound = ", ".join(quoted(name) for name in names)
        damaged = ", ".join(quoted(name) if name in own else "null" for name in names)
        return replace(
            extract,
            sql=f"select {sound}, null as {WHERE}, null as {DAMAGED} from ({extract.sql}) as vs_query"
            f" union all select {damaged}, {where_sql(extract.table)}, {DAMAGED} from {quoted(whole)} where {DAMAGED} is not null",
        )

    def _demand(self, table: str) -> None:
        if table not in self._noted["schema"]:
            raise Unreachable(f"System '{self.system}' delivers no table '{table}'.", where=table, hint="Is the delivery complete?")


class LiveFiles:
    """A folder of delivered files as it lies there now. What is made of it for planning goes when it is closed."""

    stillness = Stillness.RUN

    def __init__(self, system: str, folder: Path, options: FolderOptions, shape: Shape, spill: Path) -> None:
        self.system = system
        self._folder = folder
        self._options = options
        self._shape = shape
        self._spills = spill
        self._delivery: Delivery | None = None
        self._spill: Spill | None = None
        self._made: HeldFiles | None = None

    def _received(self) -> Delivery:
        if self._delivery is None:
            self._delivery = receive(self._folder, self._options, self._shape)
        return self._delivery

    def _copy(self) -> HeldFiles:
        if self._made is None:
            delivery = self._received()
            self._spill = self._spill or Spill(self._spills)
            self._made = hold_files(delivery, self._shape, self._spill.folder, self.system)
        return self._made

    def schema(self) -> Schema:
        """Tables and columns; of the files, only their heads are read for it."""
        return self._received().schema

    def primary_key(self, table: str) -> tuple[str, ...]:
        """Files declare no keys."""
        return ()

    def count(self, table: str) -> int:
        """Rows by the second parser."""
        return self._copy().count(table)

    def columns(self, sql: str) -> tuple[str, ...]:
        """The columns of a query over several tables."""
        return self._copy().columns(sql)

    def most_telling(self, extract: Extract) -> tuple[str, ...]:
        """Counted over the whole table; the first of equals."""
        return self._copy().most_telling(extract)

    def distinct(self, extract: Extract) -> int:
        """Counted over the whole table."""
        return self._copy().distinct(extract)

    def count_range(self, extract: Extract, within: KeyRange) -> int:
        """Rows of one range."""
        return self._copy().count_range(extract, within)

    def cuts(self, extract: Extract, rows: int) -> tuple[KeyRange, ...]:
        """Ranges over the order of the key's texts."""
        return self._copy().cuts(extract, rows)

    def read(self, extract: Extract, within: KeyRange | None) -> Iterator[pa.RecordBatch]:
        """Rows as text, with what was found wrong with them when the files were read."""
        return self._copy().read(extract, within)

    def waits(self) -> str:
        """Nothing is waited for: nobody else is held up."""
        return ""

    def still(self) -> AbstractContextManager[None]:
        """What was made for planning stands still."""
        return nullcontext()

    def hold(self, folder: Path, orders: Iterable[Order] = ()) -> HeldFiles:
        """A database of all rows in `folder`, indexed for these orders; the files themselves are needed no more."""
        return hold_files(self._received(), self._shape, folder, self.system, orders)

    def prove(self) -> None:
        """A live source has nothing to prove."""

    def close(self) -> None:
        """Take away what was made for planning. Asked again, the folder is looked at again."""
        if self._made is not None:
            self._made.close()
        if self._spill is not None:
            self._spill.close()
        self._made = self._spill = self._delivery = None


def _note(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.json")
