"""How does the verifier take in corrections? Row by row in plain Python: named by key and content, as the worklist named them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pyarrow as pa

from vardskiftet.engine.rederive.rows import DAMAGED
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.reject import Correction


def corrected(rows: pa.Table, mapping: Mapping, columns: Sequence[str], corrections: Sequence[Correction]) -> pa.Table:
    """The rows with what people said instead; `columns` are all that the source gives, in its own order."""
    said = {(one.key, one.row): dict(one.values) for one in corrections if one.mapping == mapping.mapping}
    if not said or not rows.num_rows:
        return rows
    keys = {key for key, _ in said}
    parts = [rows.column(name).to_pylist() for name in mapping.key]
    touched: dict[int, dict[str, str | None]] = {}
    for place, texts in enumerate(zip(*parts, strict=True)):
        if (key := _key(texts)) is not None and key in keys:
            row = rows.slice(place, 1).to_pylist()[0]
            values = said.get((key, _digest([row[name] for name in columns])))
            if values is not None:
                touched[place] = _mended(row, values)
    if not touched:
        return rows
    whole = [touched.get(place, row) for place, row in enumerate(rows.to_pylist())]
    return pa.Table.from_pylist(whole, rows.schema)


def _key(texts: Sequence[str | None]) -> str | None:
    """One column as it is; several, each with its length before it."""
    if None in texts:
        return None
    told = [text for text in texts if text is not None]
    return told[0] if len(told) == 1 else "".join(f"{len(text.encode())}:{text}" for text in told)


def _digest(texts: Sequence[str | None]) -> str:
    said = "".join("t-" if text is None else f"t{len(text.encode())}:{text}" for text in texts)
    return hashlib.sha256(said.encode()).hexdigest()


def _mended(row: dict[str, str | None], values: dict[str, str | None]) -> dict[str, str | None]:
    """A row is damaged no more once every damaged text was said anew."""
    damaged = row.get(DAMAGED)
    if damaged and not damaged.startswith("row:"):
        names = {name.split(" byte ")[0] for name in damaged.split(", ")}
        damaged = damaged if names - set(values) else None
    return {**row, **values, DAMAGED: damaged}
