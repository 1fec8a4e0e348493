"""How does a value become the type of its record column? Never by inference: what does not fit leaves a reason."""

from __future__ import annotations

from dataclasses import replace

from vardskiftet.engine.compile.layout import wrapped
from vardskiftet.engine.transforms.protocol import Expression
from vardskiftet.model.record import Column, ColumnType

DUCK_TYPES = {
    ColumnType.TEXT: "varchar",
    ColumnType.UUID: "varchar",
    ColumnType.INTEGER: "bigint",
    ColumnType.DECIMAL: "varchar",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.INSTANT: "timestamp",
}

_WHOLE = "regexp_full_match({v}, '[-+]?0*[0-9]{{1,19}}')"
_NUMBER = r"regexp_full_match({v}, '[-+]?[0-9]+(\.[0-9]+)?')"
# There is no year 0, though DuckDB takes it for the one before 1.
_YEAR = "([1-9][0-9]{{3}}|0[1-9][0-9]{{2}}|00[1-9][0-9]|000[1-9])"
_DAY = f"regexp_full_match({{v}}, '{_YEAR}-[0-9]{{{{2}}}}-[0-9]{{{{2}}}}')"
_MOMENT = r"regexp_full_match({v}, '" + _YEAR + r"-[0-9]{{2}}-[0-9]{{2}}[T ][0-9:.]+(Z|[-+][0-9]{{2}}(:?[0-9]{{2}})?)')"
_UUID = "regexp_full_match({v}, '[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}')"

# From text to each type: (test of its writing, conversion, reason)
_FROM_TEXT = {
    ColumnType.INTEGER: (_WHOLE, "try_cast({v} as bigint)", "INVALID_NUMBER"),
    ColumnType.DECIMAL: (_NUMBER, "{v}", "INVALID_NUMBER"),
    ColumnType.BOOLEAN: ("{v} in ('true', 'false')", "{v} = 'true'", "INVALID_BOOLEAN"),
    ColumnType.DATE: (_DAY, "try_cast({v} as date)", "INVALID_DATE"),
    ColumnType.INSTANT: (_MOMENT, "try_cast({v} as timestamptz)::timestamp", "INVALID_DATE"),
    ColumnType.UUID: (_UUID, "{v}", "INVALID_UUID"),
}


def coerced(made: Expression, column: Column, name: str = "") -> Expression:
    """The expression in its column's type, with TOO_LONG and REQUIRED_EMPTY among its reasons.

    `name` is what the value is called beside its reason; without one, or where the name means something else, it is written out.
    """
    value, reason = _typed(made, column.type, name)
    called = name or value
    reasons = [] if reason == "null" else [reason]
    if column.required:
        reasons.append(f"case when {called} is null then 'REQUIRED_EMPTY' end")
    if column.max_length is not None:
        reasons.append(f"case when length({called}) > {column.max_length} then 'TOO_LONG' end")
    return replace(made, value=value, reason=first_of(reasons), type=column.type)


def first_of(reasons: list[str]) -> str:
    """SQL of the first reason that there is, each on a line of its own."""
    one_each = [one for reason in reasons for one in _parts(reason)]
    if len(one_each) < 2:
        return one_each[0] if one_each else "null"
    return _FIRST + _BETWEEN.join(one_each) + _LAST


_FIRST, _BETWEEN, _LAST = "coalesce(\n         ", ",\n         ", "\n       )"


def _parts(reason: str) -> list[str]:
    """The parts of what `first_of` made of several, so that one stands in no other."""
    made = reason.startswith(_FIRST) and reason.endswith(_LAST)
    return reason[len(_FIRST) : -len(_LAST)].split(_BETWEEN) if made else [reason]


def _typed(made: Expression, wanted: ColumnType, name: str) -> tuple[str, str]:
    if made.type == wanted or (wanted == ColumnType.TEXT and made.type in (ColumnType.DECIMAL, ColumnType.UUID)):
        return made.value, made.reason
    as_text = made.value if DUCK_TYPES[made.type] == "varchar" else f"({made.value})::varchar"
    if wanted == ColumnType.TEXT:
        return as_text, made.reason
    test, conversion, reason = _FROM_TEXT[wanted]
    fits = test.format(v=f"({as_text})")
    value = f"case when {fits} then {conversion.format(v=f'({as_text})')} end"
    own = f"case when {as_text} is not null and {name or value} is null then '{reason}' end"
    return value, own if made.reason == "null" else first_of([made.reason, own])


def canonical(column: Column, value: str) -> str:
    """SQL of a typed value as the text that digests are made of, and that an embedded target stores."""
    match column.type:
        case ColumnType.INSTANT:
            return f"instant_text({value})"
        case ColumnType.DATE:
            return f"strftime({value}, '%Y-%m-%d')"
        case ColumnType.BOOLEAN:
            return f"({value})::integer::varchar"
        case ColumnType.INTEGER:
            return f"({value})::varchar"
        case ColumnType.TEXT | ColumnType.UUID | ColumnType.DECIMAL:
            return value


TAGS = {
    ColumnType.TEXT: "t",
    ColumnType.UUID: "u",
    ColumnType.INTEGER: "i",
    ColumnType.DECIMAL: "n",
    ColumnType.BOOLEAN: "b",
    ColumnType.DATE: "d",
    ColumnType.INSTANT: "z",
}


def digest(columns: list[tuple[Column, str]]) -> str:
    """SQL of a row's digest: SHA-256 over its tagged, length-prefixed columns, from (column, SQL of its canonical text).

    A decimal is digested without a plus sign and leading zeros, which a database's own decimals do not keep; its places count.
    """
    texts = [(column, f"number_text({text})" if column.type == ColumnType.DECIMAL else text) for column, text in columns]
    parts = wrapped([f"tagged('{TAGS[column.type]}', {text})" for column, text in texts], ", ")
    return f"unhex(sha256(concat({parts})))"
