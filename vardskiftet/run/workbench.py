"""What does a look at a wave's loaded rows need? An engine that knows its units, and each source as the plan read it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from vardskiftet.engine.compile import Compiled, compile_mapping
from vardskiftet.engine.decisions import know
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.lookups import place_units, prepare_places
from vardskiftet.engine.move import fetch
from vardskiftet.engine.python_code import calls, load_code
from vardskiftet.engine.sources import open_held, open_source
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.model.plan import Plan
from vardskiftet.run.decided import decisions_of
from vardskiftet.run.desk import Desk
from vardskiftet.run.planning import extract_of


@dataclass
class Workbench:
    """An engine and sources for one plan; the sources are opened when they are first asked for."""

    desk: Desk
    plan: Plan
    duck: duckdb.DuckDBPyConnection
    sources: dict[str, Source] = field(default_factory=dict)
    _closing: ExitStack = field(default_factory=ExitStack)
    _compiled: dict[str, tuple[Extract, Compiled]] = field(default_factory=dict)

    def source(self, system: str) -> Source:
        """The copy that the plan holds, or, where nothing can be held, the live source."""
        if system not in self.sources:
            declared = self.desk.programme.system(system)
            found = open_held(declared, self.desk.held(self.plan)) or open_source(declared, self.desk.programme.root)
            self.sources[system] = found
            self._closing.callback(found.close)
        return self.sources[system]

    def compiled(self, name: str) -> Compiled:
        """A mapping's SQL over its source's columns; the look-ups of its places stand in the engine afterwards."""
        mapping = self.desk.programme.mapping(name)
        source = self.source(mapping.system)
        if name not in self._compiled:
            extract = extract_of(mapping, source, self.plan.of(name)[0].by)
            self._compiled[name] = (extract, compile_mapping(self.desk.programme, mapping, extract.columns))
        prepare_places(self.duck, self.desk.programme, mapping, source)
        return self._compiled[name][1]

    def rows(self, name: str, number: int) -> pa.Table:
        """The source rows of one batch of a mapping that was compiled, complete, as the source has them."""
        extract, compiled = self._compiled[name]
        batch = next(one for one in self.plan.of(name) if one.number == number)
        return fetch(self.source(compiled.mapping.system), extract, batch)


@contextmanager
def workbench(desk: Desk, plan: Plan, name: str) -> Iterator[Workbench]:
    """A workbench for a plan; `name` names its private folder."""
    programme = desk.programme
    with ExitStack() as closing:
        spill = desk.work / "spill" / f"{name}-{plan.wave}"
        closing.callback(shutil.rmtree, spill, ignore_errors=True)
        duck = open_duck(spill, programme.codebooks, [system.timezone for system in programme.systems])
        closing.callback(duck.close)
        load_code(duck, programme.codes, calls(programme.mapping(one) for one in plan.mappings))
        duck.execute("set variable extracted_at = ?::timestamptz", [desk.clock().isoformat()])
        place_units(duck, programme, plan.wave)
        know(duck, decisions_of(desk, plan))
        bench = Workbench(desk, plan, duck)
        closing.callback(bench._closing.close)
        yield bench
