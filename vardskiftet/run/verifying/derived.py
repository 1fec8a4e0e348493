"""How are both sides brought to the bench? Each mapping derived anew and read from the record, batch by batch, resumable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import duckdb
import pyarrow as pa

from vardskiftet.engine.reconcile.staged import expected_of, keep_derived, lay_again, lay_derived, sides
from vardskiftet.engine.reconcile.stood import rows_before, rows_of
from vardskiftet.engine.rederive.beside import look_beside
from vardskiftet.engine.rederive.corrected import corrected
from vardskiftet.engine.rederive.derive import Deriver, parent_of, stored_columns
from vardskiftet.engine.rederive.given import before, fill_parents, fill_persons
from vardskiftet.engine.rederive.meaning import CODE
from vardskiftet.engine.rederive.rows import Asked
from vardskiftet.engine.rederive.stage import finished, in_one, once
from vardskiftet.engine.rederive.verdicts import own_finds
from vardskiftet.errors import NoRoom
from vardskiftet.model.batch import Batch
from vardskiftet.model.mapping import WHOLE_ROW, Field, Mapping
from vardskiftet.model.progress import Progress
from vardskiftet.model.record import Column
from vardskiftet.run.verifying.ahead import ahead, in_turn
from vardskiftet.run.verifying.bench import Bench, Part
from vardskiftet.run.verifying.hands import by_hands


class Taker(Protocol):
    """Who takes note of both sides while they pass: one for each level."""

    def expect(self, deriver: Deriver, batch: int) -> None:
        """A batch was derived: its items lie in `fated` and `item`."""
        ...

    def meet(self, mapping: Mapping, columns: Sequence[Column], rows: pa.Table, batch: int | None) -> None:
        """What that batch brought was read from the record: `_id, _key, _unit` and the columns. None: nothing was derived beside it."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """How many rows of a mapping were read from its source, and how many an unfiltered count finds there."""

    read: int
    counted: int
    derived: int
    """Rows that are to stand."""
    stood: int
    """Rows that were read from the record."""


Makers = Sequence[Callable[[Bench], Taker]]
Sides = tuple[pa.Table, pa.Table]
"""Rows of the source, and rows of the record that were made of them."""


@dataclass(frozen=True, slots=True)
class _Hand:
    """Whoever works at parts: at a bench of its own, with a deriver and takers of its own."""

    bench: Bench
    deriver: Deriver
    takers: Sequence[Taker]


def bring(bench: Bench, name: str, makers: Makers, needed: Needed) -> Seen:
    """Both sides of one mapping, past every taker. Raises Unreachable where a side cannot be read."""
    mapping, rows = bench.frozen.mapping(name), bench.rows(bench.frozen.mapping(name).system)
    deriver = deriver_of(bench, mapping)
    parts = bench.planned(name)
    left = [part for part in parts if finished(bench.stage, name, "derived", str(part.batch.number)) is None]
    walk = ahead if rows.independent else in_turn
    kept = needed(bench, mapping)

    def fetch(part: Part) -> Sides:
        return rows_in(bench, deriver, part.batch), _standing(bench, mapping, part.entries)

    def work(hand: _Hand, part: Part, both: Sides) -> None:
        with _one_part(hand.bench, name):
            _take(hand, part, *both, kept)

    with _hands(bench, deriver, makers) as hands:
        for done in by_hands(work, hands, walk(fetch, left)):
            pa.default_memory_pool().release_unused()
            bench.desk.notify(Progress(f"derive {name}", len(parts) - len(left) + done, len(parts)))
        _meet_apart(bench, mapping, hands[0].takers)
    derived, stood = sides(bench.stage, name)
    read = sum(finished(bench.stage, name, "derived", str(part.batch.number)) or 0 for part in parts)
    return Seen(read, rows.count(mapping.reads), derived, stood)


@contextmanager
def _hands(bench: Bench, deriver: Deriver, makers: Makers) -> Iterator[Sequence[_Hand]]:
    """As many as may work at parts of a mapping at once.

    Persons are found by those before them, so that theirs come one by one; and nobody promised that a region's own code runs twice at once.
    """
    first = _Hand(bench, deriver, [make(bench) for make in makers])
    coded = any(step.transform == CODE for one in deriver.mapping.fields for step in one.steps)
    if coded or bench.in_order(deriver.mapping):
        yield [first]
        return
    with bench.beside() as other:
        yield [first, _Hand(other, replace(deriver, stage=other.stage), [make(other) for make in makers])]


def meet_again(bench: Bench, name: str, makers: Makers) -> int:
    """The record's side of one mapping once more, past every taker, against what `everything` kept; returns its rows."""
    mapping, takers = bench.frozen.mapping(name), [make(bench) for make in makers]
    for part in bench.planned(name):
        with _one_part(bench, name):
            lay_again(bench.stage, name, part.batch.number)
            _meet(bench, mapping, part.batch.number, _standing(bench, mapping, part.entries), takers)
    _meet_apart(bench, mapping, takers)
    return sides(bench.stage, name)[1]


Needed = Callable[[Bench, Mapping], str]
"""SQL over derived items, true for those that are kept when their part is done."""


def needed_later(bench: Bench, mapping: Mapping) -> str:
    """What did not come to stand; all, where other rows are led here: of persons, and of parents."""
    led = {parent_of(bench.frozen, one, field) for one in bench.frozen.mappings for field in one.fields if _by_key(field)}
    whole = bench.frozen.record.table(mapping.into).identity or mapping.mapping in led
    return "true" if whole else "fate <> 'L'"


def everything(bench: Bench, mapping: Mapping) -> str:
    """All of it: the record is to be met again."""
    return "true"


def _take(hand: _Hand, part: Part, came: pa.Table, met: pa.Table, kept: str) -> None:
    """One part: its rows derived and kept, its rows of the record met."""
    bench, deriver, takers = hand.bench, hand.deriver, hand.takers
    name, number = deriver.mapping.mapping, part.batch.number
    deriver.chunk(came)
    expected = lay_derived(bench.stage, deriver)
    keep_derived(bench.stage, deriver.mapping, number, kept)  # children find their parents there, at whatever level
    for taker in takers:
        taker.expect(deriver, number)
    deriver.forget()
    _done(bench, name, "derived", str(number), came.num_rows)
    _done(bench, name, "expected", str(number), expected)
    _meet(bench, deriver.mapping, number, met, takers)


def _meet(bench: Bench, mapping: Mapping, number: int | None, rows: pa.Table, takers: Sequence[Taker], part: str = "") -> None:
    """Rows of the record past every taker."""
    columns = stored_columns(bench.frozen, mapping)
    for taker in takers:
        taker.meet(mapping, columns, rows, number)
    _done(bench, mapping.mapping, "stood", part or str(number), rows.num_rows)


def _meet_apart(bench: Bench, mapping: Mapping, takers: Sequence[Taker]) -> None:
    """Batches of the record of which nothing was derived: they came under an earlier plan, or with a wave that shares the persons."""
    others = bench.of_others(mapping.mapping)
    anew = _as_they_stood(bench, mapping) if others else None
    parts: list[tuple[str, Callable[[], pa.Table]]] = [
        (f"batch {one.batch}", partial(_standing, bench, mapping, (one.batch,))) for one in bench.apart(mapping.mapping)
    ]
    if anew is not None:
        written = anew["_id"].to_pylist()
        parts += [(f"batch {one.batch}", partial(_of_other, bench, mapping, one.batch, written)) for one in others]
        parts.append(("as they stood", lambda: expected_of(bench.stage, mapping, anew, ())))
    for place, (part, rows) in enumerate(parts, 1):
        if finished(bench.stage, mapping.mapping, "stood", part) is None:
            with _one_part(bench, mapping.mapping):
                lay_again(bench.stage, mapping.mapping, None)
                _meet(bench, mapping, None, rows(), takers, part)
        bench.desk.notify(Progress(f"read {mapping.mapping} from the record", place, len(parts)))


def _of_other(bench: Bench, mapping: Mapping, batch: int, without: Sequence[str]) -> pa.Table:
    """Of the persons whom another wave brought, those that an item of this mapping was derived to be."""
    return expected_of(bench.stage, mapping, _standing(bench, mapping, (batch,)), without)


def _as_they_stood(bench: Bench, mapping: Mapping) -> pa.Table:
    """Persons whom another wave wrote anew after this plan was carried out, as they stood until then: what they are now is that wave's."""
    since = max((one.committed_at for one in bench.of_plan(mapping.mapping)), default="")
    columns = stored_columns(bench.frozen, mapping)
    return rows_before(bench.stage, bench.target, bench.frozen.record, mapping, columns, bench.plan.wave, since)


def _standing(bench: Bench, mapping: Mapping, entries: Sequence[int]) -> pa.Table:
    return rows_of(bench.target, bench.frozen.record, mapping, stored_columns(bench.frozen, mapping), entries)


def deriver_of(bench: Bench, mapping: Mapping) -> Deriver:
    """A deriver with all that stands beside the mapping's rows."""
    rows = bench.rows(mapping.system)
    look_beside(bench.stage, bench.frozen, mapping, rows)
    then = before(bench.batches, bench.plan.wave, bench.plan.fingerprint, mapping.mapping)
    if bench.frozen.record.table(mapping.into).identity:
        once(bench.stage, f"persons of {mapping.mapping}", partial(fill_persons, bench.stage, bench.frozen, bench.target, mapping, then))
    for one in (field for field in mapping.fields if _by_key(field)):
        parent = bench.frozen.mapping(parent_of(bench.frozen, mapping, one))
        once(bench.stage, f"parents of {parent.mapping}", partial(fill_parents, bench.stage, bench.frozen, bench.target, parent, then))
    deriver = Deriver(bench.stage, bench.frozen, mapping, rows.columns(mapping.reads, mapping.sql), bench.target)
    deriver.prepare()
    return deriver


def _by_key(field: Field) -> bool:
    """Whether it leads to another row by that row's key."""
    return field.find is not None and field.find.step is None


def rows_in(bench: Bench, deriver: Deriver, batch: Batch) -> pa.Table:
    """The rows of one batch, by the verifier's own reader, with the corrections that are in the record."""
    mapping = deriver.mapping
    rows = bench.rows(mapping.system).read(Asked(mapping.reads, deriver.columns, batch.by, mapping.sql), batch.range)
    return corrected(rows, mapping, deriver.columns, bench.corrections)


FEW = 2_000
"""Keys that are asked for one by one; of more, their whole batches are read."""


def rows_of_keys(bench: Bench, deriver: Deriver, keys: Sequence[str]) -> pa.Table | None:
    """The rows of a few keys, as `rows_in` gives them; None where keys are not asked for by themselves, or rows need their batch."""
    mapping, rows = deriver.mapping, bench.rows(deriver.mapping.system)
    alone = not deriver.table.identity and not own_finds(mapping) and len(mapping.key) == 1 and mapping.key != (WHOLE_ROW,)
    if not (alone and rows.independent and len(keys) <= FEW):
        return None
    found = rows.those(Asked(mapping.reads, deriver.columns, mapping.key, mapping.sql), mapping.key[0], keys)
    return corrected(found, mapping, deriver.columns, bench.corrections)


def _done(bench: Bench, mapping: str, side: str, part: str, rows: int) -> None:
    bench.stage.execute("insert into done values (?, ?, ?, ?)", [mapping, side, part, rows])


@contextmanager
def _one_part(bench: Bench, mapping: str) -> Iterator[None]:
    """One part in one transaction of the stage; what an earlier run finished is not done again."""
    try:
        with in_one(bench.stage):
            yield
    except duckdb.OutOfMemoryException as error:
        raise NoRoom(
            f"The verifier's memory is too small for a batch of {mapping}.", hint="Lower `batch_rows:` for the next plan."
        ) from error
