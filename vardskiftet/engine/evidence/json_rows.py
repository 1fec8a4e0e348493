"""How is evidence in JSON read? A list of flat objects, or one under `rows`; each is a row."""

from __future__ import annotations

import json
from typing import Any

from vardskiftet.engine.evidence.csv_rows import decoded
from vardskiftet.engine.evidence.raw import RawFile, Unusable, header_at


def read(content: bytes, wanted: tuple[str, ...]) -> RawFile:
    """The rows of a document; a row's line is its place in the list. Raises Unusable for anything else."""
    text, encoding = decoded(content)
    try:
        body = json.loads(text.lstrip("\ufeff"), parse_float=str, parse_int=str, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Unusable("is not JSON, or not to its end.", "Was it copied to the end? Export it anew.", error.lineno) from error
    except RecursionError as error:
        raise Unusable("is nested too deeply.") from error
    rows = body.get("rows") if isinstance(body, dict) else body
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unusable("is no list of objects.", 'Write [{"column": "value"}, …], or the same under "rows".')
    names = list(dict.fromkeys(name for row in rows for name in row))
    if rows:
        header_at([names], wanted)
    return RawFile(
        tuple(names) or wanted,
        tuple((place, tuple(_text(row.get(name), place) for name in names)) for place, row in enumerate(rows, 1)),
        encoding,
    )


def _text(value: Any, place: int) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
    raise Unusable("holds a list or an object where one value is wanted.", "Write one value to a column.", place)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unusable("holds an object with the same name twice.", "Keep one of them.")
    return found


def _no_number(text: str) -> Any:
    raise Unusable(f"holds {text}, which is no number.", "Leave out what could not be measured.")
