"""Which options do kinds of source and target take? Checked when declarations are read."""

from __future__ import annotations

import itertools
import re
from pathlib import PurePosixPath
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from vardskiftet.model.frozen import Frozen

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WINDOW = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class Placed(Frozen):
    """A place: a path inside the project, or the name of an environment variable that holds one."""

    path: str = ""
    path_from: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.path) == bool(self.path_from):
            raise ValueError("give either `path` or `path_from`")
        return self


class SqliteOptions(Placed):
    """A SQLite file: a path inside the project, or the name of an environment variable that holds one."""


class Throttle(Frozen):
    """How hard a source may be asked: its users come first."""

    rows_per_second: int = Field(default=0, ge=0)
    """0 is as fast as it goes."""
    window: str = ""
    """Hours in the system's zone in which a batch may begin: `22:00-06:00`; what has begun is read to its end."""
    pause_file: str = ""
    """While a file of this name lies in the project, no batch begins."""

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.pause_file and not _stays(self.pause_file):
            raise ValueError(f"'{self.pause_file}' leads out of the project")
        begin, _, end = self.window.partition("-")
        if self.window and not _WINDOW.fullmatch(self.window):
            raise ValueError("`window` is two times of day, such as 22:00-06:00")
        if self.window and begin == end:
            raise ValueError("a window that ends when it begins is never open")
        return self


class ServerOptions(Frozen):
    """A database on a server. Its URL stands in an environment variable; a file holds only the variable's name."""

    url_from: str
    frozen: str = ""
    """Because of what nothing changes in it any more: then rows of one moment are what they are, however it is held."""
    throttle: Throttle = Throttle()

    @field_validator("url_from")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if not _VARIABLE.fullmatch(name):
            raise ValueError("give the name of an environment variable, such as JOURNAL_URL; a connection never stands in a file")
        return name


class TimedOptions(ServerOptions):
    """A server that can be told how long a statement may take."""

    statement_timeout: float = Field(default=0, ge=0)
    """Seconds that one statement may take; 0 leaves it to the server."""


class PostgresqlOptions(TimedOptions):
    """A PostgreSQL database, held still for the whole run by an exported snapshot."""

    schema_name: str = Field(default="public", alias="schema", min_length=1)
    """Where its tables lie."""


class MysqlOptions(TimedOptions):
    """A MySQL or MariaDB database, counted and read batch by batch."""

    raw_text: bool = False
    """Texts are taken as the bytes that lie in the table, and read as UTF-8, else in `encoding:`: where columns lie about their charset."""


class OracleOptions(TimedOptions):
    """An Oracle database, counted and read batch by batch."""

    schema_name: str = Field(default="", alias="schema")
    """The owner of its tables; empty for the user of the load."""


class SqlserverOptions(TimedOptions):
    """A SQL Server database."""

    schema_name: str = Field(default="dbo", alias="schema", min_length=1)
    """Where its tables lie."""
    snapshot_isolation: bool = False
    """The database allows snapshot isolation: each batch is counted and read at one moment. Without it each is read twice."""


class AlchemyOptions(ServerOptions):
    """A database of any kind that SQLAlchemy knows. Slow: an object for every value."""

    schema_name: str = Field(default="", alias="schema")
    """Where its tables lie; empty for the connection's own place."""


class FolderOptions(Placed):
    """A folder of delivered files, and what is promised of them."""

    manifest: str = ""
    """A CSV file in the folder with the columns file, rows, bytes, sha256 (any of the last three may be absent)."""
    duplicates: Literal["refuse", "ignore"] = "refuse"
    """What to do when two files of one table hold the same bytes."""

    @model_validator(mode="after")
    def _stays_in_the_folder(self) -> Self:
        for name in (self.manifest, *self.patterns().values()):
            if name and not _stays(name):
                raise ValueError(f"'{name}' leads out of the folder")
        return self

    def patterns(self) -> dict[str, str]:
        """Table to the name or pattern of its files; the others are named by their stems."""
        return {}


class CsvOptions(FolderOptions):
    """Delimited text. Every value is text; what a number or a day is, a mapping says."""

    tables: dict[str, str] = {}
    delimiter: str = ","
    quote: str = '"'
    """Empty for files without quotes."""
    escape: str = ""
    """A sign that makes the next one plain; doubled quotes stand for one in any case."""
    header: bool = True
    columns: dict[str, list[str]] = {}
    """Table to its columns, instead of those that the first line names."""
    null: list[str] = []
    """Texts that mean NULL where they stand without quotes; without any, an empty field is an empty text."""

    def patterns(self) -> dict[str, str]:
        """Table to the name or pattern of its files."""
        return self.tables

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        signs = [sign for sign in (self.delimiter, self.quote, self.escape) if sign]
        if len(self.delimiter) != 1 or any(len(sign) != 1 for sign in signs):
            raise ValueError("`delimiter`, `quote` and `escape` are one character each")
        if len(set(signs)) < len(signs) or set(signs) & set("\r\n\0"):
            raise ValueError("`delimiter`, `quote` and `escape` must differ, and end no line")
        return self


class FixedColumn(Frozen):
    """A column of fixed width: its first character, from 1, and how many."""

    column: str
    start: int = Field(ge=1)
    width: int = Field(ge=1)
    strip: Literal["right", "both", "none"] = "right"
    """Where blanks are filling, not content."""


class FixedTable(Frozen):
    """A table of fixed width: the name or pattern of its files, and its columns."""

    files: str
    columns: list[FixedColumn] = Field(min_length=1)
    short_lines: bool = False
    """Lines may end before the last column does: whoever wrote them left filling blanks out."""
    long_lines: bool = False
    """Lines may go on after the last column: what stands there is not asked for."""

    @property
    def length(self) -> int:
        """Where the last column ends: the characters of a whole line."""
        return max(one.start + one.width - 1 for one in self.columns)

    @model_validator(mode="after")
    def _lie_beside_each_other(self) -> Self:
        ordered = sorted(self.columns, key=lambda one: one.start)
        for one, other in itertools.pairwise(ordered):
            if one.start + one.width > other.start:
                raise ValueError(f"columns '{one.column}' and '{other.column}' overlap")
        return self


class FixedWidthOptions(FolderOptions):
    """Text in columns of fixed width, one record a line; places are counted in characters."""

    tables: dict[str, FixedTable] = Field(min_length=1)

    def patterns(self) -> dict[str, str]:
        """Table to the name or pattern of its files."""
        return {name: table.files for name, table in self.tables.items()}


class ParquetOptions(FolderOptions):
    """Parquet files; every value becomes its exact text."""

    tables: dict[str, str] = {}

    def patterns(self) -> dict[str, str]:
        """Table to the name or pattern of its files."""
        return self.tables


class Sheet(Frozen):
    """A sheet of a workbook that is a table."""

    file: str
    sheet: str = ""
    """Its name; without one, the workbook's first."""
    header: int = Field(default=1, ge=1)
    """The row that names the columns; rows above it are passed over."""


class ExcelOptions(FolderOptions):
    """Workbooks, one sheet a table; a sheet that is not named here is a table of its own name."""

    sheets: dict[str, Sheet] = {}

    def patterns(self) -> dict[str, str]:
        """Table to the name or pattern of its workbooks."""
        return {name: sheet.file for name, sheet in self.sheets.items()}


def _stays(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name
