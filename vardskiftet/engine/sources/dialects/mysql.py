"""How do MySQL and MariaDB write a value as text, and put keys in order?

The server sends every value as text already, zero dates too: what is cast is what it would send otherwise, or shortened.
"""

from __future__ import annotations

from vardskiftet.engine.names import literal
from vardskiftet.engine.sources.dialects.dialect import Dialect, Form

_NUMBER = {"signed": "cast({v} as signed)", "unsigned": "cast({v} as unsigned)", "year": "cast({v} as unsigned)"}
_FORMS = {
    # A string beside a decimal would be compared as a double, and lose its last digits.
    **{kind: Form("{c}", told="cast({c} as char)", bound=bound) for kind, bound in _NUMBER.items()},
    # In a query that the server lays out first, it keeps 22 letters of a real's text, unless told how many there may be.
    "double": Form("{c}", told="cast({c} as char(32))", bound="({v} + 0e0)"),
    # The server sends six digits of a float; as a double it has them all.
    "float": Form("{c} + 0e0", order="({c} + 0e0)", told="cast({c} + 0e0 as char(32))", bound="({v} + 0e0)", single=True),
    "date": Form("{c}", told="cast({c} as char)", bound="cast({v} as date)"),
    "datetime": Form("{c}", told="cast({c} as char)", bound="cast({v} as datetime(6))"),
    # A moment, not a local time: sent in UTC, and saying so, as PostgreSQL does.
    "timestamp": Form("concat({c}, '+00')", told="cast({c} as char)", bound="cast({v} as datetime(6))"),
    "time": Form("{c}", told="cast({c} as char)", bound="cast({v} as time(6))"),
    "bit": Form("cast({c} as unsigned)", order="cast({c} as unsigned)", bound="cast({v} as unsigned)"),
    # In order of their number, but compared with a text as texts.
    "enum": Form("{c}", order="({c} + 0)", told="cast({c} + 0 as char)", bound="cast({v} as unsigned)"),
    "binary": Form("{c}", told="hex({c})", bound="unhex({v})"),
    "json": Form("{c}", order="cast({c} as char)", told="cast({c} as char)"),
    "geometry": Form("st_astext({c})", order="st_astext({c})"),
    "text": Form("{c}"),
}
"""Our own short name of a type to its forms."""

_RAW = Form("cast({c} as binary)", told="{c}")


def _form(declared: str) -> Form:
    if declared.startswith("decimal"):
        return Form("{c}", told="cast({c} as char)", bound=f"cast({{v}} as {declared})")
    return _FORMS[declared]


def _raw_form(declared: str) -> Form:
    return _RAW if declared == "text" else _form(declared)


def _literal(text: str) -> str:
    """Doubled quotes and backslashes: the session takes a backslash for an escape, as servers do unless told otherwise."""
    return literal(text.replace("\\", "\\\\"))


MYSQL = Dialect("mysql", _form, marks="``", bound="%s", percent=True, literal=_literal)
RAW_MYSQL = Dialect("mysql", _raw_form, marks="``", bound="%s", percent=True, literal=_literal)
"""Texts as the bytes that lie in the table, whatever their column says of them."""


def short_type(code: int, flags: int, charset: int, scale: int) -> str:
    """Our short name for a column of a result, from its description in the protocol.

    (https://mariadb.com/kb/en/result-set-packets/: type codes, flags 32 unsigned, 256 enum, 2048 set; charset 63 is bytes.)
    """
    if flags & (256 | 2048):
        return "enum"
    if code in (0, 246):
        return f"decimal(65,{min(scale, 38)})"
    if code in (1, 2, 3, 8, 9):
        return "unsigned" if flags & 32 else "signed"
    if (code >= 249 and code <= 254) or code == 15:
        return "binary" if charset == 63 else "text"
    return {
        4: "float",
        5: "double",
        7: "timestamp",
        10: "date",
        11: "time",
        12: "datetime",
        13: "year",
        14: "date",
        16: "bit",
        245: "json",
        255: "geometry",
    }.get(code, "text")
