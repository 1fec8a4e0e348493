"""Who works at parts at the same time? Two hands in one stage, each with transactions and temporary tables of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Hand = TypeVar("Hand")
Item = TypeVar("Item")
Fetched = TypeVar("Fetched")


def by_hands(work: Callable[[Hand, Item, Fetched], None], hands: Sequence[Hand], fetched: Iterator[tuple[Item, Fetched]]) -> Iterator[int]:
    """Work at every item, as many at once as there are hands; yields how many are done. Raises what `work` or fetching raises.

    The next item is only taken when a hand is free for it, so that no more are held than are worked at.
    """
    free, busy, done = list(hands), dict[Future[None], Hand](), 0
    with ThreadPoolExecutor(max_workers=len(hands)) as pool:
        while True:
            if not free:
                done += _ended(busy, free)
                yield done
            item = next(fetched, None)
            if item is None:
                break
            hand = free.pop()
            busy[pool.submit(work, hand, *item)] = hand
            del item
        while busy:
            done += _ended(busy, free)
            yield done


def _ended(busy: dict[Future[None], Hand], free: list[Hand]) -> int:
    """Wait until a hand is free; returns how many are. Raises what its work raised."""
    ended, _ = wait(busy, return_when=FIRST_COMPLETED)
    for one in ended:
        free.append(busy.pop(one))
        one.result()
    return len(ended)
