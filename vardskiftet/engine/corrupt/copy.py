"""How does a copy of the record come about that may be spoilt? A SQLite file of the same tables, wherever the record itself lies."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from vardskiftet.engine.names import quoted
from vardskiftet.engine.reconcile.kept import digest_of
from vardskiftet.engine.targets.marks import REHEARSAL, marks_of
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.sqlite import SqliteTarget
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Record, Table

AT_A_TIME = 20_000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that may be spoilt, and the mappings whose rows it holds."""

    path: Path
    record: Record
    mappings: tuple[str, ...]
    batches: dict[int, str]
    """Batches of the wave to their mapping."""
    judged: frozenset[int]
    """Those of them in which the plan that is verified said what became of each item; what earlier ones said is history."""

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """The copy, to be spoilt; committed at the end."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("pragma synchronous = off")  # nobody needs this copy after a power cut
            yield connection
            connection.commit()

    def rows(self, table: Table, where: str = "true", limit: int = -1) -> list[Row]:
        """Rows of the wave in a table, by id; each with its mapping."""
        key = quoted(table.key)
        with self.opened() as connection:
            found = connection.execute(f"select * from {quoted(table.table)} where {where} order by {key}").fetchall()
        mine = [{**dict(one), "_mapping": self.batches[one["_batch"]]} for one in found if one["_batch"] in self.batches]
        return mine if limit < 0 else mine[:limit]

    def size(self, table: Table) -> int:
        """Rows of a table, the wave's and others'."""
        with self.opened() as connection:
            return int(connection.execute(f"select count(*) from {quoted(table.table)}").fetchone()[0])

    def change(self, table: Table, row: Row, **columns: object) -> None:
        """Give a row other values, with the digest that a load would have left beside them: silent, as a faulty load is."""
        self.change_all(table, [(row, columns)])

    def change_all(self, table: Table, changes: Iterable[tuple[Row, Row]]) -> None:
        """The same for many rows, each with its new values."""
        with self.opened() as connection:
            for row, columns in changes:
                changed = {**row, **columns}
                told = [(one, _text(changed[one.column])) for one in table.columns if one.column != table.key]
                changed["_digest"] = bytes.fromhex(digest_of(told))
                names = [*columns, "_digest"]
                assignments = ", ".join(f"{quoted(name)} = ?" for name in names)
                values = [*(changed[name] for name in names), row[table.key]]
                connection.execute(f"update {quoted(table.table)} set {assignments} where {quoted(table.key)} = ?", values)

    def drop(self, table: Table, rows: Iterable[Row]) -> None:
        """Lose rows."""
        with self.opened() as connection:
            connection.executemany(f"delete from {quoted(table.table)} where {quoted(table.key)} = ?", [(one[table.key],) for one in rows])

    def add(self, table: Table, row: Row, id: str) -> None:
        """Invent a row like another one."""
        new = {name: value for name, value in row.items() if name != "_mapping"} | {table.key: id}
        names = ", ".join(quoted(name) for name in new)
        with self.opened() as connection:
            connection.execute(f"insert into {quoted(table.table)} ({names}) values ({', '.join('?' * len(new))})", list(new.values()))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def copied(target: Target, programme: Programme, path: Path, plan: Plan) -> Copy:
    """A clean copy of the record in `path`, table by table and batch by batch. Raises Unreachable."""
    path.unlink(missing_ok=True)
    record = programme.record
    copy = SqliteTarget(path, record, marks_of(programme, REHEARSAL))
    copy.prepare()
    tables = layout(record).tables
    batch = tables["vs_batch"]
    entries = target.rows(sa.select(batch))
    names = [one.name for one in batch.columns]
    told = [dict(zip(names, entry, strict=True)) for entry in entries]
    copy.copy_in(batch, told)
    mine = {int(one["batch"]): str(one["mapping"]) for one in told if one["wave"] == plan.wave}
    judged = frozenset(int(one["batch"]) for one in told if one["plan"] == plan.fingerprint)
    for table in layout(record).sorted_tables:
        if table.name in ("vs_meta", "vs_lock", "vs_batch"):
            continue
        _copy(target, copy, table, [int(entry[0]) for entry in entries])
    copy.close()
    return Copy(path, record, tuple(sorted(set(mine.values()))), mine, judged)


def _copy(target: Target, copy: SqliteTarget, table: sa.Table, batches: list[int]) -> None:
    owner = table.c.get("_batch", table.c.get("batch") if table.name.startswith("vs_") else None)  # a record may have a `batch` of its own
    parts = [sa.select(table)] if owner is None else [sa.select(table).where(owner == batch) for batch in batches]
    if owner is not None and owner.nullable:
        parts.append(sa.select(table).where(owner.is_(None)))
    names = [one.name for one in table.columns]
    for part in parts:
        found = [{name: _kept(table.c[name], row[name]) for name in names} for row in target.arrow(part).to_pylist()]
        for start in range(0, len(found), AT_A_TIME):
            copy.copy_in(table, found[start : start + AT_A_TIME])


def _kept(column: sa.Column[Any], text: str | None) -> object:
    """A value as SQLite keeps it, from the text that any kind of target tells: days, moments and decimals stay texts."""
    if text is None:
        return None
    if isinstance(column.type, sa.LargeBinary):
        return bytes.fromhex(text)
    return int(text) if isinstance(column.type, sa.Integer | sa.Boolean) else text


def fresh(clean: Copy, path: Path) -> Copy:
    """Another copy of a clean one."""
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy2(clean.path, path)
    return Copy(path, clean.record, clean.mappings, clean.batches, clean.judged)


def disordered(clean: Copy, path: Path) -> Copy:
    """The same rows in the opposite order, under another collation."""
    made = fresh(clean, path)
    with made.opened() as connection:
        for table in made.record.tables:
            name = quoted(table.table)
            columns = ", ".join(quoted(row["name"]) for row in connection.execute(f"select name from pragma_table_info('{table.table}')"))
            connection.execute("pragma foreign_keys = off")
            connection.execute(f"create table turned as select * from {name} order by {quoted(table.key)} collate nocase desc")
            connection.execute(f"delete from {name}")
            connection.execute(f"insert into {name} ({columns}) select {columns} from turned")
            connection.execute("drop table turned")
    return made
