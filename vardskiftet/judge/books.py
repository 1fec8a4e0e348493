"""Do the books close? Puts tallies, places and counts together into the three identities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Map

from vardskiftet.errors import gravest
from vardskiftet.model.books import ALL_UNITS, BookLine, Books, RejectLine, TableLine
from vardskiftet.model.fate import Left, Place, Tally
from vardskiftet.model.mapping import Mapping, OnVanish
from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme


def balance(
    programme: Programme,
    wave: str,
    plan: Plan,
    *,
    batches_done: int,
    tallies: Map[tuple[str, str], Tally],
    places: Map[str, Map[Place, int]],
    in_target: Map[tuple[str, str], int] | None,
    counted: Map[str, int | None],
    rejected: Map[tuple[str, str], int],
    excluded: Map[tuple[str, str], int],
    instances: Map[tuple[str, str], str],
    flagged: Map[tuple[str, str, str], int],
    left: Map[tuple[str, str, Left], int] | None = None,
    taken_over: Map[tuple[str, str], int] | None = None,
) -> Books:
    """The books of a wave under a plan.

    `tallies` and `in_target` by (mapping, unit), `rejected` and `instances` by (mapping, reason), `flagged` by (mapping, flag,
    detail), `left` by (mapping, unit, reason), `taken_over` by (mapping, other wave), `places` and `counted` by mapping; `in_target` is
    None if the target could not be read.
    """
    lines = []
    stays: dict[tuple[str, str], dict[Left, int]] = {}
    for (mapping, unit, why), rows in sorted((left or {}).items()):
        stays.setdefault((mapping, unit), {})[why] = rows
    # What no mapping of the plan speaks of, and the target holds for this wave all the same, is a line too: an open one.
    told = {*tallies, *(in_target or {}), *stays}
    for name in (*plan.mappings, *sorted({mapping for mapping, _ in told} - set(plan.mappings))):
        units = sorted({unit for mapping, unit in told if mapping == name})
        lines += [_line((name, unit), tallies.get((name, unit), Tally()), in_target, stays.get((name, unit), {})) for unit in units]
    tables = [_table(programme.mapping(name), places.get(name, {}), counted.get(name)) for name in plan.mappings]
    declared = programme.wave(wave).budgets
    by_reason: Counter[str] = Counter()
    for (_, reason), items in rejected.items():
        by_reason[reason] += items
    reasons = sorted(set(by_reason) | set(declared.rejected))
    # A person is there because of rows of care: those are counted themselves, and mended once.
    no_unit = sum(table.no_unit for table in tables if not programme.mapping(table.mapping).for_persons)
    return Books(
        wave=wave,
        lines=tuple(lines),
        tables=tuple(tables),
        rejects=tuple(RejectLine(reason=one, items=by_reason[one], budget=declared.rejected.get(one, 0)) for one in reasons),
        rejects_by=tuple((mapping, reason, items) for (mapping, reason), items in sorted(rejected.items())),
        instances=tuple((mapping, reason, detail) for (mapping, reason), detail in sorted(instances.items())),
        flagged=tuple((mapping, flag, detail, items) for (mapping, flag, detail), items in sorted(flagged.items())),
        exclusions=tuple((mapping, because, items) for (mapping, because), items in sorted(excluded.items())),
        taken_over=tuple((mapping, by, rows) for (mapping, by), rows in sorted((taken_over or {}).items())),
        no_unit=RejectLine(reason="no_unit", items=no_unit, budget=declared.no_unit),
        batches_done=batches_done,
        batches_planned=len(plan.batches),
        total=_total(lines),
    )


def _line(place: tuple[str, str], tally: Tally, in_target: Map[tuple[str, str], int] | None, left: dict[Left, int]) -> BookLine:
    mapping, unit = place
    found = None if in_target is None else in_target.get(place, 0)
    return BookLine(mapping=mapping, unit=unit, in_target=found, left=left, **tally.model_dump())


def _table(mapping: Mapping, places: Map[Place, int], counted: int | None) -> TableLine:
    return TableLine(
        system=mapping.system,
        table=mapping.reads,
        mapping=mapping.mapping,
        rows=sum(places.values()),
        counted=counted,
        in_waves=places.get(Place.IN_WAVE, 0) + places.get(Place.OTHER_WAVE, 0),
        excluded_units=places.get(Place.EXCLUDED_UNIT, 0),
        no_unit=places.get(Place.NO_UNIT, 0),
        no_care=places.get(Place.NO_CARE, 0),
    )


def _total(lines: list[BookLine]) -> BookLine:
    figures = {name: sum(getattr(line, name) for line in lines) for name in Tally.model_fields}
    known = [line.in_target for line in lines]
    whole = None if None in known else sum(number or 0 for number in known)
    left: Counter[Left] = Counter()
    for line in lines:
        left.update(line.left)
    return BookLine(mapping="*", unit=ALL_UNITS, in_target=whole, left=dict(sorted(left.items())), **figures)


UNTRUE = (Left.VANISHED, Left.MOVED, Left.EXCLUDED)
"""Rows of the record that the source no longer bears out."""


def outlived(programme: Programme, books: Books) -> tuple[str, ...]:
    """Mappings with rows in the record that the source no longer bears out, in words; those that declare `on_vanish: keep` are silent."""
    flagged = {mapping.mapping for mapping in programme.mappings if mapping.on_vanish is OnVanish.FLAG}
    found: dict[str, Counter[Left]] = {}
    for line in books.lines:
        if line.mapping in flagged:
            found.setdefault(line.mapping, Counter()).update({why: rows for why, rows in line.left.items() if why in UNTRUE})
    return tuple(
        f"{mapping}: {', '.join(f'{rows:,} {why}' for why, rows in sorted(whys.items()))}; the rows stand in the record"
        for mapping, whys in sorted(found.items())
        if whys
    )


def strays(plan: Plan, books: Books) -> tuple[str, ...]:
    """Tables whose rows lie outside the plan's expectation by more than the wave's tolerance, in words."""
    expected = {one.mapping: one.rows for one in plan.expectations}
    return tuple(
        f"{table.mapping}: {table.rows:,} rows where the plan counted {expected[table.mapping]:,}"
        for table in books.tables
        if table.mapping in expected and table.rows != expected[table.mapping]
    )


def beyond(plan: Plan, books: Books, tolerance: float) -> tuple[str, ...]:
    """Those of the strays that are findings."""
    expected = {one.mapping: one.rows for one in plan.expectations}
    far = {
        table.mapping
        for table in books.tables
        if abs(table.rows - expected.get(table.mapping, 0)) > tolerance * expected.get(table.mapping, 0)
    }
    return tuple(text for text in strays(plan, books) if text.partition(":")[0] in far)


def exit_code(books: Books, *, findings: bool = False) -> int:
    """8 if the books do not close, 1 for what is over budget or otherwise found, else 0."""
    return gravest([8 if not books.closes else 0, 1 if findings or not books.within_budget else 0])
