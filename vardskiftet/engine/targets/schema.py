"""Is the target the one that was declared? Missing and foreign tables, missing, foreign and retyped columns."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from vardskiftet.errors import Stale


def digest_of(metadata: sa.MetaData) -> str:
    """SHA-256 over the tables as they would be created, sorted by name."""
    texts = sorted(str(CreateTable(table).compile()) for table in metadata.tables.values())
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def drift(engine: sa.Engine, metadata: sa.MetaData) -> tuple[str, ...]:
    """What the target holds that the declarations do not, and the other way round; empty for an empty or a matching target."""
    inspector = sa.inspect(engine)
    have = set(inspector.get_table_names()) | set(inspector.get_view_names())
    if not have:
        return ()
    foreign = sorted(have - set(metadata.tables))
    found = [f"table '{name}' is not of the record" for name in foreign]
    complete = "vs_meta" in have and _filled(engine)
    for name, table in sorted(metadata.tables.items()):
        if name in have:
            found += _columns(inspector, engine, table)
        elif complete:
            found.append(f"table '{name}' is missing")
    return tuple(found)


def _filled(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(sa.text("select count(*) from vs_meta where name = 'layout'")))


def _columns(inspector: sa.Inspector, engine: sa.Engine, table: sa.Table) -> list[str]:
    have = {column["name"]: column["type"].compile(engine.dialect) for column in inspector.get_columns(table.name)}
    want = {column.name: column.type.compile(engine.dialect) for column in table.columns}
    found = [f"column '{table.name}.{name}' is missing" for name in sorted(set(want) - set(have))]
    found += [f"column '{table.name}.{name}' is not of the record" for name in sorted(set(have) - set(want))]
    both = sorted(set(have) & set(want))
    return found + [f"column '{table.name}.{name}' is {have[name]}, not {want[name]}" for name in both if have[name] != want[name]]


def check(found: Sequence[str], name: str) -> None:
    """Raise Stale with all that differs."""
    if found:
        raise Stale(
            "The target is not the record that was declared: " + "; ".join(found) + ".",
            where=name,
            hint="Point `target:` in waves/programme.yaml at an empty place, or bring mappings/record.yaml and the target together.",
        )
