"""Which statements take a batch out of a record again? In words that every SQL target understands, in one transaction.

A row that the batch wrote goes one of these ways, the first that fits:

1. a person of whom another batch wrote, or found, the very same content is that batch's from now on (`shared`);
2. a row with a before-image gets it back, and is again the batch's that wrote it (`restored`); one that the new system's users changed
   since keeps its content, and only the books go back (`edited`);
3. a row that nobody changed, that nothing refers to, and that no other batch brought, is deleted;
4. a person whom another batch brought with other content stays as it is, as that batch's (`shared`);
5. what is left was changed (`edited`) or is referred to (`referred`): it is the new system's own from now on.

What was not deleted is listed in `vs_undone`. Where a later batch wrote over the batch's content, that content goes out of the later
one's before-image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.protocol import TakenBack, TakingBack
from vardskiftet.model.record import Record

KEPT = "vs_kept"
"""Temporary table (id, why): rows of the batch that the new system's users changed."""
RESTORED = "vs_restored"
"""Temporary table: before-images as rows of the record table, with `_batch`, `_unit`, `_key` and `_digest`."""
HEIR = "vs_heir"
"""Temporary table (target_id, batch): who of the other batches brought a person with the same content."""
OF_A_BATCH = ("vs_left", "vs_image", "vs_mark", "vs_contribution", "vs_fate", "vs_flag", "vs_rows", "vs_tally", "vs_batch")
Run = Callable[[str], int]
"""Carries out a statement, and returns the rows that it changed."""


def taken_back(run: Run, record: Record, taking: TakingBack) -> TakenBack:
    """Carry it all out; `vs_kept` and `vs_restored` stand beside the record's tables."""
    return _Statements(run, record, taking).carried_out()


@dataclass(frozen=True, slots=True)
class _Statements:
    run: Run
    record: Record
    taking: TakingBack

    def carried_out(self) -> TakenBack:
        identity = self.taking.table.identity
        shared = self._inherited() if identity else 0
        restored, left = self._restored()
        self._forgotten()
        self._spare_ancestors()
        removed = self.run(f"delete from {self.name} where {self.own} and {self.key} not in (select id from {KEPT}){self._unneeded()}")
        shared += self._passed_on() if identity else 0
        left += self._list("edited", f"{self.own} and {self.key} in (select id from {KEPT} where why = 'edited')")
        left += self._list("referred", f"{self.own} and {self.key} not in (select id from {KEPT} where why = 'edited')")
        self.run(f"update {self.name} set _batch = null where {self.own}")
        for books in OF_A_BATCH:
            self.run(f"delete from {books} where batch = {self.batch}")
        return TakenBack(removed, restored, shared, left)

    @property
    def batch(self) -> int:
        return self.taking.entry.batch

    @property
    def name(self) -> str:
        return quoted(self.taking.table.table)

    @property
    def key(self) -> str:
        return quoted(self.taking.table.key)

    @property
    def own(self) -> str:
        return f"{self.name}._batch = {self.batch}"

    def _of_table(self, alias: str) -> str:
        return f"{alias}.record_table = {literal(self.taking.table.table)}"

    def _list(self, what: str, where: str) -> int:
        """Note rows that are about to be dealt with; returns how many."""
        entry = self.taking.entry
        told = ", ".join(literal(one) for one in (self.taking.undo, entry.wave, entry.plan, entry.mapping, self.taking.table.table))
        return self.run(
            "insert into vs_undone (undo, wave, plan, mapping, record_table, target_id, source_key, what)"
            f" select {told}, cast({self.key} as text), coalesce(_key, ''), {literal(what)} from {self.name} where {where}"
        )

    def _inherited(self) -> int:
        """Persons whose content is another batch's as well, here or in a later batch's before-image, go to that one."""
        content = f"select cast({self.key} as text) as target_id, _digest as digest from {self.name} where {self.own}"
        content += f" union all select i.target_id, i.before_digest from vs_image as i where i.before_batch = {self.batch}"
        self.run(
            f"create temporary table {HEIR} as select own.target_id, min(c.batch) as batch"
            f" from ({content} and {self._of_table('i')}) as own join vs_contribution as c on {self._of_table('c')}"
            f" and c.target_id = own.target_id and c.row_digest = own.digest and c.batch <> {self.batch}"
            " and c.fate in ('loaded', 'unchanged') group by own.target_id"
        )
        heir = f"(select h.batch from {HEIR} as h where h.target_id = vs_image.target_id)"
        known = f"{self._of_table('vs_image')} and vs_image.target_id in (select target_id from {HEIR})"
        self.run(f"update vs_image set batch = {heir} where batch = {self.batch} and {known}")
        self.run(f"update vs_image set before_batch = {heir} where before_batch = {self.batch} and {known}")
        self.run("delete from vs_image where batch = before_batch")
        target = f"cast({self.name}.{self.key} as text)"
        mine = f"from {HEIR} as h join vs_contribution as c on c.batch = h.batch and c.target_id = h.target_id and {self._of_table('c')}"
        mine += f" where h.target_id = {target}"
        where = f"{self.own} and {target} in (select target_id from {HEIR})"
        shared = self._list("shared", where)
        self.run(f"update {self.name} set _key = (select min(c.source_key) {mine}), _batch = (select min(c.batch) {mine}) where {where}")
        self.run(f"drop table {HEIR}")
        return shared

    def _restored(self) -> tuple[int, int]:
        """Before-images come back; returns how many whole, and how many without their content, since the row was edited."""
        has = f"{self.own} and {self.key} in (select {self.key} from {RESTORED})"
        kept = f"{self.key} in (select id from {KEPT})"
        restored, left = self._list("restored", f"{has} and not {kept}"), self._list("edited", f"{has} and {kept}")
        books = ("_unit", "_key", "_digest", "_batch")
        columns = [column.column for column in self.taking.table.columns if column.column != self.taking.table.key]
        for names, which in (((*columns, *books), f"{self.name}.{self.key} not in"), (books, f"{self.name}.{self.key} in")):
            given = ", ".join(f"{quoted(one)} = {RESTORED}.{quoted(one)}" for one in names)
            self.run(
                f"update {self.name} set {given} from {RESTORED} where {self.own} and {self.name}.{self.key} = {RESTORED}.{self.key}"
                f" and {which} (select id from {KEPT})"
            )
        return restored, left

    def _forgotten(self) -> None:
        """A later batch's before-image that holds this one's content gets what stood before that; or goes, if nothing did."""
        names = ("before_batch", "before_unit", "before_key", "before_digest", "content")
        own = f"from vs_image as i where i.batch = {self.batch} and i.record_table = vs_image.record_table"
        own += " and i.target_id = vs_image.target_id and i.place < vs_image.place"
        given = ", ".join(f"{one} = (select i.{one} {own} order by i.place desc limit 1)" for one in names)
        later = f"{self._of_table('vs_image')} and vs_image.before_batch = {self.batch}"
        self.run(f"update vs_image set {given} where {later} and exists (select 1 {own})")
        self.run(f"delete from vs_image where {later}")
        self.run("delete from vs_image where batch = before_batch")

    def _spare_ancestors(self) -> None:
        """Rows that stay, whatever the reason, keep the rows of the same table that they refer to, however far up."""
        table = self.taking.table
        parents = [quoted(column.column) for column in table.columns if column.references == table.table]
        if parents:
            self.run(f"insert into {KEPT} select {self.key}, 'referred' from {self.name} where {self.own} and not (true{self._unneeded()})")
            self.run(_with_ancestors(self.name, self.key, parents))

    def _unneeded(self) -> str:
        """SQL: nothing refers to the row, and no other batch brought it."""
        own = f" and (child._batch is distinct from {self.batch} or child.{self.key} in (select id from {KEPT}))"
        referred = "".join(
            f" and not exists (select 1 from {quoted(other.table)} as child where child.{quoted(column.column)} = {self.name}.{self.key}"
            f"{own if other.table == self.taking.table.table else ''})"
            for other in self.record.tables
            for column in other.columns
            if column.references == self.taking.table.table
        )
        return referred + (f" and not exists (select 1 {self._others()})" if self.taking.table.identity else "")

    def _others(self) -> str:
        target = f"cast({self.name}.{self.key} as text)"
        return f"from vs_contribution as c where {self._of_table('c')} and c.target_id = {target} and c.batch <> {self.batch}"

    def _passed_on(self) -> int:
        """A person whom another batch brought with other content is that batch's from now on; one that wrote it itself goes first."""
        others = self._others()
        order = "order by case when c.fate = 'merged' then 1 else 0 end, c.batch, c.source_key limit 1"
        where = f"{self.own} and exists (select 1 {others})"
        shared = self._list("shared", where)
        heir = f"_key = (select c.source_key {others} {order}), _batch = (select c.batch {others} {order})"
        self.run(f"update {self.name} set {heir} where {where}")
        return shared


def _with_ancestors(name: str, key: str, parents: Sequence[str]) -> str:
    """Rows of the same table that those which are kept refer to, however far up, are kept too."""
    edges = " union all ".join(f"select {key} as child, {parent} as parent from {name}" for parent in parents)
    above = f"select edge.parent from ({edges}) as edge join up on edge.child = up.id where edge.parent is not null"
    recursive = f"with recursive up(id) as (select id from {KEPT} union {above})"
    return f"insert into {KEPT} {recursive} select id, 'referred' from up where id not in (select id from {KEPT})"
