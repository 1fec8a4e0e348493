"""How are a mapping's batches carried out? Read whole and ahead, or by the mark of the plan before; then a scan of keys, in a delta."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.corrections import corrected
from vardskiftet.engine.duck import beside
from vardskiftet.engine.move import Errand, fetch, move
from vardskiftet.engine.python_code import calls
from vardskiftet.engine.scan import scan_keys, vanished
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.engine.targets.protocol import Outcome, Target
from vardskiftet.engine.watermark import picked, prepare_settled, scan_columns, scanned
from vardskiftet.model.batch import Batch, BatchKind
from vardskiftet.model.plan import Plan, Since
from vardskiftet.model.progress import Progress
from vardskiftet.model.reject import Correction
from vardskiftet.run.desk import Desk
from vardskiftet.run.patience import await_leave
from vardskiftet.run.pipeline import ahead, in_order
from vardskiftet.run.stopwatch import Took, stopwatch


@dataclass(slots=True)
class Loading:
    """A mapping at work: where its rows come from, what they become, where they go, and who commits."""

    desk: Desk
    plan: Plan
    duck: duckdb.DuckDBPyConnection
    compiled: Compiled
    source: Source
    extract: Extract
    target: Target
    errand: Errand
    commit: Callable[[Outcome], None]
    corrections: Sequence[Correction] = ()
    """What people said instead, for rows of this mapping."""
    scanning: float = 0.0
    """Seconds spent on keys alone: on marks, on what stands, and on scans."""
    scanning_cpu: float = 0.0
    """The processor's seconds of those."""
    keys: int = 0
    """Rows whose keys were scanned."""
    cut: dict[int, int] = field(default_factory=dict)
    """Batch to the parts in which it had to be read, where the source had no time for the whole."""

    @property
    def mapping(self) -> str:
        """The mapping's full name."""
        return self.compiled.mapping.mapping

    def carry_out(self, left: Sequence[Batch]) -> None:
        """Every batch of these; those that load before those that scan."""
        loads = [batch for batch in left if batch.kind is BatchKind.LOAD]
        since = self.plan.since.get(self.mapping)
        if loads and since is not None and not self.errand.fresh_target:
            self._load_changed(loads, since)
        elif loads:
            self._load_all(loads)
        for batch in left:
            if batch.kind is BatchKind.SCAN:
                self._scan(batch, loads)

    def _load_all(self, batches: list[Batch]) -> None:
        """Read, transform and write these batches; several at once where none has to see what the one before it did."""
        read = ahead(self._leave, lambda batch: self._fetched(self.extract, batch), batches)
        fresh = self.errand.fresh_target
        # Comparing asks the target, on the connection that writes: so each batch waits for the one before.
        outcomes = in_order(read, self._engines(batches), self._moved, self.commit) if fresh else self._in_turn(read)
        done = 0
        for place, outcome in enumerate(outcomes, 1):
            done += outcome.entry.rows_read
            self._notify("load", done, place, batches)

    def _fetched(self, extract: Extract, batch: Batch) -> pa.Table:
        return fetch(self.source, extract, batch, lambda batch, parts: self.cut.update({batch.number: parts}))

    def _moved(self, engine: duckdb.DuckDBPyConnection, batch: Batch, read: pa.Table) -> Outcome:
        rows = corrected(engine, self.compiled.mapping, self.extract.columns, read, self.corrections)
        return move(engine, self.compiled, rows, batch, self.target, self.errand)

    def _in_turn(self, read: Iterator[tuple[Batch, pa.Table]]) -> Iterator[Outcome]:
        for batch, rows in read:
            outcome = self._moved(self.duck, batch, rows)
            self.commit(outcome)
            yield outcome

    def _engines(self, batches: list[Batch]) -> list[duckdb.DuckDBPyConnection]:
        """Persons of a batch are looked for among those of the batch before, and a region's own code runs on one connection: then one."""
        alone = self.compiled.table.identity or calls([self.compiled.mapping]) or len(batches) == 1
        return [self.duck] if alone else [self.duck, beside(self.duck)]

    def _load_changed(self, batches: list[Batch], since: Since) -> None:
        """Scan each batch's keys and marks, and read, transform and write only what may have changed."""
        mapping, record = self.compiled.mapping, self.desk.programme.record
        columns = scan_columns(mapping, self.extract)
        keys = Extract(self.extract.table, columns, self.extract.key, self.extract.sql)
        with self._scans():
            prepare_settled(self.duck, record, mapping, self.target, self.plan.wave, since.plan)
        done = 0
        for place, batch in enumerate(batches, 1):
            self._leave()
            if batch.range.nulls:
                rows = self._corrected(self._fetched(self.extract, batch))
                outcome = move(self.duck, self.compiled, rows, batch, self.target, self.errand)
            else:
                with self._scans():
                    told = self._fetched(keys, batch)
                    carried = scanned(self.duck, mapping, told, columns, since)
                self.keys += told.num_rows
                rows = self._corrected(picked(self.duck, mapping, self.source, self.extract, batch))
                outcome = move(self.duck, self.compiled, rows, batch, self.target, self.errand, carried)
            self.commit(outcome)
            done += outcome.entry.rows_read
            self._notify("load", done, place, batches)

    def _scan(self, batch: Batch, loaded: Sequence[Batch]) -> None:
        """Tell which rows of the record have no row in the source any more; ranges that this process read need not be read again."""
        self.desk.notify(Progress(f"scan keys {self.mapping}", 0, 0))
        self._leave()
        unread = [one for one in self.plan.of(self.mapping) if one.kind is BatchKind.LOAD and one not in loaded]
        with self._scans():
            self.keys += scan_keys(self.duck, self.compiled.mapping, self.source, self.extract, unread)
            outcome = vanished(self.duck, self.compiled.mapping, self.compiled.table, batch, self.errand)
        self.commit(outcome)

    def _leave(self) -> None:
        """Wait until the source may be read."""
        await_leave(self.desk, self.compiled.mapping.system, self.source)

    def _corrected(self, rows: pa.Table) -> pa.Table:
        return corrected(self.duck, self.compiled.mapping, self.extract.columns, rows, self.corrections)

    @contextmanager
    def _scans(self) -> Iterator[None]:
        with stopwatch() as took:
            yield
        self.took(took)

    def took(self, took: Took) -> None:
        """Count so much time as spent on keys."""
        self.scanning += took.seconds
        self.scanning_cpu += took.cpu

    def _notify(self, verb: str, done: int, place: int, batches: Sequence[Batch]) -> None:
        planned = len(self.plan.of(self.mapping))
        expected = next(one.rows for one in self.plan.expectations if one.mapping == self.mapping)
        self.desk.notify(Progress(f"{verb} {self.mapping}", done, expected, planned - len(batches) + place, planned))
