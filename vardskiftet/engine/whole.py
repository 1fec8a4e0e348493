"""Did a table that is read whole come whole? Its rows in parts, and in the end a count of its own beside them."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from vardskiftet.engine.sources.protocol import Extract, Source, Stillness
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.batch import KeyRange


def read_whole(source: Source, extract: Extract) -> Iterator[pa.RecordBatch]:
    """Every row, as `Source.read` gives them. Raises IntegrityBroken after the last one if the source counts another number.

    What hangs on such a reading, a person's care or a row's unit, is not written before it has ended. Of a source that stands
    still, one count is enough; of one that people write to meanwhile, what was read lies between the counts before and after.
    """
    read, asked = 0, Extract(extract.table, extract.columns, sql=extract.sql)
    with source.still():
        moving = source.stillness is Stillness.NONE
        before = source.count_range(asked, KeyRange()) if moving else None
        for part in source.read(extract, None):
            read += part.num_rows
            yield part
        after = source.count_range(asked, KeyRange())
    least, most = sorted((after if before is None else before, after))
    if not least <= read <= most:
        raise IntegrityBroken(
            f"Of {extract.table}, {read} rows were read where the source counts {after}.",
            where=extract.table,
            hint="Nothing was written. Give the command again; if it stays, the source changes while it is read.",
        )
