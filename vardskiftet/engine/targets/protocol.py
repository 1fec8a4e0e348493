"""What must a target be able to do? The exam in tests/contracts asks every kind the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa
import sqlalchemy as sa
from pydantic import BaseModel

from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column, Table


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """A batch's line in the books."""

    batch: int
    wave: str
    plan: str
    mapping: str
    number: int
    run_id: str
    rows_read: int
    items: int
    manifest: str
    committed_at: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a batch brings: rows for one record table, fates, links and tallies, as Arrow tables in the books' own columns."""

    entry: BatchEntry
    table: Table
    fresh: pa.Table
    """Rows to insert."""
    renewed: pa.Table
    """Rows to update: same origin, new content."""
    fates: pa.Table
    flags: pa.Table
    tallies: pa.Table
    rows: pa.Table
    identities: pa.Table
    contributions: pa.Table
    left: pa.Table
    """Rows that the wave brought and that no item of this batch is."""
    images: pa.Table
    """What stood in the rows that are renewed."""
    marks: pa.Table
    """How far the source's rows had been changed, where the mapping says so."""
    before: Callable[[], None] = lambda: None
    """What must be done before it is written: its manifest is placed."""


@dataclass(frozen=True, slots=True)
class TakingBack:
    """A batch that is to be taken out of the record, under the name that its list is kept by."""

    entry: BatchEntry
    table: Table
    undo: str
    keep: pa.Table
    """(id, why): rows of the batch that the new system's users changed since; `why` is `edited`."""
    restored: pa.Table
    """Before-images of the batch's rows, as rows of the record table in their stored form."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of a batch's rows: deleted, given their before-image, passed on to another batch, left standing."""

    removed: int
    restored: int
    shared: int
    left: int


@dataclass(frozen=True, slots=True)
class Lock:
    """Who holds a wave. `pid_started` tells one process from a later one with the same number."""

    wave: str
    run_id: str
    owner: str
    host: str
    pid: str
    pid_started: str
    since: str
    heartbeat: str
    verb: str


Query = sa.Select[Any] | sa.CompoundSelect[Any]
"""A question in no database's own words: the kind of target puts it into its own, and binds its values."""


@runtime_checkable
class AddsUp(Protocol):
    """A target whose database digests and adds up its own rows, from the values as they stand, so that only sums travel."""

    def sums(self, table: Table, batches: Collection[int]) -> list[tuple[int, int, int, int]]:
        """Of these batches' rows by bucket of their id: bucket, rows and two sums, as `engine/reconcile/sums.py` has them."""
        ...

    def digests(self, table: Table, batches: Collection[int], buckets: Collection[int]) -> pa.Table:
        """`id, key` and `digest` (bytes) of the rows in these buckets."""
        ...


class Target(Protocol):
    """The new record, with the books beside its tables. One batch is one transaction."""

    def exists(self) -> bool:
        """Whether the target was prepared. Asking never creates it."""
        ...

    def rows(self, query: Query) -> list[tuple[Any, ...]]:
        """Answer of a read-only question to the books; none where the target does not exist yet."""
        ...

    def copy_in(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows that no batch of this target brought: for seeding a scratch target."""
        ...

    def inspect(self) -> str:
        """Digest of the schema that the target must hold, and a refusal (Stale) if it holds another or foreign tables."""
        ...

    def lacking(self) -> tuple[str, ...]:
        """Privileges that this user lacks for a load, a rehearsal or the way back, each with what it is for. Nothing is tried."""
        ...

    def prepare(self) -> None:
        """Create the tables in an empty target, or inspect those that are there. Raises Stale for drift or foreign tables."""
        ...

    def stored_form(self, column: Column, value: str) -> str:
        """SQL of a typed value in the form that this target's ingest wants."""
        ...

    def unheld(self, column: Column, value: str) -> str:
        """SQL, true for a typed value that this target cannot keep; empty where it keeps all of the type."""
        ...

    def unheld_text(self, value: str) -> str:
        """The same for a key of a source row."""
        ...

    def arrow(self, query: Query) -> pa.Table:
        """Answer of a read-only question, under its columns' names, each as the text that digests are made of (bytes in hex).

        No rows where the target does not exist yet.
        """
        ...

    def present(self, mapping: Mapping, table: Table, ids: pa.Table) -> pa.Table:
        """Rows of the record that already have these ids, as texts: their columns, and beside them

        `vs_digest`, `vs_key`, `vs_unit`, `vs_batch` (NULL where no batch owns the row), `vs_mapping` and `vs_wave` of that batch (empty
        then), and `vs_place`: the place of the newest of the row's before-images, 0 if it has none.
        """
        ...

    def lay_bare(self, table: Table) -> None:
        """A table is about to be loaded under the wave's lock: if it is empty, it may do without indexes and references until then."""
        ...

    def make_whole(self) -> int:
        """Build what tables were loaded without, and prove it over all rows. Returns how many; 0 where nothing was left out.

        Raises IntegrityBroken for a reference to a row that is not there.
        """
        ...

    def write(self, outcome: Outcome) -> None:
        """Commit a batch: rows, fates, links and its entry in the books together."""
        ...

    def amend(self, outcome: Outcome, keys: pa.Table) -> None:
        """Commit what became of some source keys (`keys` has one column `key`) of a batch that is there, with the batch's new tallies."""
        ...

    def take_back(self, taking: TakingBack) -> TakenBack:
        """Take a batch out, in one transaction: its rows as `taking_back.py` says, and its lines in the books; identities stay."""
        ...

    def lock(self, lock: Lock) -> Lock | None:
        """Take the wave's lock; the holder's, if somebody else has it."""
        ...

    def replace_lock(self, dead: Lock, lock: Lock | None) -> bool:
        """Take over, or (None) break, exactly this lock. False if it is no longer there."""
        ...

    def beat(self, lock: Lock, at: str) -> None:
        """Say that the holder lives."""
        ...

    def unlock(self, lock: Lock) -> None:
        """Give the lock back."""
        ...

    def turn(self, table: Table, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """While it is open, no other wave loads this table of persons. It goes with the process, and with the connection.

        Whoever must wait for another wave calls `waiting`, once, and then waits.
        """
        ...

    def discard(self) -> None:
        """Remove a scratch target with all that it holds; nothing, if it is not there. Raises RuntimeError for the record itself."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class TargetKind(Protocol):
    """A module that knows one kind of target: its options, the option that a short form gives, and what it says of itself."""

    @property
    def OPTIONS(self) -> type[BaseModel]: ...
    @property
    def MAIN(self) -> str: ...
    @property
    def SAYS(self) -> str: ...

    def open_target(self, programme: Programme) -> Target:
        """The programme's own target. Nothing is created before `prepare`."""
        ...

    def open_scratch(self, programme: Programme, folder: Path) -> Target:
        """An empty target of the same kind, in a folder or a schema of its own."""
        ...

    def strays(self, programme: Programme, folders: Collection[Path]) -> tuple[str, ...]:
        """Scratch targets that lie outside a rehearsal's folder, and belong to none of these; by name, sorted."""
        ...
