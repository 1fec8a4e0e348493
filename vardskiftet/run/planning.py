"""How is a plan made? Sources are looked at, counted and cut; nothing is written but the plan, and an older copy of them goes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping as Map
from collections.abc import Sequence
from contextlib import ExitStack

import duckdb

from vardskiftet.engine.census import Census, census, columns_of, key_sum
from vardskiftet.engine.compile.kin import kin
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.lookups import place_units
from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract, Schema, Source
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.watermark import unsettled
from vardskiftet.errors import DeclarationsWrong, Fault, Usage
from vardskiftet.model.batch import Batch, BatchKind, KeyRange
from vardskiftet.model.fate import Place
from vardskiftet.model.mapping import WHOLE_ROW, Mapping
from vardskiftet.model.plan import Plan, Since, TableExpectation
from vardskiftet.model.progress import Progress
from vardskiftet.plan.fingerprint import fingerprint
from vardskiftet.plan.order import ordered
from vardskiftet.plan.width import width
from vardskiftet.run.decided import decision_files
from vardskiftet.run.desk import Desk
from vardskiftet.run.gaps import demand_no_gaps
from vardskiftet.run.imported import files_in_force
from vardskiftet.run.lock import proved_dead
from vardskiftet.run.patience import await_leave
from vardskiftet.run.since import marks_before
from vardskiftet.run.two_ends import refuse_own_records


def schema_digest(schema: Schema) -> str:
    """SHA-256 of a source's tables and columns with their declared types."""
    text = json.dumps({table: [[one.name, one.type] for one in columns] for table, columns in schema.items()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def make_plan(desk: Desk, wave: str, *, final: bool = False) -> Plan:
    """Freeze what a wave's load will do, on the sources as they are now.

    Raises DeclarationsWrong for gaps, Unreachable, Stale for a foreign target.

    `final`: the last delta, which reads every row whatever its mark says. Raises Usage if nothing of the wave is loaded yet.
    """
    programme = desk.programme
    desk.wave(wave)
    mappings = ordered(programme)
    target = open_target(programme)
    target_schema = target.inspect()
    base = sorted({entry.plan for entry in Ledger(target, programme.record).batches(wave)})
    if final and not base:
        raise Usage(
            f"Nothing of wave '{wave}' is loaded: a first load is no final delta.", hint=f"Plan the load first: vardskiftet plan {wave}"
        )
    sources = {name: open_source(programme.system(name), programme.root) for name in sorted({one.system for one in mappings})}
    with ExitStack() as closing:
        for source in sources.values():
            closing.callback(source.close)
        schemas = {name: source.schema() for name, source in sources.items()}
        refuse_own_records(schemas)
        demand_no_gaps(programme, sources)
        spill = desk.work / "spill" / "plan"
        closing.callback(shutil.rmtree, spill, ignore_errors=True)
        duck = open_duck(spill, programme.codebooks)
        closing.callback(duck.close)
        place_units(duck, programme, wave)
        digests = {name: schema_digest(schema) for name, schema in schemas.items()}
        # A mark tells nothing of a row that changed without it: the last delta, on which the go-live stands, compares every row.
        since = marks_before(desk, wave, target, mappings, digests, base) if base and not final else {}
        again = unsettled(programme.record, target, {one.plan for one in since.values()})
        expectations, batches = _surveyed(desk, duck, mappings, sources, since, again, is_delta=bool(base))
    plan = Plan(
        wave=wave,
        fingerprint="",
        tool=desk.tool,
        made_at=desk.clock().isoformat(timespec="seconds"),
        programme=programme.programme,
        declarations=dict(programme.files),
        source_schemas=digests,
        target_schema=target_schema,
        base=tuple(base),
        since=since,
        final=final,
        expectations=expectations,
        batches=batches,
        corrections=files_in_force(desk),
        decisions=decision_files(desk),
    )
    made = plan.model_copy(update={"fingerprint": fingerprint(plan)})
    _forget_copy(desk, made, target)
    return made


def _forget_copy(desk: Desk, plan: Plan, target: Target) -> None:
    """Throw away what was held of the sources for the very same plan before: it is the sources as they were then.

    Nothing of such a plan stands, or it would stand on itself: it was taken back, or its load broke off before the first batch.
    Where somebody is at work on the wave, nothing is thrown away.
    """
    at_work = [lock for lock in Ledger(target, desk.programme.record).locks() if lock.wave == plan.wave and not proved_dead(lock)]
    if not at_work:
        shutil.rmtree(desk.held(plan), ignore_errors=True)


def _surveyed(
    desk: Desk,
    duck: duckdb.DuckDBPyConnection,
    mappings: Sequence[Mapping],
    sources: Map[str, Source],
    since: Map[str, Since],
    again: Map[str, int],
    *,
    is_delta: bool,
) -> tuple[tuple[TableExpectation, ...], tuple[Batch, ...]]:
    """What each mapping's table holds, and how its rows are cut. Raises DeclarationsWrong for queries that lose or double rows.

    `again`: mapping to the items that are judged again, whatever their rows' marks say.
    """
    expectations: list[TableExpectation] = []
    batches: list[Batch] = []
    wrong: list[Fault] = []
    for done, mapping in enumerate(mappings):
        desk.notify(Progress(f"plan {mapping.mapping}", done, len(mappings)))
        source = sources[mapping.system]
        await_leave(desk, mapping.system, source)
        mark = since.get(mapping.mapping)
        found = census(duck, desk.programme, mapping, source, mark)
        expectations.append(_expected(mapping, source, found))
        wrong += _miscounted(mapping, found, expectations[-1].rows) or _other_rows(duck, mapping, source)
        rows = desk.programme.batch_rows
        if mark is not None and mapping.key != (WHOLE_ROW,):
            rows = width(rows, expectations[-1].rows, found.fresh + again.get(mapping.mapping, 0))
        batches += _batches(mapping, source, rows, is_delta=is_delta)
    if wrong:
        raise DeclarationsWrong(wrong)
    return tuple(expectations), tuple(batches)


def extract_of(mapping: Mapping, source: Source, by: tuple[str, ...]) -> Extract:
    """All columns of the mapping's rows, in the order of the columns that its batches are cut by."""
    return Extract(mapping.reads, columns_of(source, mapping), by, mapping.sql)


def _batches(mapping: Mapping, source: Source, rows: int, *, is_delta: bool) -> list[Batch]:
    """Key ranges of about so many rows; in a delta, a scan of all keys after them.

    Copies of a key, or of a whole row, always meet in one range.
    """
    by = source.most_telling(extract_of(mapping, source, ())) if mapping.key == (WHOLE_ROW,) else mapping.key
    extract = extract_of(mapping, source, by)
    if kin(mapping):
        rows = source.count(mapping.reads) + 1  # rows that find each other are judged together
    ranges = source.cuts(extract, rows)
    batches = [Batch(mapping=mapping.mapping, number=number, range=one, by=by) for number, one in enumerate(ranges, 1)]
    scan = Batch(mapping=mapping.mapping, number=len(batches) + 1, range=KeyRange(), by=by, kind=BatchKind.SCAN)
    return [*batches, scan] if is_delta else batches


def _miscounted(mapping: Mapping, found: Census, rows: int) -> list[Fault]:
    """A query that does not give each row of its table once can never close the books: told before anything is loaded."""
    given = sum(found.places.values())
    if not mapping.sql or given == rows:
        return []
    does = "loses" if given < rows else "doubles"
    message = f"the query gives {given:,} rows where '{mapping.reads}' has {rows:,}: a join or a condition {does} rows."
    hint = "Use `left join` on a key that is there once; leave rows out with `exclude:`, so that each has its because."
    return [Fault(mapping.path, 1, f"{mapping.mapping} › sql", message, hint)]


def _other_rows(duck: duckdb.DuckDBPyConnection, mapping: Mapping, source: Source) -> list[Fault]:
    """A query may lose one row and double another: the keys that it gives must be those of its table, each as often."""
    columns = {one.name for one in source.schema()[mapping.reads]}
    if not mapping.sql or not set(mapping.key) <= columns:
        return []
    own, given = (key_sum(duck, source, Extract(mapping.reads, mapping.key, sql=sql)) for sql in ("", mapping.sql))
    if own == given:
        return []
    message = f"the query gives as many rows as '{mapping.reads}' has, and not the same: some keys are lost, others come twice."
    return [Fault(mapping.path, 1, f"{mapping.mapping} › sql", message, "Use `left join` on a key that is there once.")]


def _expected(mapping: Mapping, source: Source, found: Census) -> TableExpectation:
    """What a mapping's table holds now, by unit and place."""
    return TableExpectation(
        mapping=mapping.mapping,
        system=mapping.system,
        table=mapping.reads,
        rows=source.count(mapping.reads),
        units=found.units,
        other_wave=found.places[Place.OTHER_WAVE],
        excluded_units=found.places[Place.EXCLUDED_UNIT],
        no_unit=found.places[Place.NO_UNIT],
        no_care=found.places[Place.NO_CARE],
        unknown_units=found.unknown_units,
    )
