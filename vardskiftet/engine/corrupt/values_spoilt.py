"""Which values can be bent? Texts, numbers, times, codes and marks: K3, K5 to K11, and what this field has seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from vardskiftet.engine.corrupt.copy import Copy, Row
from vardskiftet.engine.corrupt.seed import Corruption, Seeded, children, columns_of, plain_text, several, told
from vardskiftet.engine.reconcile.clinical import owner_of
from vardskiftet.model.difference import Kind, Level
from vardskiftet.model.record import Column, ColumnType, Table

NEGATION = " ej "


def _text(copy: Copy, wanted: Callable[[str], bool]) -> tuple[Table, Column, Row] | None:
    """The first text that is wanted, of the smallest table that has one."""
    for table, column in columns_of(copy, ColumnType.TEXT, plain_text):
        for row in copy.rows(table, f'"{column.column}" is not null'):
            if wanted(str(row[column.column])):
                return table, column, row
    return None


def _bent(copy: Copy, wanted: Callable[[str], bool], bend: Callable[[str], str | None], kind: Kind, *also: Level) -> Seeded | None:
    """One text, bent."""
    found = _text(copy, wanted)
    if found is None:
        return None
    table, column, row = found
    copy.change(table, row, **{column.column: bend(str(row[column.column]))})
    return told(row, table, kind, column.column, also=also)


def values_exchanged(copy: Copy) -> Seeded | None:
    """One column of two patients' rows."""
    owners = {table.table: owner.column for table, owner in children(copy)}
    kinds = (ColumnType.DECIMAL, ColumnType.INSTANT, ColumnType.DATE)
    for table, column in (one for kind in kinds for one in columns_of(copy, kind)):
        rows = copy.rows(table, f'"{column.column}" is not null') if table.table in owners else []
        owner = owners.get(table.table, "")
        for other in rows[1:]:
            one = rows[0]
            if one[column.column] != other[column.column] and one[owner] != other[owner] and one["_mapping"] == other["_mapping"]:
                copy.change(table, one, **{column.column: other[column.column]})
                copy.change(table, other, **{column.column: one[column.column]})
                return several([one, other], table, Kind.WRONG_PATIENT, column.column)
    return None


def null_became_empty(copy: Copy) -> Seeded | None:
    """Nothing became an empty text."""
    for table, column in columns_of(copy, ColumnType.TEXT, lambda table, column: plain_text(table, column) and not column.required):
        rows = copy.rows(table, f'"{column.column}" is null', 1)
        if rows:
            copy.change(table, rows[0], **{column.column: ""})
            return told(rows[0], table, Kind.NULL_EMPTY, column.column)
    return None


def border_moved(copy: Copy) -> Seeded | None:
    """`a|b`, `c` became `a`, `b|c`: the same letters in a row, in other columns."""
    for table in copy.record.tables:
        texts = [one for one in table.columns if one.type is ColumnType.TEXT and plain_text(table, one)]
        for one, other in pairwise(texts):
            rows = copy.rows(table, f'length("{one.column}") > 3 and length("{other.column}") > 1', 1)
            if rows:
                left, right = str(rows[0][one.column]), str(rows[0][other.column])
                copy.change(table, rows[0], **{one.column: left[:-1], other.column: left[-1] + right})
                seeded = told(rows[0], table, Kind.TRUNCATED, one.column, other.column)
                return Seeded(seeded.mappings, seeded.cells, frozenset({Kind.TRUNCATED, Kind.OTHER}))
    return None


def _number(copy: Copy) -> tuple[Table, Column, Row] | None:
    for table, column in columns_of(copy, ColumnType.DECIMAL):
        rows = copy.rows(table, f'"{column.column}" is not null and cast("{column.column}" as real) > 0', 1)
        if rows:
            return table, column, rows[0]
    return None


def one_more(copy: Copy) -> Seeded | None:
    """A number that is greater by one, in the smallest of places."""
    found = _number(copy)
    if found is None:
        return None
    table, column, row = found
    whole, _, part = str(row[column.column]).partition(".")
    copy.change(table, row, **{column.column: f"{int(whole) + 1}{'.' + part if part else ''}"})
    return told(row, table, Kind.OTHER, column.column, also=(Level.TOTALS,))


def shifted_by_ten(copy: Copy) -> Seeded | None:
    """A decimal point in another place."""
    found = _number(copy)
    if found is None:
        return None
    table, column, row = found
    whole, _, part = str(row[column.column]).partition(".")
    moved = f"{whole}{part[0]}.{part[1:] or '0'}" if part else f"{whole}0"
    copy.change(table, row, **{column.column: moved})
    return told(row, table, Kind.PRECISION, column.column, also=(Level.TOTALS,))


def _times(copy: Copy, wanted: Callable[[datetime], bool], shift: timedelta, only: int, kind: Kind, *also: Level) -> Seeded | None:
    """Times that are wanted, shifted; `only` so many (0: all of one column)."""
    for table, column in columns_of(copy, ColumnType.INSTANT):
        rows = [row for row in copy.rows(table, f'"{column.column}" is not null') if wanted(_instant(row[column.column]))]
        chosen = rows[:only] if only else rows
        copy.change_all(table, [(row, {column.column: _shifted(str(row[column.column]), shift)}) for row in chosen])
        if chosen:
            return several(chosen, table, kind, column.column, also=also)
    return None


def _instant(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _shifted(text: str, by: timedelta) -> str:
    """Another moment in the record's own writing: whole seconds are shifted, a fraction of one stays as it is written."""
    whole, _, part = text.removesuffix("Z").partition(".")
    return f"{datetime.fromisoformat(whole) + by:%Y-%m-%dT%H:%M:%S}{'.' + part if part else ''}Z"


def _in_summer(moment: datetime) -> bool:
    return bool(moment.astimezone(ZoneInfo("Europe/Stockholm")).dst())


def _of_change(moment: datetime) -> bool:
    """Whether its day in Sweden is one of a clock change."""
    local = moment.astimezone(ZoneInfo("Europe/Stockholm")).date()
    return local.month in (3, 10) and local.weekday() == 6 and local.day > 24


def hour_of_clock_change(copy: Copy) -> Seeded | None:
    """One hour, on the day of the clock change; where no row has such a day, on any."""
    hour = timedelta(hours=1)
    return _times(copy, _of_change, hour, 1, Kind.TIMEZONE) or _times(copy, lambda _moment: True, hour, 1, Kind.TIMEZONE)


def cut_short(copy: Copy) -> Seeded | None:
    """All texts of a column, cut at a length that bites."""
    for table, column in columns_of(copy, ColumnType.TEXT, plain_text):
        rows = copy.rows(table, f'length("{column.column}") > 24')
        cut = [row for row in rows if not str(row[column.column])[20:].isspace()]
        if len(cut) > 1:
            copy.change_all(table, [(row, {column.column: str(row[column.column])[:20]}) for row in cut])
            return several(cut, table, Kind.TRUNCATED, column.column, also=(Level.TOTALS,))
    return None


def notes_emptied(copy: Copy) -> Seeded | None:
    """Every text of a column is empty; not one row is missing."""
    for table, column in columns_of(copy, ColumnType.TEXT, lambda table, column: plain_text(table, column) and column.protected):
        rows = copy.rows(table, f'length("{column.column}") > 12')
        if len(rows) > 1:
            copy.change_all(table, [(row, {column.column: ""}) for row in rows])
            return several(rows, table, Kind.TRUNCATED, column.column, also=(Level.TOTALS,))
    return None


def codes_unknown(copy: Copy) -> Seeded | None:
    """A whole code system became `unknown`; what is already so is spared."""
    for table, column in columns_of(copy, ColumnType.TEXT, lambda _table, column: bool(column.code_system)):
        rows = copy.rows(table, f""""{column.column}" <> 'unknown'""")
        if len(rows) > 1:
            copy.change_all(table, [(row, {column.column: "unknown"}) for row in rows])
            # What a row is counts per patient, where the table says whose it is; a person's own row belongs to nobody.
            owned = (Level.CLINICAL,) if owner_of(table, table.columns) is not None else ()
            return several(rows, table, Kind.OTHER, column.column, also=(Level.TOTALS, *owned))
    return None


def code_of_last_year(copy: Copy) -> Seeded | None:
    """One code that another edition of the code system had."""
    for table, column in columns_of(copy, ColumnType.TEXT, lambda _table, column: bool(column.code_system)):
        rows = copy.rows(table, f'"{column.column}" is not null', 1)
        if rows:
            copy.change(table, rows[0], **{column.column: f"{rows[0][column.column]}-2023"})
            return told(rows[0], table, Kind.OTHER, column.column, also=(Level.TOTALS,))
    return None


def day_and_month_exchanged(copy: Copy) -> Seeded | None:
    """The fourth of May became the fifth of April."""
    for table, column in columns_of(copy, ColumnType.DATE):
        for row in copy.rows(table, f'"{column.column}" is not null'):
            day = date.fromisoformat(str(row[column.column]))
            if day.day <= 12 and day.day != day.month:
                copy.change(table, row, **{column.column: day.replace(month=day.day, day=day.month).isoformat()})
                return told(row, table, Kind.OTHER, column.column, also=(Level.TOTALS,))
    return None


def protection_cleared(copy: Copy) -> Seeded | None:
    """A protected person is protected no more."""
    for table, column in columns_of(copy, ColumnType.BOOLEAN, lambda _table, column: column.protected or column.safety_critical):
        rows = copy.rows(table, f'"{column.column}" = 1', 1)
        if rows:
            copy.change(table, rows[0], **{column.column: 0})
            return told(rows[0], table, Kind.OTHER, column.column, also=(Level.CLINICAL,))
    return None


def sent_to_nobody(copy: Copy) -> Seeded | None:
    """A booking, or a referral, points at a unit that cannot receive it."""
    for table, column in columns_of(copy, ColumnType.TEXT, lambda _table, column: column.recipient):
        rows = copy.rows(table, f'"{column.column}" is not null', 1)
        if rows:
            copy.change(table, rows[0], **{column.column: "SE2321000131-CLOSED"})
            return told(rows[0], table, Kind.OTHER, column.column, also=(Level.CLINICAL,))
    return None


def comparator_lost(copy: Copy) -> Seeded | None:
    """`<0,5` became 0,5; where no value has a sign before it, an optional code of a row is gone."""
    for table, column in columns_of(copy, ColumnType.TEXT, lambda table, column: not column.required and not table.identity):
        rows = copy.rows(table, f"\"{column.column}\" in ('<', '>', '<=', '>=')", 1)
        if rows:
            copy.change(table, rows[0], **{column.column: None})
            return told(rows[0], table, Kind.OTHER, column.column)
    return None


def _swedish(text: str) -> bool:
    return any(letter in "åäö" for letter in text)


def _ringless(text: str) -> str:
    return text.translate(str.maketrans("åäö", "aao"))


def _lower(text: str) -> bool:
    return text.upper().lower() == text.lower() and text != text.upper()


def _long(text: str) -> bool:
    return len(text) > 16 and not text[10:].isspace()


def _mojibake(text: str) -> str:
    try:
        return text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return text.encode().decode("latin-1")


BENT = (
    Corruption("k3_values_exchanged", "one value of two patients is exchanged", values_exchanged),
    Corruption("k5_null_became_empty", "nothing became an empty text", null_became_empty),
    Corruption("k5_border_moved", "a letter moved from one column to the next", border_moved),
    Corruption("k6_one_more", "a number is greater by one", one_more),
    Corruption("k7_trailing_space", "a space at the end", lambda c: _bent(c, bool, lambda text: f"{text} ", Kind.WHITESPACE)),
    Corruption("k7_rings_lost", "å became a", lambda c: _bent(c, _swedish, _ringless, Kind.NORMALISATION)),
    Corruption(
        "k7_rings_apart",
        "å became a with a ring",
        lambda c: _bent(c, _swedish, lambda t: unicodedata.normalize("NFD", t), Kind.NORMALISATION),
    ),
    Corruption(
        "k7_case",
        "capitals",
        lambda c: _bent(c, str.islower, str.upper, Kind.NORMALISATION) or _bent(c, _lower, str.upper, Kind.NORMALISATION),
    ),
    Corruption(
        "k8_all_times", "all times an hour later", lambda c: _times(c, lambda _m: True, timedelta(hours=1), 0, Kind.TIMEZONE, Level.TOTALS)
    ),
    Corruption("k8_summer_times", "summer times an hour later", lambda c: _times(c, _in_summer, timedelta(hours=1), 0, Kind.TIMEZONE)),
    Corruption("k9_cut_short", "all texts of a column are cut", cut_short),
    Corruption("k10_notes_emptied", "all notes are empty", notes_emptied),
    Corruption("k11_codes_unknown", "a code system became unknown", codes_unknown),
    Corruption("decimal_shifted", "a decimal point moved", shifted_by_ten),
    Corruption("day_and_month", "day and month exchanged", day_and_month_exchanged),
    Corruption(
        "negation_dropped",
        "a negation is gone",
        lambda c: _bent(c, lambda t: NEGATION in t, lambda t: t.replace(NEGATION, " ", 1), Kind.OTHER, Level.CLINICAL),
    ),
    Corruption("note_truncated", "one text is cut", lambda c: _bent(c, _long, lambda t: t[:10], Kind.TRUNCATED)),
    Corruption("hour_of_clock_change", "an hour, on the day of the clock change", hour_of_clock_change),
    Corruption("code_of_last_year", "a code of another edition", code_of_last_year),
    Corruption("protection_cleared", "a mark of protection is gone", protection_cleared),
    Corruption("sent_to_nobody", "a booking points at a unit that cannot receive it", sent_to_nobody),
    Corruption("comparator_lost", "`<` before a value is gone", comparator_lost),
    Corruption("misread", "UTF-8 was taken for cp1252", lambda c: _bent(c, _swedish, _mojibake, Kind.ENCODING)),
    Corruption("seconds", "half a minute is lost", lambda c: _times(c, lambda m: m.second == 0, timedelta(seconds=30), 1, Kind.PRECISION)),
)
