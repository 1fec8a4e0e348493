"""Which columns of its own rows does a mapping name, and where? What none of its lines names is not moved, and cannot hurt."""

from __future__ import annotations

from collections.abc import Iterable

from vardskiftet.engine.probe import probe
from vardskiftet.engine.transforms import columns_of_step
from vardskiftet.model.mapping import WHOLE_ROW, Mapping


def naming(mapping: Mapping) -> Iterable[tuple[str, int, str]]:
    """(trail, line, column) of every column of its own rows that a mapping names."""
    rule = mapping.unit
    yield from (("key", 1, column) for column in mapping.key if column != WHOLE_ROW)
    yield from (("identities", 1, one.source) for one in mapping.identities)
    single = (
        ("changed", mapping.changed),
        ("conflict", mapping.conflict_by),
        ("unit › on", rule.on),
        ("unit › from", "" if rule.via else rule.source),
    )
    yield from ((trail, 1, column) for trail, column in single if column)
    yield from (("correct", 1, column) for column in mapping.correct)
    filled = {field.column for field in mapping.fields}
    for kind, conditions in (("exclude", mapping.exclude), ("reject", mapping.reject), ("flag", mapping.flag)):
        for number, one in enumerate(conditions, 1):
            known = set() if kind == "exclude" else filled
            yield from ((f"{kind} › {number} › when", one.line or 1, column) for column in _columns(one.when) if column not in known)
    if mapping.split is not None:
        texts = [text for piece in mapping.split.pieces for text in (piece.when, *(sql for _, sql in piece.columns))]
        columns = [mapping.split.each] if mapping.split.each else [column for text in texts for column in _columns(text)]
        yield from (("split", 1, column) for column in columns)
    for field in mapping.fields:
        columns = [field.source] if field.source else [field.find.by] if field.find else _columns(field.sql) if field.sql else []
        columns += [column for step in field.steps for column in columns_of_step(step)]
        yield from ((f"fields › {field.column}", field.line or 1, column) for column in columns)


def named_columns(mapping: Mapping) -> tuple[str, ...]:
    """The columns of its own rows that a mapping names, each once."""
    own = set(mapping.split.columns) if mapping.split else set()
    return tuple(dict.fromkeys(column for _, _, column in naming(mapping) if column not in own))


def unread(mapping: Mapping, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a row's columns that no line of the mapping names; none where the whole row is its key."""
    if mapping.key == (WHOLE_ROW,):
        return ()
    read = {name.lower() for name in named_columns(mapping)}
    return tuple(name for name in columns if name.lower() not in read)


def _columns(sql: str) -> list[str]:
    return sorted(probe(sql).columns - {"extracted_at"})
