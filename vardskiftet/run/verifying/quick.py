"""How does one look quickly? The record's rows against the digests that the load kept: what changed since, not what went wrong then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from vardskiftet.engine.reconcile.digests import unequal
from vardskiftet.engine.reconcile.quick import (
    digested,
    forget,
    holds_latest,
    keep_expected,
    keep_latest,
    keep_standing,
    latest,
    written,
)
from vardskiftet.engine.reconcile.staged import unequal_lines, unequal_parts
from vardskiftet.engine.reconcile.stood import rows_of
from vardskiftet.engine.reconcile.sums import Sums, within
from vardskiftet.engine.rederive.derive import stored_columns
from vardskiftet.engine.targets.protocol import AddsUp
from vardskiftet.errors import IntegrityBroken
from vardskiftet.judge.differences import zero_tolerance
from vardskiftet.model.difference import Difference, Kind, Level, Verdict
from vardskiftet.model.progress import Progress
from vardskiftet.model.record import Table
from vardskiftet.model.verification import LevelVerdict, TableVerdict
from vardskiftet.run.verifying.ahead import ahead
from vardskiftet.run.verifying.bench import Bench
from vardskiftet.run.verifying.found import Count, Found

NOT_INDEPENDENT = (
    "--quick holds the record against digests that the load itself kept: it sees what changed since, and nothing that the load did wrong."
)


SHARES = 2
"""Questions that a server adds up at the same time: one session of it takes one processor."""
BUCKETS_AT_ONCE = 1_024
"""Buckets whose rows are asked for in one question."""


def quick_level(bench: Bench, found: Found) -> LevelVerdict:
    """Rows of every mapping against the manifests. Raises IntegrityBroken for a manifest that is gone."""
    tables = []
    for place, name in enumerate(bench.plan.mappings, 1):
        bench.desk.notify(Progress(f"compare {name}", place, len(bench.plan.mappings)))
        expected, standing = _brought(bench, name)
        found.take(_differences(bench, name))
        count = found.per_mapping.get((Level.ROWS, name), Count())
        tables.append(
            TableVerdict(
                mapping=name,
                table=bench.frozen.mapping(name).into,
                verdict=Verdict.DIFFERENT if count.all else Verdict.EQUAL,
                expected=expected,
                stored=standing,
                differences=count.all,
                unexplained=count.all,
            )
        )
    verdict = Verdict.DIFFERENT if any(one.differences for one in tables) else Verdict.EQUAL
    return LevelVerdict(level=Level.ROWS, verdict=verdict, tables=tuple(tables))


def _brought(bench: Bench, name: str) -> tuple[int, int]:
    """Sums of both sides held against each other, and rows of buckets that differ laid on the bench. Returns how many rows each has."""
    forget(bench.stage, name)
    table = bench.frozen.record.table(bench.frozen.mapping(name).into)
    batches = [one.batch for one in bench.of_wave(name)]
    server = bench.target if isinstance(bench.target, AddsUp) else None
    expected, standing = Sums(), Sums()
    with ThreadPoolExecutor(max_workers=SHARES) as beside:  # the server adds up while the manifests are read
        shares = [share for share in (batches[place::SHARES] for place in range(SHARES)) if share] if server else []
        adding = [beside.submit(server.sums, table, share) for share in shares if server]
        for lines in _written(bench, name):
            expected.add(lines)
        for one in adding:
            standing.take(one.result())
    for lines in _read(bench, name) if server is None else ():
        standing.add(lines)
    if buckets := expected.differing(standing):
        for lines in _written(bench, name):
            keep_expected(bench.stage, name, within(lines, buckets))
        for lines in _read(bench, name) if server is None else _asked(server, table, batches, buckets):
            keep_standing(bench.stage, name, within(lines, buckets))
    return expected.total, standing.total


def _read(bench: Bench, name: str) -> Iterator[pa.Table]:
    """The record's rows, digested here."""
    mapping = bench.frozen.mapping(name)
    columns = stored_columns(bench.frozen, mapping)
    entries = [one.batch for one in bench.of_wave(name)]
    for _, rows in ahead(lambda batch: rows_of(bench.target, bench.frozen.record, mapping, columns, (batch,)), entries):
        yield digested(bench.stage, columns, rows)


def _asked(server: AddsUp, table: Table, batches: Sequence[int], buckets: Sequence[int]) -> Iterator[pa.Table]:
    """Rows in these buckets, digested by the server."""
    for place in range(0, len(buckets), BUCKETS_AT_ONCE):
        yield server.digests(table, batches, buckets[place : place + BUCKETS_AT_ONCE])


def _written(bench: Bench, name: str) -> Iterator[pa.Table]:
    """What the load says that it wrote, so many rows at a time: from the manifests, or of several plans what the latest says."""
    entries = bench.of_wave(name)
    paths = [bench.desk.manifests(bench.plan.wave) / f"{entry.manifest}.parquet" for entry in entries]
    for entry, path in zip(entries, paths, strict=True):
        if not path.is_file():
            raise IntegrityBroken(
                f"The manifest of {name}, batch {entry.number}, is gone.", where=name, hint="Verify without --quick, which needs none."
            )
    if len({entry.plan for entry in entries}) < 2:
        yield from map(written, paths)
        return
    if not holds_latest(bench.stage):
        for path in paths:
            keep_latest(bench.stage, written(path))
    yield from latest(bench.stage)


def _differences(bench: Bench, name: str) -> Iterator[Difference]:
    mapping = bench.frozen.mapping(name)
    table = bench.frozen.record.table(mapping.into)
    unequal(bench.stage, name)
    lines = (line for batch, part in unequal_parts(bench.stage) for line in unequal_lines(bench.stage, batch, part))
    for line in lines:
        kind = Kind.CHANGED_IN_TARGET if line["why"] == "differs" else Kind(str(line["why"]))
        yield Difference(
            level=Level.ROWS,
            mapping=name,
            table=table.table,
            key=str(line["key"] or line["stood_key"] or ""),
            id=str(line["id"]),
            kind=kind,
            zero_tolerance=zero_tolerance(table, None, kind),
        )
