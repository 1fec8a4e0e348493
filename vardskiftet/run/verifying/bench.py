"""What lies on the verifier's bench? The frozen plan and its declarations, both sides, and a private file to work in."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Map
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb

from vardskiftet.declare import read
from vardskiftet.engine.corrections import read_corrections
from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.rederive.beside import place_units
from vardskiftet.engine.rederive.borrowed import BorrowedRows
from vardskiftet.engine.rederive.files_anew import disagreeing
from vardskiftet.engine.rederive.halves import Halved, ServerRows
from vardskiftet.engine.rederive.mysql_rows import MysqlRows
from vardskiftet.engine.rederive.persons import decide
from vardskiftet.engine.rederive.rows import Rows, SqliteRows
from vardskiftet.engine.rederive.server_rows import PostgresqlRows
from vardskiftet.engine.rederive.stage import another, open_stage
from vardskiftet.engine.rederive.verdicts import own_finds
from vardskiftet.engine.sources import open_held, open_source
from vardskiftet.engine.targets.protocol import BatchEntry, Target
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.batch import Batch, BatchKind, KeyRange
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import ColumnType, Table
from vardskiftet.model.reject import Correction
from vardskiftet.model.system import System
from vardskiftet.run.decided import decisions_of
from vardskiftet.run.desk import Desk, plans_of
from vardskiftet.run.imported import corrections_folder, corrections_in_effect

ROWS_AT_ONCE = 98_304
SHORT = 1_000
"""Letters of a text of which so many rows may be held at once."""
REVIEW = "IDENTITY_REVIEW"
SERVERS: dict[str, Callable[[System, Path], ServerRows]] = {"postgresql": PostgresqlRows, "mysql": MysqlRows}
"""Kinds of server that the verifier reads with a reader of its own; nothing of them outlives the load's own snapshot."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is derived at once, and the numbers of the record's batches that were loaded from just these rows."""

    batch: Batch
    entries: tuple[int, ...]


@dataclass
class Bench:
    """All that a level needs. `frozen` is the programme as the plan froze it; `target` is whichever record is looked at."""

    desk: Desk
    plan: Plan
    frozen: Programme
    target: Target
    batches: tuple[BatchEntry, ...]
    """Every batch of the record, of whatever wave, in order of commitment."""
    stage: duckdb.DuckDBPyConnection
    corrections: tuple[Correction, ...] = ()
    """What people said instead, as far as it was carried into the record."""
    left_for_review: frozenset[tuple[str, str]] = frozenset()
    """(mapping, key) of persons whose corrected number leads to somebody who is there: their correction is in no record."""
    borrowed: set[str] = field(default_factory=set)
    """Systems that had to be read through the loader's reader."""
    moved_on: set[str] = field(default_factory=set)
    """Systems of which nothing was kept: they are read as they are now."""
    disproved: set[tuple[str, str]] = field(default_factory=set)
    """(system, table) of delivered files that another parser reads otherwise than the copy that was loaded has it."""
    _rows: dict[str, Rows] = field(default_factory=dict)
    _closing: ExitStack = field(default_factory=ExitStack)

    def rows(self, system: str) -> Rows:
        """The source as it was held still for the plan, else as it is now. Raises Unreachable, or IntegrityBroken for a changed copy."""
        if system not in self._rows:
            found = self._rows[system] = self._open(system)
            self._closing.callback(found.close)
        return self._rows[system]

    def _open(self, system: str) -> Rows:
        declared = self.frozen.system(system)
        if open_held(declared, self.desk.held(self.plan)) is None:
            self.moved_on.add(system)
        found = open_rows(self.desk, declared, self.plan)
        tables = [one.reads for one in self.frozen.mappings if one.system == system and one.mapping in self.plan.mappings]
        copy = self.desk.held(self.plan) / f"{system}.sqlite"
        wrong = disagreeing(declared, self.desk.programme.root, copy, tables) if system not in self.moved_on else None
        if wrong is not None:
            self.disproved |= {(system, table) for table in wrong}
        elif not found.independent:
            self.borrowed.add(system)
        return found

    def of_wave(self, mapping: str) -> tuple[BatchEntry, ...]:
        """Batches of a mapping in this wave whose rows may stand: of this plan and of those that it stands on."""
        return tuple(one for one in self.batches if one.wave == self.plan.wave and one.mapping == mapping)

    def of_plan(self, mapping: str) -> tuple[BatchEntry, ...]:
        """Batches of a mapping under this very plan."""
        return tuple(one for one in self.of_wave(mapping) if one.plan == self.plan.fingerprint)

    def planned(self, mapping: str) -> tuple[Part, ...]:
        """The plan's key ranges of a mapping: together they hold every row, in a delta too.

        Several that follow each other are read as one, where rows of different batches have nothing to say to each other.
        """
        batches = [batch for batch in self.plan.of(mapping) if batch.kind is BatchKind.LOAD]
        entries = {entry.number: entry.batch for entry in self.of_plan(mapping)}
        declared = self.frozen.mapping(mapping)
        table = self.frozen.record.table(declared.into)
        alone = self.in_order(declared)
        at_once = 1 if alone or may_be_long(table) else max(1, ROWS_AT_ONCE // self.frozen.batch_rows)
        ordered = [batch for batch in batches if alone or not batch.range.nulls]
        groups = [ordered[place : place + at_once] for place in range(0, len(ordered), at_once)]
        groups += [] if alone else [[batch] for batch in batches if batch.range.nulls]
        return tuple(_joined(group, entries) for group in groups)

    def in_order(self, mapping: Mapping) -> bool:
        """Whether the batches of a mapping are worked at one after the other: rows of these find rows of those before them."""
        return self.frozen.record.table(mapping.into).identity or bool(own_finds(mapping))

    @contextmanager
    def beside(self) -> Iterator[Bench]:
        """The same bench with a connection to the stage of its own, for a thread of its own."""
        stage = another(self.stage)
        try:
            yield replace(self, stage=stage)
        finally:
            stage.close()

    def apart(self, mapping: str) -> tuple[BatchEntry, ...]:
        """Batches of a mapping in this wave that none of the plan's ranges brought."""
        beside = {batch for part in self.planned(mapping) for batch in part.entries}
        return tuple(one for one in self.of_wave(mapping) if one.batch not in beside)

    def of_others(self, mapping: str) -> tuple[BatchEntry, ...]:
        """Batches of a mapping of persons that other waves brought: their rows may stand for this wave's items."""
        if not self.frozen.record.table(self.frozen.mapping(mapping).into).identity:
            return ()
        return tuple(one for one in self.batches if one.mapping == mapping and one.wave != self.plan.wave)

    def close(self) -> None:
        """Give back connections."""
        self._closing.close()
        self.stage.close()


def may_be_long(table: Table) -> bool:
    """Whether rows may hold free text without a bound that keeps them short: then few of them are held at once."""
    free = (one for one in table.columns if one.type is ColumnType.TEXT and not one.code_system)
    return any(one.max_length is None or one.max_length > SHORT for one in free)


def _joined(group: Sequence[Batch], entries: Map[int, int]) -> Part:
    """Ranges that follow each other, under the number of the first."""
    whole = KeyRange(low=group[0].range.low, high=group[-1].range.high) if len(group) > 1 else group[0].range
    return Part(group[0].model_copy(update={"range": whole}), tuple(entries[one.number] for one in group if one.number in entries))


def open_rows(desk: Desk, declared: System, plan: Plan | None) -> Rows:
    """A source as a plan held it still, else as it is now. Raises Unreachable, or IntegrityBroken for a changed copy."""
    folder = desk.work / "held" if plan is None else desk.held(plan)
    held = None if plan is None else open_held(declared, folder)
    if held is not None:
        held.prove()
    if held is None and declared.source.kind in SERVERS:
        return Halved(SERVERS[declared.source.kind](declared, desk.programme.root))
    if declared.source.kind == "sqlite" and held is not None:
        held.close()
        return SqliteRows(folder / f"{declared.system}.sqlite", declared.system, declared.encoding)
    return BorrowedRows(held or open_source(declared, desk.programme.root))


def source_rows(desk: Desk, system: str) -> Rows:
    """A source as the newest plan of any wave held it still, else as it is now."""
    plans = [plan for wave in desk.programme.waves for plan in plans_of(desk, wave.wave)]
    held = [plan for plan in plans if open_held(desk.programme.system(system), desk.held(plan)) is not None]
    return open_rows(desk, desk.programme.system(system), held[-1] if held else None)


def folder_of(desk: Desk, wave: str) -> Path:
    """Where a wave's verification lies: patients' data, like the manifests."""
    return desk.work / "verify" / wave


def frozen_programme(desk: Desk, plan: Plan) -> Programme:
    """The declarations as the plan froze them. Raises IntegrityBroken if the copies are not those that the plan was made of."""
    folder = desk.plan_path(plan).with_suffix("")
    for name, digest in plan.declarations.items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise IntegrityBroken(
                f"The frozen copy of {name} is not the one that plan {plan.name} was made of.",
                where=f"work/plans/{plan.name}/{name}",
                hint="Restore it from a backup, or take the wave back and make a new plan.",
            )
    return read(folder, vocabulary())


@contextmanager
def laid(desk: Desk, plan: Plan, target: Target, folder: Path, asked: str) -> Iterator[Bench]:
    """A bench in `folder` for what is asked. The stage is kept for going on until `cleared`; what spilled is not."""
    frozen = frozen_programme(desk, plan)
    ledger = Ledger(target, desk.programme.record)
    batches = tuple(one for wave in desk.programme.waves for one in ledger.batches(wave.wave))
    spill = folder / "spill"
    stage = open_stage(_of_this_load(folder, plan, batches, asked), spill)
    in_order = tuple(sorted(batches, key=lambda one: one.committed_at))
    said = corrections_in_effect(desk, plan)
    waits = {(one.mapping, one.key) for one in ledger.rejected(plan.wave, plan.fingerprint) if one.reason == REVIEW} if said else set()
    # Who waits since the plan itself was carried out stood there with the correction, and everybody else's fate was judged beside it.
    waits -= {(one.mapping, one.key) for one in read_corrections(corrections_folder(desk), plan.corrections)}
    in_record = tuple(one for one in said if (one.mapping, one.key) not in waits)
    left = frozenset((one.mapping, one.key) for one in said if (one.mapping, one.key) in waits)
    bench = Bench(desk, plan, frozen, target, in_order, stage, in_record, left)
    stage.execute("set variable extracted_at = ?::timestamptz", [_loaded_at(desk, bench).isoformat()])
    place_units(stage, frozen, plan.wave)
    decide(stage, decisions_of(desk, plan))
    try:
        yield bench
    finally:
        bench.close()
        shutil.rmtree(spill, ignore_errors=True)


def cleared(folder: Path) -> None:
    """Remove the stage of a verification that came to its end."""
    for path in folder.glob("stage-*.duckdb*"):
        path.unlink(missing_ok=True)


def _of_this_load(folder: Path, plan: Plan, batches: tuple[BatchEntry, ...], asked: str) -> Path:
    """The stage of exactly this plan, these batches and this question; another's is thrown away."""
    told = "|".join([plan.fingerprint, asked, *sorted(f"{one.batch}:{one.manifest}" for one in batches)])
    path = folder / f"stage-{hashlib.sha256(told.encode()).hexdigest()[:16]}.duckdb"
    for other in folder.glob("stage-*.duckdb*"):
        if not other.name.startswith(path.name):
            other.unlink(missing_ok=True)
    return path


def _loaded_at(desk: Desk, bench: Bench) -> datetime:
    """The programme's time at which the plan's load began: what `extracted_at` was then."""
    mine = {one.run_id for one in bench.batches if one.plan == bench.plan.fingerprint}
    with desk.reading_store() as store:
        began = [event.at for event in store.events(kind="run.started") if event.run_id in mine]
    return max(began, default=desk.clock())
