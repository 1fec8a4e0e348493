"""Which options does a file drop take? Where it lies, in which forms its rows are written, and how its CSV is told apart."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from vardskiftet.engine.sources.options import Placed
from vardskiftet.model.frozen import Frozen


class CsvForm(Frozen):
    """How the receiver wants CSV: always UTF-8 with a header, every value in double quotes, NULL as a field without anything."""

    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    """The sign before the decimals of the record's decimal columns."""

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        if len(self.delimiter) != 1 or not self.delimiter.isascii() or self.delimiter.isalnum() or self.delimiter in '"\r\n\0':
            raise ValueError("`delimiter` is one sign that is no letter, no digit, no quote, and ends no line")
        return self


class FileDropOptions(Placed):
    """A folder of files that a vendor fetches: Parquet, and beside it CSV if the vendor wants it."""

    formats: list[Literal["parquet", "csv"]] = ["parquet"]
    csv: CsvForm = CsvForm()

    @model_validator(mode="after")
    def _can_be_read_back(self) -> Self:
        if "parquet" not in self.formats or len(set(self.formats)) < len(self.formats):
            raise ValueError("`formats` names parquet, from which rows are read back and counted, and may name csv beside it")
        return self
