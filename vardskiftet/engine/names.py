"""How is a name written into SQL? Always through here, never by hand."""

from __future__ import annotations


def quoted(name: str, marks: str = '""') -> str:
    """A table or column name between two marks: double quotes, unless a dialect has others. Raises ValueError for a NUL."""
    if "\0" in name:
        raise ValueError("a name cannot hold a NUL")
    return marks[0] + name.replace(marks[1], 2 * marks[1]) + marks[1]


def literal(text: str) -> str:
    """A text in single quotes."""
    return "'" + text.replace("'", "''") + "'"
