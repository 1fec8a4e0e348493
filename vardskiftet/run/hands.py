"""Who does the work? One pair of hands on data: live on the programme's target, or in rehearsal on a scratch target."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from vardskiftet.engine.compile import Compiled, compile_mapping
from vardskiftet.engine.corrections import guard, read_corrections
from vardskiftet.engine.decisions import know
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.lookups import place_units, prepare_places, prepare_references
from vardskiftet.engine.move import Errand
from vardskiftet.engine.python_code import calls, load_code
from vardskiftet.engine.sources import hold_source, open_held
from vardskiftet.engine.sources.protocol import Extract, Order, Source, Stillness
from vardskiftet.engine.standing import prepare_standing
from vardskiftet.engine.targets.protocol import Outcome, Target
from vardskiftet.engine.watermark import measure
from vardskiftet.model.batch import Batch
from vardskiftet.model.books import Books
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.plan import Plan
from vardskiftet.model.progress import Progress
from vardskiftet.model.reject import Correction
from vardskiftet.model.step import Balance, Hold, Load, Prepare
from vardskiftet.run.balance import books_of, counts_of
from vardskiftet.run.decided import decisions_of
from vardskiftet.run.desk import Desk
from vardskiftet.run.imported import corrections_folder
from vardskiftet.run.loading import Loading
from vardskiftet.run.moments import COUNTED, CUT, HELD, LOST, SCANNED
from vardskiftet.run.patience import await_leave
from vardskiftet.run.planning import extract_of
from vardskiftet.run.stopwatch import stopwatch
from vardskiftet.run.turns import persons_turn
from vardskiftet.store.store import Store


@dataclass
class Working:
    """Hands on data. Which target, which folders: that is all that tells a rehearsal from the real thing."""

    desk: Desk
    plan: Plan
    store: Store
    run_id: str
    target: Target
    held: Path
    manifests: Path
    spill: Path
    books: Books | None = None
    committed: int = 0
    findings: list[str] = field(default_factory=list)
    """What is wrong beside the books."""
    sources: dict[str, Source] = field(default_factory=dict)
    _closing: ExitStack = field(default_factory=ExitStack)
    _duck: duckdb.DuckDBPyConnection | None = None
    _said: tuple[Correction, ...] | None = None

    def hold(self, step: Hold) -> None:
        """A copy, a snapshot, or the source itself, as its kind can."""
        self.desk.notify(Progress(f"hold {step.system}", 0, 0))
        declared = self.desk.programme.system(step.system)
        kept = open_held(declared, self.held) is not None
        source = self.sources[step.system] = hold_source(declared, self.desk.programme.root, self.held, self._orders(step.system))
        self._closing.callback(source.close)
        told = {"wave": self.plan.wave, "plan": self.plan.fingerprint, "system": step.system, "stillness": source.stillness.value}
        frozen = bool(declared.source.options.get("frozen"))
        self.store.append(HELD, told | {"frozen": frozen}, self.run_id)
        if not kept and source.stillness is Stillness.RUN and not frozen and self._is_half_loaded(step.system):
            self.store.append(LOST, told, self.run_id)
            self.findings.append(
                f"System {step.system}: its snapshot went with the run before; the wave is complete only after a closing delta"
            )

    def prepare(self, step: Prepare) -> None:
        """The record's tables, and an engine with this wave's units."""
        self.target.prepare()
        programme = self.desk.programme
        zones = [system.timezone for system in programme.systems]
        self._duck = open_duck(self.spill, programme.codebooks, zones)
        self._closing.callback(shutil.rmtree, self.spill, ignore_errors=True)
        self._closing.callback(self._duck.close)
        load_code(self._duck, programme.codes, calls(programme.mapping(name) for name in self.plan.mappings))
        self._duck.execute("set variable extracted_at = ?::timestamptz", [self.desk.clock().isoformat()])
        place_units(self._duck, programme, self.plan.wave)
        know(self._duck, decisions_of(self.desk, self.plan))

    def load(self, step: Load) -> None:
        """Every batch that the target does not hold yet: read ahead, transformed here, written behind."""
        programme, duck = self.desk.programme, self._duck
        if duck is None:
            raise RuntimeError("the target is prepared before anything is loaded")
        mapping = programme.mapping(step.mapping)
        batches, done_before = self.plan.of(step.mapping), self._done()
        left = [batch for batch in batches if (batch.mapping, batch.number) not in done_before]
        if not left:
            return
        source = self.sources[mapping.system]
        extract = extract_of(mapping, source, left[0].by)
        compiled = compile_mapping(programme, mapping, extract.columns)
        await_leave(self.desk, mapping.system, source)
        prepare_places(duck, programme, mapping, source)
        with persons_turn(self.desk, self.target, compiled.table):
            self._load(duck, mapping, compiled, source, extract, left)

    def _load(
        self,
        duck: duckdb.DuckDBPyConnection,
        mapping: Mapping,
        compiled: Compiled,
        source: Source,
        extract: Extract,
        left: Sequence[Batch],
    ) -> None:
        """These batches, on what the target holds now."""
        programme = self.desk.programme
        prepare_references(duck, programme, mapping, self.target)
        fresh = self._is_fresh(mapping.mapping)
        with stopwatch() as took:
            mark = measure(duck, mapping, source) if mapping.changed else None
            if not fresh or self.plan.base:  # a rehearsal of a later round begins on a fresh target, and scans keys all the same
                prepare_standing(duck, programme.record, mapping, self.target, self.plan.wave)
        errand = Errand(self.plan.wave, self.plan.fingerprint, self.run_id, self.manifests, fresh, mark)
        self.target.lay_bare(compiled.table)
        said = self._corrections(mapping.mapping)
        guard(duck, mapping, said)
        loading = Loading(self.desk, self.plan, duck, compiled, source, extract, self.target, errand, self._commit, said)
        loading.took(took)
        loading.carry_out(left)
        self._tell_cut(mapping.mapping, loading.cut)
        if self.plan.base:
            told = {"wave": self.plan.wave, "plan": self.plan.fingerprint, "mapping": mapping.mapping, "rows": loading.keys}
            self.store.append(SCANNED, told | {"seconds": round(loading.scanning, 3), "cpu": round(loading.scanning_cpu, 3)}, self.run_id)

    def _tell_cut(self, mapping: str, cut: dict[int, int]) -> None:
        """Say and remember that batches were read in parts: a whole one took its source too long."""
        if cut:
            parts = max(cut.values())
            said = f"{mapping}: {len(cut)} of its batches read in up to {parts} parts, since a whole one took the source too long"
            self.desk.notify(Progress(said, 0, 0))
            told = {"wave": self.plan.wave, "plan": self.plan.fingerprint, "mapping": mapping, "batches": len(cut), "parts": parts}
            self.store.append(CUT, told, self.run_id)

    def balance(self, step: Balance) -> None:
        """The books, from the target and from counts of their own; first what its tables were loaded without."""
        self.target.make_whole()
        self.desk.notify(Progress("close the books", 0, 0))
        counted = counts_of(self.desk, self.plan, self.sources)
        known = {name: rows for name, rows in counted.items() if rows is not None}
        self.store.append(COUNTED, {"wave": self.plan.wave, "plan": self.plan.fingerprint, "counted": known}, self.run_id)
        self.books = books_of(self.desk, self.plan, self.target, counted)

    def close(self) -> None:
        """Give back connections and empty the private folder of the engine."""
        self._closing.close()

    def _orders(self, system: str) -> set[Order]:
        """In which orders the system's tables will be read."""
        mappings = {one.mapping: one for one in self.desk.programme.mappings if one.system == system}
        return {(mappings[batch.mapping].reads, batch.by) for batch in self.plan.batches if batch.mapping in mappings}

    def _is_half_loaded(self, system: str) -> bool:
        """Whether some of the system's batches are in the target, and some are left."""
        mine = [one for one in self.plan.batches if self.desk.programme.mapping(one.mapping).system == system]
        done = self._done()
        return len({(one.mapping, one.number) in done for one in mine}) == 2

    def _commit(self, outcome: Outcome) -> None:
        """The target first, then the memory: where they differ, the target wins; before both, the manifest."""
        outcome.before()
        self.target.write(outcome)
        entry = outcome.entry
        payload = {"wave": entry.wave, "plan": entry.plan, "mapping": entry.mapping, "number": entry.number, "items": entry.items}
        self.store.append("batch.done", payload | {"rows": entry.rows_read, "manifest": entry.manifest}, self.run_id)
        self.committed += 1

    def _corrections(self, mapping: str) -> list[Correction]:
        """The corrections that the plan stands on, for one mapping's rows."""
        if self._said is None:
            self._said = read_corrections(corrections_folder(self.desk), self.plan.corrections)
        return [one for one in self._said if one.mapping == mapping]

    def _ledger(self) -> Ledger:
        return Ledger(self.target, self.desk.programme.record)

    def _done(self) -> set[tuple[str, int]]:
        batches = self._ledger().batches(self.plan.wave)
        return {(one.mapping, one.number) for one in batches if one.plan == self.plan.fingerprint}

    def _is_fresh(self, mapping: str) -> bool:
        table = self.desk.programme.mapping(mapping).into
        return not self._ledger().has_rows_of_others(mapping, self.plan.fingerprint, table)
