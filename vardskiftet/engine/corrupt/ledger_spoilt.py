"""How can the books themselves be spoilt? Reasons erased, lines deleted, a number that leads to somebody else: K13 and its kin."""

from __future__ import annotations

from vardskiftet.engine.corrupt.copy import Copy
from vardskiftet.engine.corrupt.seed import Corruption, Seeded
from vardskiftet.model.difference import Kind, Level, Verdict

OPEN = ((Level.BOOKS, Verdict.OPEN),)


def reason_erased(copy: Copy) -> Seeded | None:
    """A rejected item without its reason."""
    with copy.opened() as connection:
        line = _rejected(copy, connection.execute("select rowid, batch from vs_fate where fate = 'rejected' order by rowid").fetchall())
        if line is None:
            return None
        connection.execute("update vs_fate set reason = null where rowid = ?", (line[0],))
    return Seeded((copy.batches[line[1]],), frozenset({("", "reason")}), frozenset({Kind.OTHER}), (), OPEN)


def line_deleted(copy: Copy) -> Seeded | None:
    """A rejected item of which the books say nothing any more."""
    with copy.opened() as connection:
        line = _rejected(
            copy, connection.execute("select rowid, batch from vs_fate where fate = 'rejected' order by rowid desc").fetchall()
        )
        if line is None:
            return None
        connection.execute("delete from vs_fate where rowid = ?", (line[0],))
    return Seeded((copy.batches[line[1]],), frozenset({("", "fate")}), frozenset({Kind.MISSING}), (), OPEN)


def _rejected(copy: Copy, lines: list[tuple[int, int]]) -> tuple[int, int] | None:
    return next(((int(row), int(batch)) for row, batch in lines if int(batch) in copy.judged), None)


def number_of_another(copy: Copy) -> Seeded | None:
    """A person's number that leads to another person."""
    persons = {table.table for table in copy.record.tables if table.identity}
    with copy.opened() as connection:
        loaded = connection.execute(
            "select c.record_table, c.target_id, c.batch from vs_contribution as c where c.fate = 'loaded' order by c.target_id"
        ).fetchall()
        mine = [(name, id, copy.batches[batch]) for name, id, batch in loaded if name in persons and batch in copy.batches]
        if len(mine) < 2:
            return None
        (name, one, mapping), other = mine[0], mine[1][1]
        domain = connection.execute("select min(domain) from vs_identity where record_table = ? and target_id = ?", (name, one)).fetchone()[
            0
        ]
        connection.execute(
            "update vs_identity set target_id = ? where record_table = ? and target_id = ? and domain = ?", (other, name, one, domain)
        )
    return Seeded((mapping,), frozenset({(one, "identity")}), frozenset({Kind.WRONG_PATIENT}))


SPOILT = (
    Corruption("k13_reason_erased", "the reason of a rejected item is erased", reason_erased),
    Corruption("k13_line_deleted", "a rejected item's line is deleted", line_deleted),
    Corruption("number_of_another", "a person's number leads to another person", number_of_another),
)
