"""Do hands that work beside each other do every part once, hold no more than they need, and hide no fault?"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from vardskiftet.run.verifying.hands import by_hands


def parts(number: int, taken: list[int]) -> Iterator[tuple[int, str]]:
    for one in range(number):
        taken.append(one)
        yield one, f"rows of {one}"


@pytest.mark.parametrize("hands", [["left"], ["left", "right"]], ids=["one", "two"])
def test_every_part_is_done_once_by_one_hand(hands: list[str]) -> None:
    done: list[tuple[int, str]] = []
    busy = dict.fromkeys(hands, 0)

    def work(hand: str, part: int, rows: str) -> None:
        busy[hand] += 1
        assert busy[hand] == 1, "a hand has two parts"
        done.append((part, rows))
        busy[hand] -= 1

    told = list(by_hands(work, hands, parts(7, [])))
    assert sorted(done) == [(one, f"rows of {one}") for one in range(7)]
    assert told == sorted(told) and told[-1] == 7


def test_no_part_is_fetched_before_a_hand_is_free() -> None:
    taken: list[int] = []
    both, go_on = threading.Barrier(3, timeout=30), threading.Event()

    def work(hand: str, part: int, rows: str) -> None:
        if part < 2:
            both.wait()
            go_on.wait(30)

    walk = threading.Thread(target=lambda: list(by_hands(work, ["left", "right"], parts(5, taken))))
    walk.start()
    both.wait()
    assert taken == [0, 1], "both hands are at work, and a third part is held"
    go_on.set()
    walk.join(30)
    assert taken == [0, 1, 2, 3, 4]


def test_what_a_hand_raises_comes_through_and_nothing_is_begun_after_it() -> None:
    begun: list[int] = []

    def work(hand: str, part: int, rows: str) -> None:
        begun.append(part)
        raise LookupError(rows)

    with pytest.raises(LookupError, match="rows of 0"):
        list(by_hands(work, ["only"], parts(5, [])))
    assert begun == [0]


def test_where_nothing_is_left_nothing_is_done() -> None:
    assert list(by_hands(lambda hand, part, rows: None, ["left", "right"], parts(0, []))) == []
