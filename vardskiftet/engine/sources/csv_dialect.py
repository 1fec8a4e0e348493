"""How is delimited text written? One value that both parsers are given, and the rule that both keep to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter, quote and escape sign (empty where there is none), and the unquoted texts that mean NULL.

    A line ends with CR, LF or both. An empty line is no row, unless the table has one column only. After a closing quote stands
    a delimiter or the end of the line; where that does not hold, or a field grows too long, each line from the record's first to
    the one where it shows is a row of its own, and damaged: none of them can be trusted, and none is lost.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    null: frozenset[str] = frozenset()
    longest: int = 64 << 20
    """Characters of one field. A quote that is not closed within so many was no quote, and memory stays flat."""
