"""What do a batch's books say after some of its source keys came to something else? Its files of them are written anew, and withdrawn."""

from __future__ import annotations

import pyarrow as pa

from vardskiftet.engine.names import quoted
from vardskiftet.engine.targets.changes import AMENDED
from vardskiftet.engine.targets.drop_entries import Entries
from vardskiftet.engine.targets.drop_reading import DropReading

BY_KEY = ("vs_fate", "vs_flag", "vs_contribution", "vs_left")
"""Books that speak of source keys."""


def amended(
    reading: DropReading, entries: Entries, batch: int, keys: pa.Table, given: dict[str, pa.Table]
) -> tuple[dict[str, pa.Table], tuple[str, ...]]:
    """A batch's books with what is `given` of these keys (one column `key`) in the place of what stood; and the files that go for it."""
    books = dict(given)
    with reading.opened(entries, list(BY_KEY)) as duck:
        duck.register(AMENDED, keys)
        for name in BY_KEY:
            kept = duck.sql(
                f"select * from {quoted(name)} where batch = {batch}"
                f" and (source_key is null or source_key not in (select key from {AMENDED})) order by all"
            ).to_arrow_table()
            parts = [kept.cast(given[name].schema), given[name]] if name in given else [kept]
            books[name] = pa.concat_tables(parts)
    return books, tuple(sorted(line.file for line in entries.of_batch(batch) if line.table in BY_KEY))
