"""Which rows of a wave wait for somebody to say who they are, and what was said? Reviews with their state; persons beside them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyarrow as pa

from vardskiftet.declare.words import nearest
from vardskiftet.engine.corrections import corrected, guard, read_corrections
from vardskiftet.engine.decisions import read_decisions
from vardskiftet.engine.lookups import prepare_references
from vardskiftet.engine.originals import RejectedItem
from vardskiftet.engine.reconcile.stood import rows_by_id
from vardskiftet.engine.rederive.derive import stored_columns
from vardskiftet.engine.reviews import person_of, reviews, said_of
from vardskiftet.engine.targets import open_target
from vardskiftet.errors import Usage
from vardskiftet.model.event import Event
from vardskiftet.model.identity import Decided, Person, Review, Said, Standing, State, Verdict
from vardskiftet.model.plan import Plan
from vardskiftet.run.decided import DECIDED, decisions_folder, decisions_of
from vardskiftet.run.desk import Desk
from vardskiftet.run.imported import corrections_folder
from vardskiftet.run.rejects import loaded_plan, rejected_items
from vardskiftet.run.workbench import Workbench, workbench

REVIEW = "IDENTITY_REVIEW"


@dataclass(frozen=True, slots=True)
class Compared:
    """The row of a review beside the persons whom it might be: record column to text. These are patients' values."""

    row: dict[str, str | None]
    persons: dict[str, dict[str, str | None]]
    """Candidate to its row of the record; a person without one is left out."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A wave's reviews by state and name, with the words behind them. What names a source key stays inside."""

    plan: Plan
    standings: tuple[Standing, ...]
    open: dict[str, Review]
    """Rejected rows under review, by the review's id."""
    decided: dict[str, Decided]
    """The last word on each review, by its id."""


def look(desk: Desk, wave: str) -> Looked:
    """Every review of a wave. Raises Usage if it is not wholly loaded."""
    plan = loaded_plan(desk, wave)
    with workbench(desk, plan, "identities") as bench:
        found = {one.review: one for one in _under_review(bench)}
    with desk.reading_store() as store:
        events = tuple(store.events(kind=DECIDED))
    last = {one.review: one for one in read_decisions(decisions_folder(desk), [str(event.payload["file"]) for event in events])}
    carried = {one.review: one for one in decisions_of(desk, plan)}
    said = {str(event.payload["review"]): event for event in events}
    mine = {review for review, event in said.items() if event.payload["wave"] == wave} | set(found)
    states = {review: _state(found.get(review), last.get(review), carried.get(review)) for review in mine}
    standings = [_standing(review, state, found, last, said) for review, state in states.items() if state is not None]
    order = list(State)
    return Looked(plan, tuple(sorted(standings, key=lambda one: (order.index(one.state), one.mapping, one.review))), found, last)


def the_review(looked: Looked, wave: str, review: str) -> Standing:
    """The review of that id. Raises Usage if the wave has none."""
    known = {one.review: one for one in looked.standings}
    if review not in known:
        hint = nearest(review, list(known)) or f"vardskiftet identities list {wave}"
        raise Usage(f"'{review}' is no review of wave '{wave}'.", hint=hint)
    return known[review]


def persons_of(desk: Desk, standing: Standing) -> tuple[Person, ...]:
    """The persons whom a row might be, and itself if it stands there."""
    target, mapping = open_target(desk.programme), desk.programme.mapping(standing.mapping)
    ids = dict.fromkeys((*standing.candidates, standing.own))
    found = (person_of(target, desk.programme.record, mapping, one) for one in ids)
    return tuple(one for one in found if one.stands or one.person in standing.candidates)


def compare(desk: Desk, looked: Looked, wanted: tuple[Standing, ...]) -> dict[str, Compared]:
    """Rows under review beside their candidates, by review, with values: the caller has asked why. Decided rows have no row beside them."""
    target, record = open_target(desk.programme), desk.programme.record
    keys = {(one.mapping, one.key): one for one in looked.open.values()}
    rows: dict[str, dict[str, str | None]] = {}
    with workbench(desk, looked.plan, "identities") as bench:
        for name, number, items in _by_batch(bench):
            batch = _rows(bench, name, number)
            for item in items:
                if (name, item.key) in keys and item.key is not None:
                    rows[keys[name, item.key].review] = said_of(bench.duck, bench.compiled(name), batch, item.key)
    found = {}
    for one in wanted:
        mapping = desk.programme.mapping(one.mapping)
        columns = stored_columns(desk.programme, mapping)
        persons: dict[str, dict[str, str | None]] = {}
        for table in rows_by_id(target, record, mapping, columns, one.candidates):
            for line in table.to_pylist():
                persons[str(line["_id"])] = {column.column: _text(line[column.column]) for column in columns}
        found[one.review] = Compared(rows.get(one.review, {}), persons)
    return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _under_review(bench: Workbench) -> list[Review]:
    """The rejected rows whose identity is in doubt, with their candidates as the record holds them now."""
    found: list[Review] = []
    prepared = ""
    for name, number, items in _by_batch(bench):
        rows, compiled = _rows(bench, name, number), bench.compiled(name)
        if name != prepared:
            prepare_references(bench.duck, bench.desk.programme, compiled.mapping, open_target(bench.desk.programme))
            prepared = name
        found += reviews(bench.duck, compiled, rows, [one.key for one in items if one.key is not None])
    return found


def _by_batch(bench: Workbench) -> list[tuple[str, int, list[RejectedItem]]]:
    by: dict[tuple[str, int], list[RejectedItem]] = defaultdict(list)
    for one in rejected_items(bench.desk, bench.plan):
        if one.reason == REVIEW:
            by[one.mapping, one.number].append(one)
    return [(mapping, number, items) for (mapping, number), items in sorted(by.items())]


def _rows(bench: Workbench, name: str, number: int) -> pa.Table:
    """A batch's rows with the corrections that the plan stands on; their rows are guarded."""
    compiled = bench.compiled(name)
    said = [one for one in read_corrections(corrections_folder(bench.desk), bench.plan.corrections) if one.mapping == name]
    guard(bench.duck, compiled.mapping, said)
    return corrected(bench.duck, compiled.mapping, compiled.columns, bench.rows(name, number), said)


def _state(found: Review | None, last: Decided | None, carried: Decided | None) -> State | None:
    """None for a decision that was taken back and is not in the record: nothing is left of it."""
    if found is not None and last is not None and last.verdict is not Verdict.OPEN:
        return State.DECIDED if last.numbers == found.numbers else State.LAPSED
    if found is not None:
        return State.OPEN
    if last is None or last.verdict is Verdict.OPEN:
        return State.TAKEN_BACK if carried is not None else None
    return State.CARRIED_OUT if carried is not None and carried.person == last.person else State.DECIDED


def _standing(review: str, state: State, found: dict[str, Review], last: dict[str, Decided], said: dict[str, Event]) -> Standing:
    here, word = found.get(review), last.get(review)
    about = here if here is not None else word
    if about is None:
        raise RuntimeError("a review is a row under review, or one that was decided")
    told = None
    if word is not None:
        payload = said[review].payload
        told = Said(
            verdict=word.verdict,
            person=word.person,
            by=f"{payload['name']}, {payload['role']}",
            because=str(payload["because"]),
            at=said[review].at.isoformat(timespec="seconds"),
        )
    return Standing(
        review=review,
        mapping=about.mapping,
        state=state,
        doubt=here.doubt if here is not None else None,
        candidates=about.candidates,
        own=about.own,
        said=told,
    )
