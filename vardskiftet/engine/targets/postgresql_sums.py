"""How does the server itself add up what stands? Digests of the values as they are, and sums by bucket as `engine/reconcile` has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.compile.coerce import TAGS
from vardskiftet.engine.names import literal
from vardskiftet.model.record import Table

ROOM = "set work_mem = '64MB'"
"""For the sums of all buckets at once: at the default of 4 MB the server was seen to write them to its disk."""
_WHOLE: sa.ColumnElement[Any] = sa.literal_column(str(1 << 64))

LINES = pa.schema([("id", pa.string()), ("key", pa.string()), ("digest", pa.binary())])

Element = sa.ColumnElement[Any]
Shown = Callable[[Element], Element]
"""A column as the text that digests are made of."""


def sums_of(rows: sa.Table, table: Table, batches: Sequence[int], shown: Shown) -> sa.Select[Any]:
    """Query of bucket, rows and both sums modulo 2^64 of the rows that these batches own."""
    lines = _digested(rows, table, batches, shown, sa.true()).offset(0).subquery("lines")
    # Without `offset` the server would compute a digest again for every byte that is asked of it.
    told = sa.select(sa.func.uuid_send(lines.c.id).label("i"), lines.c.digest.label("d")).offset(0).subquery("told")
    bucket = _led(_word(told.c.i, 0), ">>", 16)
    sums = [sa.func.sum(_word(told.c.d, at) * _odd(_word(told.c.i, at))) % _WHOLE for at in (0, 4)]
    return sa.select(bucket.label("bucket"), sa.func.count(), *sums).group_by(bucket)


def lines_of(rows: sa.Table, table: Table, batches: Sequence[int], buckets: Sequence[int], shown: Shown) -> sa.Select[Any]:
    """Query of `id`, `key` and `digest` of the rows in these buckets."""
    key = rows.c[table.key]
    ranges = [
        sa.and_(key >= f"{low:04x}{'0' * 4}-0000-0000-0000-{'0' * 12}", key <= f"{high:04x}{'f' * 4}-ffff-ffff-ffff-{'f' * 12}")
        for low, high in _runs(buckets)
    ]
    lines = _digested(rows, table, batches, shown, sa.or_(sa.false(), *ranges)).subquery("lines")
    return sa.select(lines.c.id, lines.c.key, lines.c.digest)


def _digested(rows: sa.Table, table: Table, batches: Sequence[int], shown: Shown, which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Query of id, key and the digest of every row, from its values as they stand now."""
    columns = [one for one in table.columns if one.column != table.key]
    texts = [shown(rows.c[one.column]).label(f"c{number}") for number, one in enumerate(columns)]
    named = (rows.c[table.key].label("id"), rows.c._key.label("key"))
    stand = sa.select(*named, *texts).where(rows.c._batch.in_(list(batches)), which).offset(0).subquery("stand")
    whole: Element = _said("")
    for number, one in enumerate(columns):
        whole = whole + _counted(stand.c[f"c{number}"], TAGS[one.type])
    return sa.select(stand.c.id, stand.c.key, sa.func.sha256(sa.func.convert_to(whole, "UTF8")).label("digest"))


def _counted(text: Element, tag: str) -> Element:
    """A text behind its type's tag and its length in bytes; NULL told apart."""
    length = sa.cast(sa.func.octet_length(text), sa.Text)
    return sa.func.coalesce(_said(tag) + length + _said(":") + text, _said(f"{tag}-"))


def _said(text: str) -> Element:
    return sa.literal_column(literal(text), sa.Text)


def _word(value: Element, at: int) -> Element:
    """Four bytes as a number, the highest first."""
    first, *rest = (sa.func.get_byte(value, sa.literal_column(str(place))) for place in range(at, at + 4))
    word = _led(sa.cast(first, sa.BigInteger), "<<", 24)
    for byte, bits in zip(rest, (16, 8, 0), strict=True):
        word = _led(word, "|", _led(byte, "<<", bits))
    return word


def _odd(word: Element) -> Element:
    return _led(_led(word, ">>", 1), "|", 1)


def _led(left: Element, sign: str, right: Element | int) -> Element:
    """An operation on whole numbers, in brackets."""
    other = sa.literal_column(str(right)) if isinstance(right, int) else right
    return sa.type_coerce(left.op(sign)(other).self_group(), sa.BigInteger)


def _runs(buckets: Sequence[int]) -> list[tuple[int, int]]:
    """Buckets that follow each other, as their first and last."""
    runs: list[tuple[int, int]] = []
    for one in sorted(buckets):
        if runs and runs[-1][1] == one - 1:
            runs[-1] = (runs[-1][0], one)
        else:
            runs.append((one, one))
    return runs
