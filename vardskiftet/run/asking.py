"""What does a check's query find on a source or in the record? Each row is a fault: `id, why`, and the unit where units are asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

import sqlalchemy as sa

from vardskiftet.engine.evidence.values import plain_name
from vardskiftet.engine.measure import CannotMeasure
from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.engine.targets import open_target
from vardskiftet.model.check import Check, Per
from vardskiftet.model.measurement import WHOLE_WAVE, UnitValue
from vardskiftet.run.desk import Desk
from vardskiftet.run.evidence import names_of

RECORD = "record"
COLUMNS = ("id", "why")
UNIT = "unit"


def asked_rows(desk: Desk, check: Check, units: Sequence[str]) -> tuple[UnitValue, ...]:
    """Faults by unit, or on the line `*`; a unit that the query does not name has none.

    Raises CannotMeasure where nothing is there to ask, or a fault names no unit that is known.
    """
    found = list(_rows(desk, check))
    if check.per is Per.PROGRAMME:
        return (UnitValue(WHOLE_WAVE, Fraction(len(found)), rows=len(found)),)
    names = names_of(desk.programme).units
    told = Counter(names.get(plain_name(row[2] or ""), "") for row in found)
    if told[""]:
        raise CannotMeasure(f"{told['']:,} rows name no unit of the programme")
    return tuple(UnitValue(unit, Fraction(told[unit]), rows=told[unit]) for unit in units)


def _rows(desk: Desk, check: Check) -> Iterator[tuple[str | None, ...]]:
    columns = (*COLUMNS, UNIT) if check.per is Per.UNIT else COLUMNS
    sql = check.measure.sql.strip().rstrip(";")
    if check.measure.on == RECORD:
        target = open_target(desk.programme)
        try:
            if not target.exists():
                raise CannotMeasure("the record does not exist yet")
            yield from _tuples(target.arrow(_question(sql, columns)).to_pylist(), columns)
        finally:
            target.close()
        return
    source = open_source(desk.programme.system(check.measure.on), desk.programme.root)
    try:
        table = source.schema()
        for batch in source.read(Extract(next(iter(sorted(table)), ""), columns, sql=sql), None):
            yield from _tuples(batch.to_pylist(), columns)
    finally:
        source.close()


def _question(sql: str, columns: tuple[str, ...]) -> sa.Select[tuple[str, ...]]:
    """The check's own text as a question for its columns; a colon in it is a colon, and names no value."""
    told = sa.text(sql.replace(":", "\\:")).columns(*(sa.column(name, sa.Text) for name in columns)).subquery("fault")
    return sa.select(*(told.c[name] for name in columns))


def _tuples(rows: list[dict[str, str | None]], columns: tuple[str, ...]) -> Iterator[tuple[str | None, ...]]:
    yield from (tuple(row[name] for name in columns) for row in rows)
