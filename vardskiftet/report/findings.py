"""Do the books close, and if not: where, and by how much?"""

from __future__ import annotations

from enum import StrEnum

from vardskiftet.model.books import BookLine, Books, TableLine
from vardskiftet.model.frozen import Frozen


class BooksVerdict(StrEnum):
    """The verdict of a wave's books, as the page says it."""

    CLOSES = "closes"
    DOES_NOT_CLOSE = "does_not_close"
    NOT_COMPLETE = "not_complete"


class Identity(StrEnum):
    """Which of the identities fails, or could not be looked at."""

    ITEMS = "items"
    TARGET = "target"
    TARGET_UNREAD = "target_unread"
    ROWS = "rows"
    ROWS_UNCOUNTED = "rows_uncounted"
    PLACES = "places"


class Finding(Frozen):
    """One identity that fails on one line: what it should come to, and what it comes to (None if nobody could look)."""

    identity: Identity
    mapping: str
    place: str
    """The unit, or `system.table`."""
    expected: int
    found: int | None


def of_line(line: BookLine) -> tuple[Finding, ...]:
    """What is wrong with one line of items."""
    accounted = line.loaded + line.merged + line.rejected + line.excluded + line.unchanged
    found: list[Finding] = []
    if accounted != line.extracted:
        found.append(Finding(identity=Identity.ITEMS, mapping=line.mapping, place=line.unit, expected=line.extracted, found=accounted))
    if line.in_target != line.due:
        which = Identity.TARGET_UNREAD if line.in_target is None else Identity.TARGET
        found.append(Finding(identity=which, mapping=line.mapping, place=line.unit, expected=line.due, found=line.in_target))
    return tuple(found)


def of_table(line: TableLine) -> tuple[Finding, ...]:
    """What is wrong with one source table's line."""
    place = f"{line.system}.{line.table}"
    placed = line.in_waves + line.excluded_units + line.no_unit + line.no_care
    found: list[Finding] = []
    if line.counted is None:
        found.append(Finding(identity=Identity.ROWS_UNCOUNTED, mapping=line.mapping, place=place, expected=line.rows, found=None))
    elif line.counted != line.rows:
        found.append(Finding(identity=Identity.ROWS, mapping=line.mapping, place=place, expected=line.counted, found=line.rows))
    if placed != line.rows:
        found.append(Finding(identity=Identity.PLACES, mapping=line.mapping, place=place, expected=line.rows, found=placed))
    return tuple(found)


def findings(books: Books) -> tuple[Finding, ...]:
    """Every identity that fails; while batches are missing only those of items and target, since the tables are not read to their end."""
    of_items = [one for line in books.lines for one in of_line(line)]
    of_rows = [one for table in books.tables for one in of_table(table)] if books.complete else []
    return tuple(sorted(of_items + of_rows, key=lambda one: (list(Identity).index(one.identity), one.mapping, one.place)))


def verdict(books: Books) -> BooksVerdict:
    """A sum that fails is said at once; one that nobody could look at counts as failed only when all batches are in."""
    wrong = [one for one in findings(books) if one.found is not None]
    if wrong:
        return BooksVerdict.DOES_NOT_CLOSE
    if not books.complete:
        return BooksVerdict.NOT_COMPLETE
    return BooksVerdict.CLOSES if books.closes else BooksVerdict.DOES_NOT_CLOSE
