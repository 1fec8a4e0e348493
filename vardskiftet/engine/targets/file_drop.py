"""How is a record written for a vendor who allows no connection? As files in a folder: a batch is there when its entry is, written last."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.files import place_file, sync_folder
from vardskiftet.engine.targets.drop_amend import amended
from vardskiftet.engine.targets.drop_description import described, drift, foreign, orphans, read
from vardskiftet.engine.targets.drop_entries import Entries, Entry
from vardskiftet.engine.targets.drop_files import DropFiles
from vardskiftet.engine.targets.drop_locks import DropLocks
from vardskiftet.engine.targets.drop_manifest import write_manifest
from vardskiftet.engine.targets.drop_options import FileDropOptions
from vardskiftet.engine.targets.drop_place import DropPlace, translated
from vardskiftet.engine.targets.drop_reading import IN_ENTRIES, DropReading, shown
from vardskiftet.engine.targets.drop_rules import demand_batch, demand_own
from vardskiftet.engine.targets.drop_types import schema_of
from vardskiftet.engine.targets.drop_undo import left_of
from vardskiftet.engine.targets.drop_writing import DropWriting, few
from vardskiftet.engine.targets.marks import RECORD, REHEARSAL, Marks, demand_rehearsal, marks_of
from vardskiftet.engine.targets.protocol import Lock, Outcome, Query, TakenBack, TakingBack
from vardskiftet.engine.targets.questions import ASKED, in_texts, present_rows
from vardskiftet.engine.targets.schema import check, digest_of
from vardskiftet.engine.targets.tables import layout
from vardskiftet.engine.targets.turns import folder_turn
from vardskiftet.errors import Locked, Unreachable
from vardskiftet.failpoint import reach
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column, Record, Table

OPTIONS = FileDropOptions
MAIN = "path"
SAYS = "A folder of Parquet files, and of CSV beside them, for a vendor who allows no connection; each batch with digests of its files."


def open_target(programme: Programme) -> FileDropTarget:
    """The programme's drop. Raises Unreachable if a variable should name it, and names none."""
    options = FileDropOptions.model_validate(programme.target.options)
    named = os.environ.get(options.path_from, "") if options.path_from else options.path
    if not named:
        said = f"The environment variable {options.path_from} that names the drop is not set."
        raise Unreachable(said, where="waves/programme.yaml", hint=f"export {options.path_from}=FOLDER")
    return FileDropTarget(DropPlace(programme.root / named), programme.record, marks_of(programme, RECORD), options)


def open_scratch(programme: Programme, folder: Path) -> FileDropTarget:
    """An empty drop in `folder`."""
    options = FileDropOptions.model_validate(programme.target.options)
    return FileDropTarget(DropPlace(folder / "drop"), programme.record, marks_of(programme, REHEARSAL), options)


def strays(programme: Programme, folders: Collection[Path]) -> tuple[str, ...]:
    """A scratch drop lies in its rehearsal's folder and nowhere else."""
    return ()


class FileDropTarget:
    """A folder that holds the record and the books as files."""

    def __init__(self, place: DropPlace, record: Record, marks: Marks, options: FileDropOptions) -> None:
        self.place = place
        self.record = record
        self.marks = marks
        self.options = options
        self.layout = layout(record)
        self.description = described(record, self.layout, marks, options)
        self.files = DropFiles(place, options.csv)
        self.locks = DropLocks(place)
        self.reading = DropReading(place, self.layout, record, self.files, self._further)
        self.writing = DropWriting(record, options, self.reading)
        self._held: dict[str, Lock] = {}

    def exists(self) -> bool:
        """Whether the drop was created to its end: its description is written last."""
        return read(self.place) is not None

    def rows(self, query: Query) -> list[tuple[Any, ...]]:
        """A question to the files that stand."""
        return self.reading.rows(query) if self.exists() else []

    def arrow(self, query: Query) -> pa.Table:
        """A question to the files that stand, every column as text."""
        if not self.exists():
            return pa.table({str(column.name): pa.array([], pa.string()) for column in query.selected_columns})
        return self.reading.arrow(in_texts(query, shown))

    def present(self, mapping: Mapping, table: Table, ids: pa.Table) -> pa.Table:
        """Rows of the record with these ids (`ids` has one column `id`), every column as text."""
        return self.reading.arrow(in_texts(present_rows(self.layout.tables, table), shown), **{ASKED: ids})

    def copy_in(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Rows into one table, as an entry of their own."""
        given = pa.Table.from_pylist(rows, schema_of(table))
        holds = "books" if table.name.startswith("vs_") else "new"
        with self._changing() as entries:
            if table.name in IN_ENTRIES:
                entry = Entry(**_numbered(entries), kind="seed", files=(), lines={table.name: given.to_pylist()})
            else:
                files = self.writing.written(entries, table.name, holds, given)
                entry = Entry(**_numbered(entries), kind="seed", files=files, lines={})
            reach("drop.seed.before")
            self._commit(entries, entry, lambda: reach("drop.seed.after"))

    def inspect(self) -> str:
        """The schema's digest. Raises Stale for drift or foreign files, IntegrityBroken for a file that is missing or another."""
        with translated(self.place.name):
            found = drift(read(self.place), self.description)
            check([*found, *foreign(self.place, self.reading.entries(), self.description)], self.place.name)
        return digest_of(self.layout)

    def lacking(self) -> tuple[str, ...]:
        """Whether this user may write where the drop lies, or is to lie."""
        there = next(one for one in (self.place.root, *self.place.root.absolute().parents) if one.is_dir())
        return () if os.access(there, os.W_OK | os.X_OK) else (f"the right to write into {there.name}/, for every load and the way back",)

    def prepare(self) -> None:
        """Create an empty drop, or look at the one that is there; sweep what a kill left."""
        self.inspect()
        with translated(self.place.name):
            self.place.make()
            with self.place.guarded():
                if read(self.place) is None:
                    reach("target.create.before")
                    place_file(self.place.record, json.dumps(self.description, indent=1, ensure_ascii=False).encode())
                    reach("target.create.after")
                entries = self.reading.entries()
                self._sweep(entries)
                self._tell(entries)

    def stored_form(self, column: Column, value: str) -> str:
        """As it is: Parquet knows the types."""
        return value

    def unheld(self, column: Column, value: str) -> str:
        """It keeps everything."""
        return ""

    def unheld_text(self, value: str) -> str:
        """It keeps everything."""
        return ""

    def lay_bare(self, table: Table) -> None:
        """Files have no indexes to leave out."""

    def make_whole(self) -> int:
        """Nothing is ever left out."""
        return 0

    def write(self, outcome: Outcome) -> None:
        """The files of a batch, and last its entry."""
        with self._changing() as entries:
            self._demand_lock(outcome.entry.wave)
            reach("target.rows.before")
            books = self.writing.books(outcome)
            demand_batch(entries, outcome, books)
            files = [*self.writing.joined(entries, outcome), *self.writing.of_books(entries, books)]
            entry = Entry(**_numbered(entries), kind="batch", files=tuple(files), lines=few(books))
            reach("target.rows.after")
            self._commit(entries, entry, lambda: reach("target.commit.before"))
        reach("target.commit.after")

    def amend(self, outcome: Outcome, keys: pa.Table) -> None:
        """The files of what became of some source keys of a batch, its books anew, and last the entry."""
        batch = outcome.entry.batch
        with self._changing() as entries:
            self._demand_lock(outcome.entry.wave)
            given = self.writing.books(outcome)
            demand_own(batch, given)
            books, withdrawn = amended(self.reading, entries, batch, keys, given)
            files = [*self.writing.joined(entries, outcome), *self.writing.of_books(entries, books)]
            entry = Entry(**_numbered(entries), kind="amend", amends=batch, files=tuple(files), withdraws=withdrawn, lines=few(books))
            self._commit(entries, entry, lambda: reach("target.amend.before"))
        reach("target.amend.after")

    def take_back(self, taking: TakingBack) -> TakenBack:
        """Withdraw a batch's files, and tell what comes anew and what goes, in one entry."""
        with self._changing() as entries:
            self._demand_lock(taking.entry.wave)
            if not entries.has(taking.entry.batch):
                return TakenBack(0, 0, 0, 0)
            left = left_of(self.reading, self.record, entries, taking)
            written = [("renewed", taking.table.table, left.renewed), ("removed", taking.table.table, left.removed)]
            written += [("books", "vs_undone", left.undone), ("books", "vs_image", left.images)]
            files = [one for holds, name, rows in written if rows is not None for one in self.writing.written(entries, name, holds, rows)]
            number = _numbered(entries)
            batch = taking.entry.batch
            entry = Entry(**number, kind="undo", takes_back=batch, files=tuple(files), withdraws=left.withdrawn, lines={})
            self._commit(entries, entry, lambda: reach("undo.commit.before"))
        reach("undo.commit.after")
        return left.done

    def lock(self, lock: Lock) -> Lock | None:
        """Take the wave's lock, or tell who has it."""
        reach("target.lock.before")
        holder = self.locks.take(lock)
        if holder is None:
            self._held[lock.wave] = lock
            self._tell_guarded()
        reach("target.lock.after")
        return holder

    def replace_lock(self, dead: Lock, lock: Lock | None) -> bool:
        """Take over, or break, exactly this lock."""
        done = self.locks.replace(dead, lock)
        if done and lock is not None:
            self._held[lock.wave] = lock
        if done:
            self._tell_guarded()
        return done

    def beat(self, lock: Lock, at: str) -> None:
        """Write the holder's heartbeat."""
        self.locks.beat(lock, at)

    def unlock(self, lock: Lock) -> None:
        """Give the lock back."""
        reach("target.unlock.before")
        self.locks.release(lock)
        self._held.pop(lock.wave, None)
        self._tell_guarded()
        reach("target.unlock.after")

    def turn(self, table: Table, waiting: Callable[[], None]) -> contextlib.AbstractContextManager[None]:
        """Be the only one on this host who loads persons."""
        return folder_turn(self.place.entries, waiting)

    def discard(self) -> None:
        """Delete a rehearsal's folder of files."""
        demand_rehearsal(self.marks)
        self.close()
        shutil.rmtree(self.place.root, ignore_errors=True)

    def close(self) -> None:
        """Give the engine that answers questions back."""
        self.reading.close()

    def _further(self, name: str) -> list[dict[str, Any]]:
        """Lines of the books that are no batch's."""
        if name == "vs_lock":
            return self.locks.lines()
        have = read(self.place)
        return [{"name": mark, "value": value} for mark, value in (have["marks"] if have else {}).items()]

    @contextlib.contextmanager
    def _changing(self) -> Iterator[Entries]:
        """Be alone with the drop as it stands; what an attempt that failed wrote is taken away again."""
        with translated(self.place.name), self.place.guarded():
            entries = self.reading.entries()
            self._sweep(entries)
            try:
                yield entries
            except BaseException:
                with contextlib.suppress(OSError):
                    self._sweep(self.reading.entries())
                raise

    def _commit(self, entries: Entries, entry: Entry, ready: Callable[[], None]) -> None:
        """Place the entry: from then on its files stand, and those that it withdraws do not. They are deleted when the manifest says so."""
        place_file(self.place.entry(entry.entry), entry.model_dump_json(indent=1).encode(), ready)
        after = self.reading.entries()
        self._tell(after)
        self._sweep(after)

    def _tell(self, entries: Entries) -> None:
        write_manifest(self.place, self.description, entries, (str(line["wave"]) for line in self.locks.lines()))

    def _tell_guarded(self) -> None:
        with translated(self.place.name), self.place.guarded():
            self._tell(self.reading.entries())

    def _sweep(self, entries: Entries) -> None:
        """Delete files of entries that never came, and of batches that were taken back."""
        gone = [self.place.root / name for name in orphans(self.place, entries)]
        gone += [path for folder in (self.place.root, self.place.entries) for path in folder.glob("*.partial")]
        if not gone:
            return
        reach("drop.sweep.before")
        for path in gone:
            path.unlink(missing_ok=True)
        for folder in sorted({path.parent for path in gone}):
            sync_folder(folder)
        reach("drop.sweep.after")

    def _demand_lock(self, wave: str) -> None:
        """Raise Locked if a hold of ours was broken meanwhile: then somebody else may be at work."""
        lock = self._held.get(wave)
        if lock is not None and not self.locks.holds(lock):
            raise Locked(
                f"The hold on wave '{wave}' was broken while this run was at work.",
                where=wave,
                hint=f"Nothing of the batch in hand was written. Who broke it, and why: vardskiftet audit list --wave {wave}",
            )


def _numbered(entries: Entries) -> dict[str, Any]:
    """The number of the entry that comes next, and the digest of the one before it."""
    return {"entry": entries.last + 1, "before": entries.head}
