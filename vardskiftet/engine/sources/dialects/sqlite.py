"""How does SQLite write a value as text, and put keys in order? By the value, not by its column: each may be of another kind."""

from __future__ import annotations

from vardskiftet.engine.sources.dialects.dialect import Dialect, Form

# A real as the shortest text that is the same number again.
_SHORT = "".join(f" when cast(printf('%!.{n}g', {{c}}) as real) = {{c}} then printf('%!.{n}g', {{c}})" for n in (15, 16))
_FORM = Form(f"case when typeof({{c}}) <> 'real' then cast({{c}} as text){_SHORT} else printf('%!.17g', {{c}}) end", told="{c}")


def _form(_declared: str) -> Form:
    return _FORM


SQLITE = Dialect("sqlite", _form, bound="?", compares_rows=True, typed=True)
