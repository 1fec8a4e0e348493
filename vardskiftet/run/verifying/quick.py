"""How does one look quickly? The record's rows against the digests that the load kept: what changed since, not what went wrong then."""

from __future__ import annotations

from collections.abc import Iterator

from vardskiftet.engine.reconcile.digests import unequal
from vardskiftet.engine.reconcile.quick import keep_digests, keep_written
from vardskiftet.engine.reconcile.staged import sides, unequal_lines, unequal_parts
from vardskiftet.engine.reconcile.stood import rows_of
from vardskiftet.engine.rederive.derive import stored_columns
from vardskiftet.errors import IntegrityBroken
from vardskiftet.judge.differences import zero_tolerance
from vardskiftet.model.difference import Difference, Kind, Level, Verdict
from vardskiftet.model.progress import Progress
from vardskiftet.model.verification import LevelVerdict, TableVerdict
from vardskiftet.run.verifying.bench import Bench
from vardskiftet.run.verifying.found import Count, Found

NOT_INDEPENDENT = (
    "--quick holds the record against digests that the load itself kept: it sees what changed since, and nothing that the load did wrong."
)


def quick_level(bench: Bench, found: Found) -> LevelVerdict:
    """Rows of every mapping against the manifests. Raises IntegrityBroken for a manifest that is gone."""
    tables = []
    for place, name in enumerate(bench.plan.mappings, 1):
        bench.desk.notify(Progress(f"compare {name}", place, len(bench.plan.mappings)))
        _bring(bench, name)
        found.take(_differences(bench, name))
        count = found.per_mapping.get((Level.ROWS, name), Count())
        derived, stood = sides(bench.stage, name)
        tables.append(
            TableVerdict(
                mapping=name,
                table=bench.frozen.mapping(name).into,
                verdict=Verdict.DIFFERENT if count.all else Verdict.EQUAL,
                expected=derived,
                stored=stood,
                differences=count.all,
                unexplained=count.all,
            )
        )
    verdict = Verdict.DIFFERENT if any(one.differences for one in tables) else Verdict.EQUAL
    return LevelVerdict(level=Level.ROWS, verdict=verdict, tables=tuple(tables))


def _bring(bench: Bench, name: str) -> None:
    mapping = bench.frozen.mapping(name)
    columns = stored_columns(bench.frozen, mapping)
    first: str | None = None
    for entry in bench.of_wave(name):
        path = bench.desk.manifests(bench.plan.wave) / f"{entry.manifest}.parquet"
        if not path.is_file():
            raise IntegrityBroken(
                f"The manifest of {name}, batch {entry.number}, is gone.", where=name, hint="Verify without --quick, which needs none."
            )
        first = first or entry.plan
        keep_written(bench.stage, name, path, entry.number, later=entry.plan != first)
        rows = rows_of(bench.target, bench.frozen.record, mapping, columns, (entry.batch,))
        keep_digests(bench.stage, mapping, columns, rows, entry.batch)


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
