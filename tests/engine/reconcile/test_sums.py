"""Do sums of buckets show every row that is another one, and do they say what a plain reading of their rule says?"""

from __future__ import annotations

import random
import uuid

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.engine.reconcile.sums import Sums, within

Line = tuple[str, bytes]
LINES = st.lists(st.tuples(st.uuids().map(str), st.binary(min_size=32, max_size=32)), unique_by=lambda line: line[0])
SOME = st.lists(st.tuples(st.uuids().map(str), st.binary(min_size=32, max_size=32)), min_size=2, unique_by=lambda line: line[0])


def summed(lines: list[Line]) -> Sums:
    sums = Sums()
    for half in (lines[::2], lines[1::2]):
        sums.add(pa.table({"id": pa.array([id for id, _ in half], pa.string()), "digest": pa.array([one for _, one in half], pa.binary())}))
    return sums


@given(LINES)
def test_sums_are_what_their_rule_says(lines: list[Line]) -> None:
    plain: dict[int, list[int]] = {}
    for id, digest in lines:
        name = uuid.UUID(id).bytes
        told = plain.setdefault(int.from_bytes(name[:2]), [0, 0, 0])
        told[0] += 1
        for place, at in ((1, 0), (2, 4)):
            odd = int.from_bytes(name[at : at + 4]) // 2 | 1
            told[place] = (told[place] + int.from_bytes(digest[at : at + 4]) * odd) % 2**64
    oracle = Sums()
    oracle.take([(bucket, rows, first, second) for bucket, (rows, first, second) in plain.items()])
    assert summed(lines).differing(oracle) == []
    assert summed(lines).total == len(lines)


@given(SOME, st.randoms(use_true_random=False))
def test_order_is_nothing_and_every_other_row_shows(lines: list[Line], chance: random.Random) -> None:
    there = summed(lines)
    mixed = list(lines)
    chance.shuffle(mixed)
    assert summed(mixed).differing(there) == []
    place = chance.randrange(len(lines))
    id, digest = lines[place]
    bucket = [int(id[:4], 16)]
    others = [one for one in lines if one[0] != id]
    assert summed(others).differing(there) == bucket, "one too few"
    assert summed([*lines, lines[place]]).differing(there) == bucket, "one twice"
    assert summed([*lines, lines[place], lines[place]]).differing(there) == bucket, "one three times, which XOR cancels"
    changed = bytes([digest[0] ^ 1]) + digest[1:]
    assert summed([*others, (id, changed)]).differing(there) == bucket, "one bit of it"


def test_two_rows_of_one_bucket_that_changed_contents_show() -> None:
    one, other = "00010000-0000-4000-8000-000000000001", "00010002-0001-4000-8000-000000000002"
    left, right = bytes(range(32)), bytes(range(32, 64))
    assert summed([(one, left), (other, right)]).differing(summed([(one, right), (other, left)])) == [1]


def test_lines_are_found_by_their_bucket() -> None:
    lines = pa.table({"id": ["00010000-0000-4000-8000-000000000001", "00020000-0000-4000-8000-000000000001"], "digest": [b"", b""]})
    assert within(lines, [2])["id"].to_pylist() == [lines["id"][1].as_py()]
