"""How is the next thing fetched while the present one is worked at? By one thread that reads ahead by one, and no further."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Fetched = TypeVar("Fetched")


def ahead(fetch: Callable[[Item], Fetched], items: Sequence[Item]) -> Iterator[tuple[Item, Fetched]]:
    """Every item with what was fetched for it, in their order. Raises what `fetch` raises, when its item is due."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = [reader.submit(fetch, item) for item in items[:1]]
        for place, item in enumerate(items):
            fetched = coming.pop().result()
            coming = [reader.submit(fetch, one) for one in items[place + 1 : place + 2]]
            yield item, fetched
            del fetched  # or two would be held while the third is read


def in_turn(fetch: Callable[[Item], Fetched], items: Sequence[Item]) -> Iterator[tuple[Item, Fetched]]:
    """The same by whoever asks, for what only one thread may ask."""
    for item in items:
        yield item, fetch(item)
