"""On which small folders of delivered files do those kinds of source sit their exam?"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from wards import ZONE, SourceWard, Table, Value

from vardskiftet.engine.sources import files_held
from vardskiftet.model.system import SourceSpec, System

LETTER = "This is a letter about the delivery, not the delivery itself.\n" * 100
LONGEST_CELL = 32_767


def text_of(value: Value) -> str | None:
    """A value as whoever delivers text would write it."""
    if value is None or isinstance(value, str):
        return value
    return value.decode() if isinstance(value, bytes) else repr(value) if isinstance(value, float) else str(value)


class FilesWard(SourceWard):
    """A folder with one file a table, and a manifest where a table is empty."""

    kind: ClassVar[str]
    ending: ClassVar[str]
    holder = files_held

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder / "drops"
        self.tables: tuple[Table, ...] = ()
        self.system = self.declared(self.options())

    def declared(self, options: dict[str, Any]) -> System:
        """The system with these options beside its folder."""
        spec = SourceSpec(kind=self.kind, options={"path": "drops", **options})
        return System(system="elvis", title="Elvis", source=spec, timezone=ZONE)

    def options(self) -> dict[str, Any]:
        """What must be declared of the present tables."""
        return {}

    @abstractmethod
    def write(self, table: Table, path: Path) -> None:
        """Make the file of a table."""

    def name(self, table: Table) -> str:
        """The name of a table's file."""
        return f"{table.name}{self.ending}"

    def fill(self, *tables: Table) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.tables = tables
        for table in tables:
            self.write(table, self.folder / self.name(table))
        options = self.options()
        if not all(table.rows for table in tables):
            rows = ['"{}",{}\n'.format(self.name(table).replace('"', '""'), len(table.rows)) for table in tables]
            (self.folder / "manifest").write_text("file,rows\n" + "".join(rows), encoding="utf-8")
            options |= {"manifest": "manifest"}
        self.system = self.declared(options)

    def add(self, table: str, row: tuple[Value, ...]) -> None:
        self.fill(*(Table(one.name, one.columns, [*one.rows, row]) if one.name == table else one for one in self.tables))

    def state(self) -> object:
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in self.folder.iterdir()}

    def lose(self) -> None:
        shutil.rmtree(self.folder)

    def ruin(self) -> None:
        self.folder.mkdir()
        (self.folder / f"besok{self.ending}").write_text(LETTER, encoding="utf-8")

    def damage(self) -> None:
        path = self.folder / self.name(self.tables[0])
        content = bytearray(path.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 512] = b"\xa5" * 512
        path.write_bytes(content[: path.stat().st_size])

    def tamper(self, held: Path) -> None:
        with contextlib.closing(sqlite3.connect(held / "elvis.sqlite")) as copy:
            copy.execute('delete from "vs_rows besok" where vs_place = 1')
            copy.commit()

    def order(self, value: Value) -> Any:
        return (text_of(value) or "").encode()

    @classmethod
    def holds(cls, value: Value) -> bool:
        if not isinstance(value, bytes):
            return True
        with contextlib.suppress(UnicodeDecodeError):
            return bool(value.decode()) or not value
        return False


class CsvWard(FilesWard):
    """Quoted texts and an unquoted sign for NULL."""

    kind, ending = "csv", ".csv"

    def options(self) -> dict[str, Any]:
        return {"null": ["\\N"]}

    def write(self, table: Table, path: Path) -> None:
        lines = [[name for name, _ in table.columns], *table.rows]
        text = "".join(",".join(self._field(value) for value in line) + "\r\n" for line in lines)
        path.write_text(text, encoding="utf-8", newline="")

    @staticmethod
    def _field(value: Value) -> str:
        text = text_of(value)
        return "\\N" if text is None else '"{}"'.format(text.replace('"', '""'))

    def ruin(self) -> None:
        # A letter is a table of one column here; what a folder's place can hold that is none is a file.
        self.folder.write_text(LETTER, encoding="utf-8")

    def damage(self) -> None:
        pytest.skip("text has no middle that cannot be read: its rows are damaged one by one")


class FixedWard(CsvWard):
    """Columns as wide as their widest value. There is no NULL, no line end, no blank at the end."""

    kind, ending = "fixed_width", ".txt"

    def options(self) -> dict[str, Any]:
        tables = {table.name: self._declared(number, table) for number, table in enumerate(self.tables)}
        return {"tables": tables or {"besok": {"files": f"besok{self.ending}", "columns": [{"column": "a", "start": 1, "width": 1}]}}}

    def name(self, table: Table) -> str:
        return f"t{self.tables.index(table)}{self.ending}"

    def _declared(self, number: int, table: Table) -> dict[str, Any]:
        start, columns = 1, []
        for (name, _), width in zip(table.columns, self._widths(table), strict=True):
            columns.append({"column": name, "start": start, "width": width})
            start += width
        return {"files": f"t{number}{self.ending}", "columns": columns}

    @staticmethod
    def _widths(table: Table) -> list[int]:
        return [max([1, *(len(text_of(row[place]) or "") for row in table.rows)]) for place in range(len(table.columns))]

    def write(self, table: Table, path: Path) -> None:
        widths = self._widths(table)
        lines = ["".join((text_of(value) or "").ljust(width) for value, width in zip(row, widths, strict=True)) for row in table.rows]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")

    @classmethod
    def holds(cls, value: Value) -> bool:
        if value is None or not super().holds(value):
            return False
        text = text_of(value) or ""
        return not set(text) & set("\r\n\ufeff") and text == text.rstrip(" ")


class ParquetWard(FilesWard):
    """Numbers where all are numbers of one kind, texts elsewhere."""

    kind, ending = "parquet", ".parquet"

    def write(self, table: Table, path: Path) -> None:
        columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
        arrays = [self._array(column) for column in columns]
        pq.write_table(pa.table(arrays, names=[name for name, _ in table.columns]), path, compression="zstd", row_group_size=1000)

    @staticmethod
    def _array(column: Sequence[Value]) -> pa.Array:
        kinds = {type(value) for value in column if value is not None}
        if kinds in ({int}, {float}):
            return pa.array(column)
        return pa.array([text_of(value) for value in column], pa.string())


class ExcelWard(FilesWard):
    """A workbook a table; what a spreadsheet's number cannot hold is written as text."""

    kind, ending = "excel", ".xlsx"
    many = 3_000

    def options(self) -> dict[str, Any]:
        return {"sheets": {table.name: {"file": self.name(table)} for table in self.tables}}

    def name(self, table: Table) -> str:
        return f"t{self.tables.index(table)}{self.ending}"

    def write(self, table: Table, path: Path) -> None:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Blad1")
        for line in ([name for name, _ in table.columns], *table.rows):
            sheet.append([self._cell(sheet, value) for value in line])
        book.save(path)

    @staticmethod
    def _cell(sheet: Any, value: Value) -> Any:
        if value is None or (isinstance(value, int) and abs(value) < 10**15):
            return value
        cell = openpyxl.cell.WriteOnlyCell(sheet)
        text = text_of(value) or ""
        cell.value = "".join(f"_x{ord(sign):04X}_" if sign < " " or sign in "_\ufffe\uffff" else sign for sign in text)
        cell.data_type = "s"
        return cell

    @classmethod
    def holds(cls, value: Value) -> bool:
        # openpyxl leaves an empty text out when it writes.
        return super().holds(value) and value not in ("", b"") and len(text_of(value) or "") * 7 < LONGEST_CELL


FILE_SOURCES: dict[str, type[SourceWard]] = {one.kind: one for one in (CsvWard, ExcelWard, FixedWard, ParquetWard)}
