"""What does a transform make of texts? Its SQL, run in DuckDB as the compiler stages it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.python_code import load_code
from vardskiftet.engine.transforms import KINDS, codebook
from vardskiftet.engine.transforms.protocol import Setting
from vardskiftet.model.code import Code
from vardskiftet.model.codebook import Codebook
from vardskiftet.model.record import ColumnType

STOCKHOLM = "Europe/Stockholm"
SHOWN = {ColumnType.INSTANT: "instant_text({value})", ColumnType.DATE: "strftime({value}, '%Y-%m-%d')"}
"""How a typed value is told apart here: as the text that the record stores; all others as they come."""

EXAMPLE_CODE = """\
import pandas as pd


def doubled(texts):
    if (texts == "fail").any():
        raise RuntimeError("no")
    made = texts.map(lambda text: text + text, na_action="ignore")
    return pd.DataFrame({"value": made.where(made != ""), "reason": texts.map({"": "EMPTY"})})


def joined(texts, others):
    return texts + "-" + others
"""
"""What the examples of `python` call."""

Answer = tuple[Any, str | None]


def open_examples(*zones: str) -> duckdb.DuckDBPyConnection:
    """An engine with the zones (Stockholm's if none is named) and the codebooks that examples name."""
    books = [Codebook(codebook=name, code_system="", entries=tuple(book.items())) for name, book in codebook.EXAMPLE_BOOK.items()]
    duck = open_duck(codebooks=books, zones=zones or (STOCKHOLM,))
    code = Code(code="example", text=EXAMPLE_CODE, sha256="", functions=("doubled", "joined"), path="mappings/python/example.py")
    load_code(duck, (code,), (("example.doubled", 1), ("example.joined", 2)))
    return duck


def run_transform(
    duck: duckdb.DuckDBPyConnection,
    kind: str,
    options: Mapping[str, Any],
    texts: Iterable[str | None],
    zone: str = STOCKHOLM,
    beside: Mapping[str, str] | None = None,
) -> list[Answer]:
    """(value, reason) of every text, in order. A text with a reason has no value: what leaves the batch is never used."""
    module = KINDS[kind]
    made = module.to_sql("text", module.Options.model_validate(dict(options)), Setting(zone, "own"))
    staged = "given"
    for stage in made.stages:
        staged = f"(select *{''.join(f', {sql} as {name}' for name, sql in stage)} from {staged})"
    joins = "".join(f" left join {join.table} as {join.alias} on {join.on}" for join in made.joins)
    value = SHOWN.get(made.type, "{value}").format(value=made.value)
    texts = list(texts)
    others = {name: [value] * len(texts) for name, value in (beside or {}).items()}
    duck.register("given", pa.table({"place": range(len(texts)), "text": pa.array(texts, pa.string()), **others}))
    try:
        rows = duck.execute(f"select place, {value}, {made.reason} from {staged} as staged{joins} order by place").fetchall()
    finally:
        duck.unregister("given")
    assert [row[0] for row in rows] == list(range(len(texts))), "a look-up lost or doubled rows"
    return [(None if reason is not None else value, reason) for _, value, reason in rows]


def one(
    duck: duckdb.DuckDBPyConnection, kind: str, options: Mapping[str, Any], text: str | None, beside: Mapping[str, str] | None = None
) -> Answer:
    """(value, reason) of one text."""
    return run_transform(duck, kind, options, [text], beside=beside)[0]
