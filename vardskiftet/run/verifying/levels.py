"""Which verdict has each level? Differences of every mapping taken, and what was not looked at said so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from vardskiftet.engine.reconcile.staged import sides
from vardskiftet.engine.reconcile.totals import totals_of
from vardskiftet.model.difference import Difference, Level, Verdict
from vardskiftet.model.verification import LevelVerdict, TableVerdict
from vardskiftet.run.verifying.bench import Bench
from vardskiftet.run.verifying.causes import Causes, causes_of
from vardskiftet.run.verifying.clinical import ClinicalTaker, clinical_differences
from vardskiftet.run.verifying.derived import Seen, Taker
from vardskiftet.run.verifying.found import Count, Found
from vardskiftet.run.verifying.rows import RowTaker, row_differences
from vardskiftet.run.verifying.totals import TotalTaker, differences_of_totals

TAKERS: dict[Level, Callable[[Bench], Taker]] = {Level.TOTALS: TotalTaker, Level.ROWS: RowTaker, Level.CLINICAL: ClinicalTaker}
DEEP = (Level.ROWS, Level.TOTALS, Level.CLINICAL)
"""Levels that need both sides; rows first, since what they explain, sums and lists need not explain again."""
BY_ROWS = "its rows have each a cause on record"


@dataclass
class Judging:
    """Verdicts over both sides that were brought to a bench."""

    bench: Bench
    found: Found
    seen: Mapping[str, Seen]
    """Mapping to what was read of it; one that is absent was not looked at."""

    def level(self, level: Level) -> LevelVerdict:
        """One level over every mapping of the plan."""
        causes = causes_of(self.bench) if level is Level.ROWS else Causes()
        tables = []
        for name in self.bench.plan.mappings:
            if name in self.seen:
                self.found.take(self._excused(level, name, differences_of(self.bench, level, name, causes)))
            tables.append(self._table(level, name))
        verdicts = {one.verdict for one in tables}
        verdict = next((one for one in (Verdict.DIFFERENT, Verdict.NOT_VERIFIED) if one in verdicts), Verdict.EQUAL)
        return LevelVerdict(level=level, verdict=verdict, tables=tuple(tables), problems=tuple(one.why for one in tables if one.why))

    def _excused(self, level: Level, name: str, differences: Iterator[Difference]) -> Iterator[Difference]:
        """What sums and lists say of a mapping whose rows differ for causes on record, these rows have said already."""
        rows = self.found.per_mapping.get((Level.ROWS, name))
        excused = level is not Level.ROWS and rows is not None and rows.all > 0 and rows.all == rows.explained
        for one in differences:
            yield one.model_copy(update={"cause": BY_ROWS}) if excused else one

    def _table(self, level: Level, name: str) -> TableVerdict:
        count = self.found.per_mapping.get((level, name), Count())
        left, why = count.all - count.explained, self._why(name)
        verdict = Verdict.DIFFERENT if left else Verdict.NOT_VERIFIED if why else Verdict.EQUAL
        expected, stored = self._compared(level, name)
        return TableVerdict(
            mapping=name,
            table=self.bench.frozen.mapping(name).into,
            verdict=verdict,
            expected=expected,
            stored=stored,
            differences=count.all,
            unexplained=left,
            why=why,
        )

    def _compared(self, level: Level, name: str) -> tuple[int, int]:
        if name not in self.seen:
            return 0, 0
        if level is Level.TOTALS:
            return totals_of(self.bench.stage, name)
        return sides(self.bench.stage, name) if level is Level.ROWS else (self.seen[name].derived, self.seen[name].stood)

    def _why(self, name: str) -> str:
        """Why a mapping was not verified, though perhaps nothing was found to differ."""
        seen = self.seen.get(name)
        if seen is None:
            return f"{name}: it was not looked at"
        mapping = self.bench.frozen.mapping(name)
        if (mapping.system, mapping.reads) in self.bench.disproved:
            return f"{name}: the copy of {mapping.reads} that was loaded is not what another parser reads in the delivered files"
        if seen.read != seen.counted:
            return f"{name}: {seen.read:,} rows lie in the plan's ranges, and the source counts {seen.counted:,}: not all were looked at"
        return ""


def differences_of(bench: Bench, level: Level, name: str, causes: Causes) -> Iterator[Difference]:
    """What one level finds in one mapping."""
    match level:
        case Level.ROWS:
            return row_differences(bench, name, causes)
        case Level.TOTALS:
            return differences_of_totals(bench, name)
        case _:
            return clinical_differences(bench, name)


def explained_by_rows(books: LevelVerdict, rows: LevelVerdict | None) -> LevelVerdict:
    """Books that are open only because the record holds other rows than were loaded, each of them found: that is a difference."""
    if rows is None or books.verdict is not Verdict.OPEN or not all(one.only_counts for one in books.tables if one.verdict is Verdict.OPEN):
        return books
    found = {one.mapping for one in rows.tables if one.expected != one.stored and one.differences}
    if not all(one.mapping in found for one in books.tables if one.verdict is Verdict.OPEN):
        return books
    tables = tuple(one.model_copy(update={"verdict": Verdict.DIFFERENT}) if one.verdict is Verdict.OPEN else one for one in books.tables)
    return books.model_copy(update={"verdict": Verdict.DIFFERENT, "tables": tables})
