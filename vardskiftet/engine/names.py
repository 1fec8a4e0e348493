"""How is a name written into SQL? Always through here, never by hand."""

from __future__ import annotations


def quoted(name: str) -> str:
    """A table or column name in double quotes. Raises ValueError for a NUL, which no database can hold."""
    if "\0" in name:
        raise ValueError("a name cannot hold a NUL")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in single quotes."""
    return "'" + text.replace("'", "''") + "'"
