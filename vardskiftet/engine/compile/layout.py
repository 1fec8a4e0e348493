"""How does a long list stand in SQL that somebody must read? In lines, broken between its parts and never inside one."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 110


def wrapped(parts: Sequence[str], between: str = ", ") -> str:
    """The parts in lines of about `WIDTH` signs, those after the first set in."""
    lines: list[list[str]] = [[]]
    for part in parts:
        if lines[-1] and sum(map(len, lines[-1])) + len(between) * len(lines[-1]) + len(part) > WIDTH:
            lines.append([])
        lines[-1].append(part)
    ends = between.rstrip() if between.startswith(",") else ""
    starts = "" if ends else between.lstrip()
    return f"{ends}\n            {starts}".join(between.join(line) for line in lines)
