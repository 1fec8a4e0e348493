"""Which rows can be lost, invented, doubled or given to another person? K1 to K4, K12, and what this field has seen."""

from __future__ import annotations

from collections.abc import Sequence

from vardskiftet.engine.corrupt.copy import Copy, Row
from vardskiftet.engine.corrupt.seed import NEW, Corruption, Seeded, children, leaves, several, told
from vardskiftet.engine.reconcile.clinical import tells_what
from vardskiftet.model.difference import Kind, Level
from vardskiftet.model.record import Table

AMONG = 100
"""Rows of which a pair is made with any other one."""
ALERTS = ("alert", "warning", "allerg")


def _some(copy: Copy) -> tuple[Table, list[Row]] | None:
    for table in leaves(copy):
        rows = copy.rows(table)
        if len(rows) >= 4:
            return table, rows
    return None


def row_lost(copy: Copy) -> Seeded | None:
    """One row in the middle."""
    if (found := _some(copy)) is None:
        return None
    table, rows = found
    copy.drop(table, [rows[len(rows) // 2]])
    return told(rows[len(rows) // 2], table, Kind.MISSING, also=(Level.TOTALS,))


def last_row_lost(copy: Copy) -> Seeded | None:
    """The row with the greatest id, and the one with the greatest source key."""
    if (found := _some(copy)) is None:
        return None
    table, rows = found
    ends = {str(one[table.key]): one for one in (rows[-1], max(rows, key=lambda row: str(row["_key"])))}
    copy.drop(table, ends.values())
    return several(list(ends.values()), table, Kind.MISSING)


def row_added(copy: Copy) -> Seeded | None:
    """A row that no source row stands for."""
    if (found := _some(copy)) is None:
        return None
    table, rows = found
    copy.add(table, rows[0], NEW.format(1))
    return told({**rows[0], table.key: NEW.format(1)}, table, Kind.EXTRA, also=(Level.TOTALS,))


def row_doubled_evenly(copy: Copy) -> Seeded | None:
    """Two more rows of the same content: what XOR would cancel."""
    if (found := _some(copy)) is None:
        return None
    table, rows = found
    added = [{**rows[0], table.key: NEW.format(number)} for number in (2, 3)]
    for row in added:
        copy.add(table, rows[0], str(row[table.key]))
    return several(added, table, Kind.EXTRA)


def one_lost_one_invented(copy: Copy) -> Seeded | None:
    """As many rows as before."""
    if (found := _some(copy)) is None:
        return None
    table, rows = found
    copy.drop(table, [rows[0]])
    copy.add(table, rows[0], NEW.format(4))
    cells = {(str(rows[0][table.key]), ""), (NEW.format(4), "")}
    return Seeded((str(rows[0]["_mapping"]),), frozenset(cells), frozenset({Kind.MISSING, Kind.EXTRA}))


def twin_missing(copy: Copy) -> Seeded | None:
    """A row that holds another row's content, its own being gone."""
    if (found := _some(copy)) is None:
        return None
    table, rows = found
    kept, lost = _two_mappings_alike(rows)
    copy.drop(table, [lost])
    copy.add(table, kept, NEW.format(5))
    cells = {(str(lost[table.key]), ""), (NEW.format(5), "")}
    return Seeded((str(lost["_mapping"]),), frozenset(cells), frozenset({Kind.MISSING, Kind.EXTRA}))


def _two_mappings_alike(rows: list[Row]) -> tuple[Row, Row]:
    first = rows[0]
    return first, next((one for one in rows[1:] if one["_mapping"] == first["_mapping"]), rows[1])


def unit_lost(copy: Copy) -> Seeded | None:
    """All rows of one unit."""
    for table in leaves(copy):
        rows = copy.rows(table)
        units = sorted({str(row["_unit"]) for row in rows if row["_unit"]})
        if len(units) > 1:
            gone = [row for row in rows if row["_unit"] == units[0]]
            copy.drop(table, gone)
            return several(gone, table, Kind.MISSING, also=(Level.TOTALS,))
    return None


def alert_lost(copy: Copy) -> Seeded | None:
    """An alert; where the record holds none, a row that belongs to a patient."""
    free = {table.table for table in leaves(copy)}
    tables = [table for table, _ in children(copy) if table.table in free]
    for table in sorted(tables, key=lambda one: not any(word in one.table for word in ALERTS)):
        rows = copy.rows(table)
        if rows:
            copy.drop(table, rows[:1])
            return told(rows[0], table, Kind.MISSING, also=(Level.CLINICAL,))
    return None


def children_exchanged(copy: Copy) -> Seeded | None:
    """Two rows change their owners; of two kinds where there are such, since counts per patient and kind see no exchange of like rows."""
    for table, column in children(copy):
        kinds = [one.column for one in table.columns if tells_what(one)]
        rows = copy.rows(table)
        pair = _of_two(rows, column.column, kinds) or _of_two(rows, column.column, ())
        if pair is not None:
            one, other = pair
            copy.change(table, one, **{column.column: other[column.column]})
            copy.change(table, other, **{column.column: one[column.column]})
            also = (Level.CLINICAL,) if _unlike(one, other, kinds) else ()
            return several([one, other], table, Kind.WRONG_PATIENT, column.column, also=also)
    return None


def _of_two(rows: list[Row], owner: str, kinds: Sequence[str]) -> tuple[Row, Row] | None:
    """A row, and the first of another owner; where kinds are named, of another kind as well."""
    for one in rows[:AMONG]:
        for other in rows:
            if other[owner] != one[owner] and (not kinds or _unlike(one, other, kinds)):
                return one, other
    return None


def _unlike(one: Row, other: Row, kinds: Sequence[str]) -> bool:
    return any(one[kind] != other[kind] for kind in kinds)


def unit_changed(copy: Copy) -> Seeded | None:
    """A row is booked on another unit than its own."""
    if (found := _some(copy)) is None:
        return None
    table, rows = found
    copy.change(table, rows[0], _unit="another-unit")
    return told(rows[0], table, Kind.OTHER, "_unit", also=(Level.TOTALS,))


SPOILT = (
    Corruption("k1_row_lost", "one row is lost", row_lost),
    Corruption("k1_last_row_lost", "the last rows are lost", last_row_lost),
    Corruption("k2_row_added", "one row is invented", row_added),
    Corruption("k2_row_doubled_evenly", "one row is there three times", row_doubled_evenly),
    Corruption("k4_children_exchanged", "two patients' rows are exchanged", children_exchanged),
    Corruption("k12_one_lost_one_invented", "one row is lost and one invented", one_lost_one_invented),
    Corruption("twin_missing", "a row is there twice and its twin is missing", twin_missing),
    Corruption("unit_lost", "all rows of a unit are lost", unit_lost),
    Corruption("alert_lost", "an alert is lost", alert_lost),
    Corruption("unit_changed", "a row stands on another unit's line", unit_changed),
)
