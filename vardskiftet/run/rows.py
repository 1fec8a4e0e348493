"""Which rows of evidence does a check look at? Those in force; of a register of open matters also those that later files left out."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb

from vardskiftet.engine.evidence.table import Row
from vardskiftet.engine.measure import keep_only, measure, open_rows, place_rows
from vardskiftet.errors import VardskiftetError
from vardskiftet.model.check import Check
from vardskiftet.model.evidence import AddedEvidence, EvidenceSource
from vardskiftet.model.measurement import UnitValue
from vardskiftet.run.desk import Desk
from vardskiftet.run.evidence import day_of, of_source, stored_rows


class Rows:
    """The rows of a wave's evidence, read once for all checks that ask them."""

    def __init__(
        self,
        desk: Desk,
        duck: duckdb.DuckDBPyConnection,
        wave: str,
        units: tuple[str, ...],
        go_live: date,
        handed_in: tuple[AddedEvidence, ...],
    ) -> None:
        self._desk = desk
        self._duck = duck
        self._wave = wave
        self._units = units
        self._go_live = go_live
        self._handed_in = handed_in
        self._held: dict[str, list[Row] | VardskiftetError] = {}
        self._placed = ""

    def measure(self, source: EvidenceSource, check: Check) -> tuple[UnitValue, ...]:
        """The check's raw values. Raises CannotMeasure, and what reading the evidence raises."""
        rows = self.of(source)
        if self._placed != source.evidence:
            newest = of_source(self._handed_in, source.evidence)[-1]
            self._placed = ""
            place_rows(self._duck, source, rows, day_of(newest.as_of, self._desk.programme), self._go_live)
            keep_only(self._duck, source, self._wave, self._units)
            self._placed = source.evidence
        return measure(self._duck, source, check, self._units)

    def of(self, source: EvidenceSource) -> list[Row]:
        """The rows that count, of all waves. Raises what reading the evidence raises, each time it is asked."""
        if source.evidence not in self._held:
            try:
                self._held[source.evidence] = self._read(source)
            except VardskiftetError as error:
                self._held[source.evidence] = error
        held = self._held[source.evidence]
        if isinstance(held, VardskiftetError):
            raise held
        return held

    def _read(self, source: EvidenceSource) -> list[Row]:
        every = of_source(self._handed_in, source.evidence)
        if not source.open_while:
            return list(stored_rows(self._desk, source, every[-1]).rows)
        standing: dict[tuple[Any, ...], Row] = {}
        for one in every:
            newer = {tuple(row[name] for name in source.key): row for row in stored_rows(self._desk, source, one).rows}
            left_out = {key: row for key, row in standing.items() if key not in newer}
            standing = newer | self._open(source, left_out)
        return list(standing.values())

    def _open(self, source: EvidenceSource, rows: dict[tuple[Any, ...], Row]) -> dict[tuple[Any, ...], Row]:
        """Those whose matter is open as they were last told: nobody closed them, so they stand."""
        if not rows:
            return {}
        self._placed = ""
        day = self._go_live
        place_rows(self._duck, source, list(rows.values()), day, day)
        return {key: row for (key, row), is_open in zip(rows.items(), open_rows(self._duck, source), strict=True) if is_open}
