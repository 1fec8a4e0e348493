"""What does a file of evidence say, once every cell is understood? Typed rows, or all that is wrong with them, by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vardskiftet.declare.scalars import Unreadable
from vardskiftet.engine.evidence import values
from vardskiftet.engine.evidence.raw import RawFile, Unusable, plain
from vardskiftet.errors import Fault
from vardskiftet.judge.masking import identifiers, inert
from vardskiftet.model.evidence import ColumnKind, EvidenceColumn, EvidenceSource

SHOWN_LINES = 8
TOTALS = frozenset({"total", "totalt", "totals", "summa", "sum", "sammanlagt", "grand total", "alla enheter"})

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """Names that cells may hold, in their plain form, to the programme's own; and its zone."""

    units: Mapping[str, str]
    waves: Mapping[str, str]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Understood:
    """The rows of a file with their lines, and what was seen beside them."""

    rows: tuple[Row, ...]
    lines: tuple[int, ...]
    ignored: tuple[str, ...]
    """Columns of the file that are not declared, made inert."""
    identifiers: int
    as_of: datetime | None
    """The oldest time that a row names; None where no column does."""


class Wrong:
    """What is wrong with the rows of a file, gathered by kind: ten thousand lines with one fault are one fault."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lines: dict[tuple[str, str, str], list[int]] = defaultdict(list)

    def at(self, line: int, column: str, message: str, hint: str = "") -> None:
        """Tell a fault on a line."""
        self._lines[column, message, hint].append(line)

    def told(self) -> tuple[Fault, ...]:
        """All faults by their first line; the lines of each, the first ones by number and the rest counted."""
        faults = []
        for (column, message, hint), lines in self._lines.items():
            first = sorted(set(lines))
            more = f" and {len(first) - SHOWN_LINES:,} more" if len(first) > SHOWN_LINES else ""
            where = f"line {first[0]}" if len(first) == 1 else f"lines {', '.join(map(str, first[:SHOWN_LINES]))}{more}"
            faults.append(Fault(self._path, first[0], " › ".join(part for part in (where, column) if part), message, hint))
        return tuple(sorted(faults, key=lambda fault: (fault.line, fault.trail, fault.message)))


def understand(source: EvidenceSource, raw: RawFile, names: Names, path: str) -> tuple[Understood, tuple[Fault, ...]]:
    """The rows that could be understood, and every fault. Only where there is no fault may the rows be used."""
    wrong = Wrong(path)
    places = {plain(name): place for place, name in reversed(list(enumerate(raw.header)))}
    declared = {plain(one.heading) for one in source.columns}
    missing = [one.heading for one in source.columns if plain(one.heading) not in places]
    if missing:
        raise Unusable(f"lacks the column '{missing[0]}'.", "Export it with this heading, or correct checks/sources.yaml.")
    readers = {one.column: reader(one.kind, names) for one in source.columns}
    rows, lines = [], []
    for line, cells in raw.rows:
        if _is_total(source, cells, places):
            wrong.at(line, "", "is a row of totals.", "Leave it out: sums are made here, from the rows themselves.")
            continue
        rows.append(_row(source, cells, places, readers, line, wrong))
        lines.append(line)
    _check(source, rows, lines, wrong)
    if not raw.rows and not source.may_be_empty:
        wrong.at(1, "", "has a header and no row.", "Was it exported to the end? If no row can be right, declare `may_be_empty: true`.")
    found = Understood(
        rows=tuple(rows),
        lines=tuple(lines),
        ignored=tuple(inert(name) for name in raw.header if plain(name) not in declared and name.strip()),
        identifiers=sum(identifiers(cell) > 0 for _, cells in raw.rows for cell in cells),
        as_of=_as_of(source, rows, names.zone),
    )
    return found, wrong.told()


def reader(kind: ColumnKind, names: Names) -> Callable[[str], Any]:
    """What reads a cell of this kind."""
    return {
        ColumnKind.TEXT: values.text,
        ColumnKind.COUNT: values.count,
        ColumnKind.NUMBER: values.number,
        ColumnKind.SHARE: values.share,
        ColumnKind.PERCENT: values.percent,
        ColumnKind.DAY: values.day,
        ColumnKind.MOMENT: values.moment_in(names.zone),
        ColumnKind.YES_NO: values.yes_no,
        ColumnKind.UNIT: values.one_of_names(dict(names.units), "unit"),
        ColumnKind.WAVE: values.one_of_names(dict(names.waves), "wave"),
    }[kind]


def _row(
    source: EvidenceSource,
    cells: Sequence[str],
    places: Mapping[str, int],
    readers: Mapping[str, Callable[[str], Any]],
    line: int,
    wrong: Wrong,
) -> Row:
    row: Row = {}
    for column in source.columns:
        cell = cells[places[plain(column.heading)]]
        row[column.column] = _cell(column, cell, readers[column.column], line, wrong)
    return row


def _cell(column: EvidenceColumn, cell: str, read: Callable[[str], Any], line: int, wrong: Wrong) -> Any:
    if not cell.strip():
        if not column.may_be_empty:
            wrong.at(line, column.heading, "is empty.", "Fill it in; or declare `may_be_empty: true`.")
        return None
    try:
        return read(cell)
    except Unreadable as fault:
        wrong.at(line, column.heading, f"{fault}", fault.hint)
    return None


def _is_total(source: EvidenceSource, cells: Sequence[str], places: Mapping[str, int]) -> bool:
    """Whether a row says in its first cell, or in a cell of its key, that it sums up the others."""
    key = [cells[places[plain(source.column(name).heading)]] for name in source.key]
    return any(plain(cell).rstrip(": ") in TOTALS for cell in (cells[0], *key))


def _check(source: EvidenceSource, rows: Sequence[Row], lines: Sequence[int], wrong: Wrong) -> None:
    """Rows that share a key, and parts above their whole."""
    seen: dict[tuple[Any, ...], int] = {}
    for row, line in zip(rows, lines, strict=True):
        key = tuple(row[name] for name in source.key)
        if None not in key:
            if key in seen:
                what = ", ".join(source.key)
                wrong.at(line, what, "names a row that stands in the file already.", f"Two rows never share {what}; keep one of them.")
            seen.setdefault(key, line)
        for part, whole in source.parts:
            if row[part] is not None and row[whole] is not None and row[part] > row[whole]:
                wrong.at(line, part, f"is above {whole}.", "A part is never more than its whole.")


def _as_of(source: EvidenceSource, rows: Sequence[Row], zone: ZoneInfo) -> datetime | None:
    times = [row[source.as_of] for row in rows if source.as_of and row[source.as_of] is not None]
    days = [one if isinstance(one, datetime) else datetime(one.year, one.month, one.day, tzinfo=zone) for one in times]
    moments = [one.astimezone(UTC) for one in days]
    return min(moments, default=None)
