"""How does PostgreSQL write a value as text, and put keys in order?"""

from __future__ import annotations

import re

from vardskiftet.engine.sources.dialects.dialect import Dialect, Form

UNORDERED = ("json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle", "pg_lsn[]")
"""Types that PostgreSQL cannot put in order; their text can be."""

_TYPE = re.compile(r"^[^\d(\[]+")


def _form(declared: str) -> Form:
    plain = (_TYPE.match(declared) or [declared])[0].strip().lower()
    if declared == "bytea":
        return Form("{c}", told="cast({c} as text)", bound="cast({v} as bytea)")
    if plain in UNORDERED:
        return Form("cast({c} as text)", order="cast({c} as text)")
    # The border gets the column's type, never the column the border's: so an index serves, and a collation stays the column's.
    return Form("cast({c} as text)", bound=f"cast({{v}} as {declared})")


POSTGRESQL = Dialect("postgresql", _form, bound="%s", percent=True, compares_rows=True)
