"""Does a range that takes its server too long come whole, in order and numbered on, and is it told where halving does not help?"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.engine.rederive.halves import Halved
from vardskiftet.engine.rederive.rows import DAMAGED, PLACE, Asked
from vardskiftet.errors import TookTooLong
from vardskiftet.model.batch import Key, KeyRange

ASKED = Asked("note", ("nid", "words"), ("nid",))
WHOLE = KeyRange()


class Slow:
    """A server that has time for so many rows at once."""

    independent = True

    def __init__(self, keys: Sequence[int], most: int) -> None:
        self.keys, self.most, self.asked = sorted(keys), most, 0

    def columns(self, table: str, sql: str = "") -> tuple[str, ...]:
        return ("nid", "words")

    def count(self, table: str) -> int:
        return len(self.keys)

    def read(self, asked: Asked, within: KeyRange | None = None) -> pa.Table:
        self.asked += 1
        keys = self._among(within)
        if len(keys) > self.most:
            raise TookTooLong("too long")
        texts = [str(key) for key in keys]
        return pa.table({PLACE: range(1, len(keys) + 1), "nid": texts, "words": texts, DAMAGED: pa.nulls(len(keys), pa.string())})

    def those(self, asked: Asked, column: str, values: Sequence[str]) -> pa.Table:
        rows = self.read(asked)
        return rows.filter(pc.is_in(rows[column], pa.array(values, pa.string())))

    def middle(self, asked: Asked, within: KeyRange) -> Key | None:
        keys = self._among(within)
        return (str(keys[len(keys) // 2]),) if keys else None

    def close(self) -> None:
        pass

    def _among(self, within: KeyRange | None) -> list[int]:
        low = within.low if within else None
        high = within.high if within else None
        return [key for key in self.keys if (low is None or key >= int(low[0])) and (high is None or key < int(high[0]))]


@given(st.lists(st.integers(0, 400), max_size=300, unique=True), st.integers(10, 300))
def test_every_row_comes_once_and_in_order(keys: list[int], most: int) -> None:
    found = Halved(Slow(keys, most)).read(ASKED, WHOLE)
    assert found["nid"].to_pylist() == [str(key) for key in sorted(keys)]
    assert found[PLACE].to_pylist() == list(range(1, len(keys) + 1))


def test_what_was_learnt_holds_for_the_next_range() -> None:
    slow = Slow(range(100), 30)
    rows = Halved(slow)
    rows.read(ASKED, WHOLE)
    assert slow.asked == 7, "whole, two halves, four quarters"
    slow.asked = 0
    rows.read(ASKED, WHOLE)
    assert slow.asked == 4


@pytest.mark.parametrize(
    ("asked", "within"),
    [
        (Asked("note", ("nid", "words")), WHOLE),
        (ASKED, None),
        (ASKED, KeyRange(nulls=True)),
    ],
    ids=["no key", "no range", "keys with a NULL"],
)
def test_where_there_is_nothing_to_cut_by_it_is_told(asked: Asked, within: KeyRange | None) -> None:
    with pytest.raises(TookTooLong):
        Halved(Slow(range(100), 30)).read(asked, within)


def test_one_key_of_many_rows_cannot_be_cut() -> None:
    slow = Slow([7] * 100, 30)
    with pytest.raises(TookTooLong):
        Halved(slow).read(ASKED, WHOLE)
    assert slow.asked < 5
