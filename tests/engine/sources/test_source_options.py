"""Are options of delivered files that cannot be meant refused when they are declared?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from vardskiftet.engine.sources.options import (
    AlchemyOptions,
    CsvOptions,
    ExcelOptions,
    FixedWidthOptions,
    MysqlOptions,
    ParquetOptions,
    PostgresqlOptions,
)

PLACE: dict[str, Any] = {"path": "drops"}
COLUMN = {"column": "a", "start": 1, "width": 3}


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        (CsvOptions, {}, "path_from"),
        (CsvOptions, {**PLACE, "path_from": "DROPS"}, "path_from"),
        (CsvOptions, {**PLACE, "delimiter": ";;"}, "one character"),
        (CsvOptions, {**PLACE, "delimiter": ""}, "one character"),
        (CsvOptions, {**PLACE, "delimiter": '"'}, "differ"),
        (CsvOptions, {**PLACE, "quote": "'", "escape": "'"}, "differ"),
        (CsvOptions, {**PLACE, "delimiter": "\n"}, "end no line"),
        (CsvOptions, {**PLACE, "tables": {"a": "../a.csv"}}, "out of the folder"),
        (CsvOptions, {**PLACE, "manifest": "/etc/passwd"}, "out of the folder"),
        (CsvOptions, {**PLACE, "manifest": "..\\manifest.csv"}, "out of the folder"),
        (CsvOptions, {**PLACE, "duplicates": "merge"}, "refuse"),
        (CsvOptions, {**PLACE, "seperator": ";"}, "Extra"),
        (ParquetOptions, {**PLACE, "tables": {"a": "/a.parquet"}}, "out of the folder"),
        (ExcelOptions, {**PLACE, "sheets": {"a": {"file": "../a.xlsx"}}}, "out of the folder"),
        (ExcelOptions, {**PLACE, "sheets": {"a": {"file": "a.xlsx", "header": 0}}}, "greater"),
        (FixedWidthOptions, PLACE, "required"),
        (FixedWidthOptions, {**PLACE, "tables": {"a": {"files": "../a", "columns": [COLUMN]}}}, "out of the folder"),
        (FixedWidthOptions, {**PLACE, "tables": {"a": {"files": "a", "columns": []}}}, "at least 1"),
        (FixedWidthOptions, {**PLACE, "tables": {"a": {"files": "a", "columns": [{**COLUMN, "start": 0}]}}}, "greater"),
        (FixedWidthOptions, {**PLACE, "tables": {"a": {"files": "a", "columns": [{**COLUMN, "start": 3}, COLUMN]}}}, "overlap"),
        (PostgresqlOptions, {}, "required"),
        (PostgresqlOptions, {"url_from": "postgresql://anna:x@host/db"}, "never stands in a file"),
        (PostgresqlOptions, {"url_from": "A", "schema": ""}, "at least 1"),
        (MysqlOptions, {"url_from": "A", "throttle": {"window": "6-7"}}, "two times of day"),
        (MysqlOptions, {"url_from": "A", "statement_timeout": -1}, "greater"),
        (AlchemyOptions, {"url_from": "A", "statement_timeout": 1}, "Extra"),
    ],
    ids=str,
)
def test_options_that_cannot_be_meant_are_refused(kind: type[BaseModel], options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        kind.model_validate(options)


@pytest.mark.parametrize("kind", [CsvOptions, ExcelOptions, ParquetOptions])
def test_a_folder_is_enough(kind: type[BaseModel]) -> None:
    options = kind.model_validate(PLACE)
    assert kind.model_validate(options.model_dump(mode="json")) == options
