"""How do batches overlap? One is read ahead, as many are transformed at once as there are engines, and one is written behind, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

import duckdb
import pyarrow as pa

from vardskiftet.engine.targets.protocol import Outcome
from vardskiftet.model.batch import Batch

Engine = duckdb.DuckDBPyConnection
Read = tuple[Batch, pa.Table]


def in_order(
    read: Iterator[Read],
    engines: Sequence[Engine],
    work: Callable[[Engine, Batch, pa.Table], Outcome],
    commit: Callable[[Outcome], None],
) -> Iterator[Outcome]:
    """Each batch's outcome when its commit was begun, in the order of the batches.

    At most one batch for each engine, one that is read and one that is written are in memory. A batch that fails ends it: those before it
    are committed, none after it is.
    """
    free: SimpleQueue[Engine] = SimpleQueue()
    for engine in engines:
        free.put(engine)

    def worked(batch: Batch, rows: pa.Table) -> Outcome:
        engine = free.get()
        try:
            return work(engine, batch, rows)
        finally:
            free.put(engine)

    with ThreadPoolExecutor(1, "write") as writer, ThreadPoolExecutor(len(engines), "work") as workers:
        in_hand: deque[Future[Outcome]] = deque()
        behind: Future[None] | None = None
        for outcome in _finished(read, in_hand, len(engines), lambda batch, rows: workers.submit(worked, batch, rows)):
            if behind is not None:
                behind.result()
            behind = writer.submit(commit, outcome)
            yield outcome
        if behind is not None:
            behind.result()


def _finished(
    read: Iterator[Read], in_hand: deque[Future[Outcome]], most: int, begin: Callable[[Batch, pa.Table], Future[Outcome]]
) -> Iterator[Outcome]:
    """Outcomes in the order in which their batches were read, with at most so many in hand."""
    for batch, rows in read:
        if len(in_hand) == most:
            yield in_hand.popleft().result()
        in_hand.append(begin(batch, rows))
    while in_hand:
        yield in_hand.popleft().result()


def ahead(leave: Callable[[], None], fetch: Callable[[Batch], pa.Table], batches: Sequence[Batch]) -> Iterator[Read]:
    """Each batch with its rows, the next one being read while this one is worked on; `leave` returns when one may begin."""
    with ThreadPoolExecutor(1, "read") as reader:
        leave()
        waiting = reader.submit(fetch, batches[0])
        for place, batch in enumerate(batches):
            rows = waiting.result()
            if place + 1 < len(batches):
                leave()
                waiting = reader.submit(fetch, batches[place + 1])
            yield batch, rows
