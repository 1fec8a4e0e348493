"""Do the books close, counted apart, and are they as they were written? Items, rows, target, and every batch's manifest."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import sqlalchemy as sa

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.targets.protocol import BatchEntry
from vardskiftet.engine.targets.tables import layout
from vardskiftet.errors import VardskiftetError
from vardskiftet.judge.books import balance
from vardskiftet.model.books import Books
from vardskiftet.model.difference import Level, Verdict
from vardskiftet.model.verification import LevelVerdict, TableVerdict
from vardskiftet.run.moments import OF_COUNTS, counted_then
from vardskiftet.run.verifying.bench import Bench

Line = tuple[str | None, str, str, str | None]
"""Source key, item, fate, reason."""


def books_level(bench: Bench) -> LevelVerdict:
    """The three identities, each source counted by the verifier's own reader, and the ledger held against the manifests."""
    books, uncounted = _books(bench)
    problems = list(uncounted)
    problems += [f"{line.mapping} × {line.unit}: the line does not close" for line in books.lines if not line.closes]
    problems += [f"{one.system}.{one.table}: {one.rows:,} rows seen" for one in books.tables if one.counted is not None and not one.closes]
    if not books.complete:
        problems.append(f"{books.batches_done:,} of {books.batches_planned:,} batches are in the record")
    altered = {name: _altered(bench, name) for name in bench.plan.mappings}
    problems += [text for texts in altered.values() for text in texts]
    tables = tuple(_table(bench, books, name, altered[name]) for name in bench.plan.mappings)
    wrong = any(one.verdict is Verdict.OPEN for one in tables) or not books.complete or any(not line.closes for line in books.lines)
    looked = all(one.verdict is not Verdict.NOT_VERIFIED for one in tables)
    verdict = Verdict.OPEN if wrong else Verdict.EQUAL if looked else Verdict.NOT_VERIFIED
    return LevelVerdict(level=Level.BOOKS, verdict=verdict, tables=tables, problems=tuple(problems))


def _books(bench: Bench) -> tuple[Books, list[str]]:
    found = Ledger(bench.target, bench.frozen.record).accounts(bench.frozen, bench.plan.wave, bench.plan.fingerprint)
    with bench.desk.reading_store() as store:
        then = counted_then(store.of_kinds(OF_COUNTS), bench.plan.wave, bench.plan.fingerprint)
    counted: dict[str, int | None] = {}
    uncounted = []
    for name in bench.plan.mappings:
        mapping = bench.frozen.mapping(name)
        try:
            rows = bench.rows(mapping.system)
            # Of a source that was held still by a snapshot, nobody can ask any more how many rows it had then.
            counted[name] = then.get(name) if mapping.system in bench.moved_on else rows.count(mapping.reads)
        except VardskiftetError as error:
            if error.exit_code != 6:
                raise
            counted[name] = None
            uncounted.append(f"{mapping.system}.{mapping.reads} could not be counted: {error.message}")
    books = balance(
        bench.frozen,
        bench.plan.wave,
        bench.plan,
        batches_done=len(found.batches),
        tallies=found.tallies,
        places=found.places,
        in_target=found.in_target,
        counted=counted,
        rejected=found.rejected,
        excluded=found.excluded,
        instances=found.instances,
        flagged=found.flagged,
        left=found.left,
    )
    return books, uncounted


def _table(bench: Bench, books: Books, name: str, altered: list[str]) -> TableVerdict:
    lines = [one for one in books.lines if one.mapping == name]
    table = next(one for one in books.tables if one.mapping == name)
    closes = table.closes and all(one.closes for one in lines) and not altered
    accounted = all(one.extracted == one.loaded + one.merged + one.rejected + one.excluded + one.unchanged for one in lines)
    verdict = Verdict.NOT_VERIFIED if table.counted is None else Verdict.EQUAL if closes else Verdict.OPEN
    return TableVerdict(
        mapping=name,
        table=bench.frozen.mapping(name).into,
        verdict=verdict,
        expected=sum(one.loaded + one.unchanged for one in lines),
        stored=sum(one.in_target or 0 for one in lines),
        differences=sum(not one.closes for one in lines) + (not table.closes) + len(altered),
        unexplained=sum(not one.closes for one in lines) + (not table.closes) + len(altered),
        only_counts=table.closes and accounted and not altered,
        why="its source could not be counted" if table.counted is None else "",
    )


def _altered(bench: Bench, name: str) -> list[str]:
    """Batches of a mapping whose manifest is gone or changed, or whose lines in the books are not those of the manifest."""
    return [text for entry in bench.of_plan(name) if (text := _held_against_manifest(bench, entry))]


def _held_against_manifest(bench: Bench, entry: BatchEntry) -> str:
    path = bench.desk.manifests(bench.plan.wave) / f"{entry.manifest}.parquet"
    where = f"{entry.mapping}, batch {entry.number}"
    if not path.is_file():
        return f"{where}: its manifest is gone"
    lines = _lines(path)
    if _digest(lines) != entry.manifest:
        return f"{where}: its manifest is not the one that was written"
    # A delta by the source's mark judges only what may have changed: what it carries over keeps its line in an earlier manifest.
    carries = entry.mapping in bench.plan.since
    if len(lines) > entry.items or (len(lines) < entry.items and not carries):
        return f"{where}: the books say {entry.items:,} items, the manifest {len(lines):,}"
    told = [(one["source_key"], str(one["item"]), str(one["fate"]), one["reason"]) for one in lines]
    written: Counter[Line] = Counter(one for one in told if one[2] not in _STAND)
    recorded = _recorded(bench, entry.batch)
    carried = recorded - written
    keys = {key for key, *_ in told}
    as_written = not written - recorded and (carries or not carried) and not any(key in keys for key, *_ in carried)
    stands = sum(fate == "unchanged" for _, _, fate, _ in told) + entry.items - len(lines) - carried.total()
    as_written = as_written and stands == _unchanged(bench, entry.batch)
    return "" if as_written else f"{where}: the fates in the books are not those that were written"


_STAND = ("loaded", "unchanged")


def _unchanged(bench: Bench, batch: int) -> int:
    """Items that the books say stand as they stood."""
    tallies = layout(bench.frozen.record).tables["vs_tally"]
    ((found,),) = bench.target.rows(sa.select(sa.func.coalesce(sa.func.sum(tallies.c.unchanged), 0)).where(tallies.c.batch == batch))
    return int(found)


def _lines(path: Path) -> list[dict[str, str | None]]:
    found = pq.read_table(path).to_pylist()
    return [{name: value.hex() if isinstance(value, bytes) else value for name, value in line.items()} for line in found]


def _digest(lines: list[dict[str, str | None]]) -> str:
    """The manifest's name, from its lines: sorted, each value tagged and counted."""
    tags = (("k", "source_key"), ("i", "item"), ("f", "fate"), ("r", "reason"), ("t", "target_id"), ("d", "row_digest"))

    def told(tag: str, value: str | None) -> str:
        shown = value.upper() if value is not None and tag == "d" else value
        return f"{tag}-" if shown is None else f"{tag}{len(shown.encode())}:{shown}"

    texts = sorted(("".join(told(tag, line[name]) for tag, name in tags) for line in lines), key=str.encode)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _recorded(bench: Bench, batch: int) -> Counter[Line]:
    fates = layout(bench.frozen.record).tables["vs_fate"]
    query = sa.select(fates.c.source_key, fates.c.item, fates.c.fate, fates.c.reason).where(fates.c.batch == batch)
    return Counter((str(k) if k is not None else None, str(i), str(f), r) for k, i, f, r in bench.target.rows(query))
