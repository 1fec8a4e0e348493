"""May a person correct these columns of a rejected row? Not what names the row, nor what says whose it is."""

from __future__ import annotations

import re

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import found
from vardskiftet.declare.reading import Declared
from vardskiftet.declare.words import quoted
from vardskiftet.model.mapping import WHOLE_ROW, Mapping, Split


def check_correct(mapping: Declared[Mapping], faults: Faults) -> None:
    """A correction mends a row: it never makes another row of it, and never moves it to another unit."""
    one = mapping.value
    if one.correct and one.key == (WHOLE_ROW,):
        message = "nothing can be corrected where the whole row is the key: it would be another row."
        faults.at(found(mapping.node, "correct"), message, "Remove `correct:`, or name the columns of a key.")
        return
    unit = {name for name in ((one.unit.on,) if one.unit.via else (one.unit.source,)) if name}
    for place, column in enumerate(one.correct):
        if column in one.key:
            message = f"{quoted(column)} is of the key: corrected, it would name another row."
            faults.at(found(mapping.node, "correct", place), message, "Leave it out; a wrong key is mended in the source.")
        elif column in unit:
            message = f"{quoted(column)} says whose the row is: corrected, it would move to another unit."
            faults.at(found(mapping.node, "correct", place), message, "Leave it out; a wrong unit is mended in the source.")
        elif one.split is not None and column in one.split.columns and not _of_rows(one.split, column):
            message = f"{quoted(column)} is made by `split:`: no row has it, so nobody could write in it."
            faults.at(found(mapping.node, "correct", place), message, "Name the columns that it is made of.")


def _of_rows(split: Split, column: str) -> bool:
    """Whether items are also made of a column of this name, which rows have then."""
    told = [split.each, *(text for piece in split.pieces for text in (piece.when, *(sql for _, sql in piece.columns)))]
    return any(re.search(rf"\b{re.escape(column)}\b", text) for text in told)
