"""How are rows read from a database that has no kind of its own? Through SQLAlchemy, an object for every value: slow, and anywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from vardskiftet.engine.sources.dialects.dialect import Dialect, Form, Statement
from vardskiftet.engine.sources.one_connection import OneConnection
from vardskiftet.engine.sources.options import AlchemyOptions
from vardskiftet.engine.sources.protocol import Schema, Source, SourceColumn, Stillness
from vardskiftet.engine.sources.refusal import Why, no_driver, not_set, refusal
from vardskiftet.engine.sources.server import ServerSource, schema_of
from vardskiftet.errors import Unreachable, Usage
from vardskiftet.model.system import System

OPTIONS = AlchemyOptions
MAIN = "url_from"
SAYS = "Any database that SQLAlchemy knows, by its URL; slow: an object for every value. Each batch is read twice."

ROWS = 8192
_MARKS = {"qmark": "?", "format": "%s", "numeric": ":{n}", "numeric_dollar": "${n}"}
"""How a driver takes values in a row (PEP 249)."""
_NUMBERS = ("INT", "NUM", "DEC", "FLOAT", "REAL", "DOUBLE", "BIGINT", "SMALLINT")


def open_source(system: System, root: Path) -> Source:
    """The database of a system. Raises Unreachable if its variable is not set, holds no URL, or its driver is not installed."""
    import sqlalchemy as sa

    options = AlchemyOptions.model_validate(system.source.options)
    url = os.environ.get(options.url_from, "")
    if not url:
        raise not_set(system.system, options.url_from)
    try:
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    except sa.exc.NoSuchModuleError:
        raise no_driver(system.system, "with SQLAlchemy's dialect of that database", "") from None
    except (sa.exc.ArgumentError, ValueError):
        # The library quotes what it cannot read, and that is a secret.
        raise refusal(system.system, Why.LOGIN, "the variable holds no URL") from None
    except ImportError as error:
        raise no_driver(system.system, str(error.name), "") from None
    return ServerSource(AlchemyDoor(system.system, engine, options), system, root)


def open_held(system: System, folder: Path) -> None:
    """Nothing outlives its connection."""
    return


class AlchemyDoor(OneConnection):
    """One connection by SQLAlchemy; no server of a kind unknown is asked to hold anything still."""

    stillness = Stillness.NONE
    begins = ""

    def __init__(self, system: str, engine: Any, options: AlchemyOptions) -> None:
        super().__init__()
        self.schema = options.schema_name
        self._system = system
        self._engine = engine
        self._options = options
        self.dialect = _dialect(engine.dialect)

    def opened(self) -> Any:
        """A new connection, set up."""
        return self._engine.connect()

    def errors(self) -> tuple[type[Exception], ...]:
        """What SQLAlchemy raises."""
        import sqlalchemy as sa

        return (sa.exc.SQLAlchemyError,)

    def refused(self, error: Exception) -> Unreachable:
        """The error for what the driver raised; its text may hold the statement's values, and is left out."""
        import sqlalchemy as sa

        gone = isinstance(error, sa.exc.DBAPIError) and not error.connection_invalidated
        return refusal(self._system, Why.OTHER if gone else Why.LOST, type(getattr(error, "orig", None) or error).__name__)

    def again(self) -> AlchemyDoor:
        """The same door without its connection."""
        return AlchemyDoor(self._system, self._engine, self._options)

    def held(self) -> AlchemyDoor:
        """A door of its own, looked through once: some drivers connect to what is no database."""
        door = self.again()
        door.tables()
        return door

    def tables(self) -> Schema:
        """Tables and views."""
        import sqlalchemy as sa

        with self.told():
            look = sa.inspect(self.connection())
            place = self.schema or None
            names = {*look.get_table_names(place), *look.get_view_names(place)}
            found = [(name, one["name"], self._type(one["type"])) for name in names for one in look.get_columns(name, place)]
            self._rest()
        return schema_of(found)

    def primary_key(self, table: str) -> tuple[str, ...]:
        """As the dialect inspects it."""
        import sqlalchemy as sa

        with self.told():
            found = sa.inspect(self.connection()).get_pk_constraint(table, self.schema or None)
            self._rest()
        return tuple(found["constrained_columns"])

    def _type(self, kind: Any) -> str:
        import sqlalchemy as sa

        try:
            return str(kind.compile(self._engine.dialect))
        except sa.exc.CompileError:
            return str(type(kind).__name__).upper()

    def described(self, statement: Statement) -> tuple[SourceColumn, ...]:
        """Names and types of what a statement gives. Raises Usage with the server's words if it cannot run it."""
        import sqlalchemy as sa

        types = {name: column.type for columns in self.tables().values() for column in columns for name in (column.name,)}
        with self.told():
            try:
                result = self._executed(statement)
            except (sa.exc.ProgrammingError, sa.exc.OperationalError) as error:
                if error.connection_invalidated:
                    raise
                raise Usage(str(error.orig)) from error
            names = list(result.keys())
            result.close()
            self._rest()
        return tuple(SourceColumn(name, types.get(name, "")) for name in names)

    def ask(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Few rows, as texts."""
        with self.told():
            rows = [tuple(text_of(value) for value in row) for row in self._executed(statement)]
            self._rest()
        return rows

    def stream(self, statement: Statement) -> Iterator[list[pa.Array]]:
        """Many rows, value by value."""
        with self.whole():
            result = self._executed(statement)
            width = len(result.keys())
            for rows in result.partitions(ROWS):
                yield [_column([row[at] for row in rows]) for at in range(width)]
            self._rest()

    def _executed(self, statement: Statement) -> Any:
        options: dict[str, Any] = {"stream_results": True, "no_parameters": not statement.values}
        connection = self.connection().execution_options(**options)
        return connection.exec_driver_sql(statement.bound(self.dialect), statement.values or None)

    def _rest(self) -> None:
        """End the transaction that every question begins: the next one sees the present."""
        self.connection().rollback()


def text_of(value: Any) -> str | bytes | None:
    """A value as exact text: numbers in plain digits, moments as `YYYY-MM-DD HH:MM:SS`; bytes as they are."""
    match value:
        case None | str() | bytes():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case float():
            return repr(value)
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case memoryview() | bytearray():
            return bytes(value)
    return str(value)


def _column(values: list[Any]) -> pa.Array:
    texts = [text_of(value) for value in values]
    return pa.array([text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text for text in texts], pa.binary())


def _dialect(own: Any) -> Dialect:
    """The dialect of a SQLAlchemy engine: its marks, its driver's way of taking values. Dates are compared with their text."""

    def form(declared: str) -> Form:
        number = declared.startswith(_NUMBERS)
        return Form("{c}", bound=f"cast({{v}} as {declared})" if number else "{v}")

    marks = own.identifier_preparer
    style = "format" if own.paramstyle == "pyformat" else own.paramstyle
    bound = _MARKS.get(style, "?")
    modulo = "mod({a}, {b})" if own.name == "oracle" else "{a} % {b}"
    return Dialect(own.name, form, marks.initial_quote + marks.final_quote, bound, style == "format", modulo=modulo)
