"""How is a question put to PostgreSQL, and answered as texts by the million? Its values bound, its columns in the form of digests."""

from __future__ import annotations

import contextlib
import weakref
from typing import Any

import adbc_driver_manager
import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.targets.postgresql_place import Place, Reading
from vardskiftet.engine.targets.protocol import Query
from vardskiftet.engine.targets.questions import in_texts


class Asking:
    """Connections that only read, kept from one question to the next: opening one was seen to take a tenth of a verification."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._idle: list[Reading] = []
        self._let_go = weakref.finalize(self, _close_all, self._idle)

    def table(self, query: Query) -> pa.Table:
        """The rows of a query, every column as text. Raises adbc_driver_manager.Error.

        A connection that was kept may have been lost meanwhile: then the question is put once more, on a new one.
        """
        kept = self._idle.pop() if self._idle else None
        if kept is not None:
            try:
                return self._answered(kept, query)
            except adbc_driver_manager.Error as error:
                if error.sqlstate and not error.sqlstate.startswith(("08", "57P")):
                    raise
        return self._answered(self._place.reading(read_only=True), query)

    def close(self) -> None:
        """Give them back."""
        _close_all(self._idle)

    def _answered(self, connection: Reading, query: Query) -> pa.Table:
        try:
            found = answer(connection, query)
        except BaseException:
            with contextlib.suppress(adbc_driver_manager.Error):
                connection.close()
            raise
        self._idle.append(connection)
        return found


def _close_all(idle: list[Reading]) -> None:
    while idle:
        with contextlib.suppress(adbc_driver_manager.Error):
            idle.pop().close()


_DIALECT = sa.create_engine("postgresql+psycopg://", paramstyle="numeric_dollar").dialect


def answer(connection: Reading, query: Query) -> pa.Table:
    """The rows of a query, every column as text."""
    said = in_texts(query, shown).compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = [said.params[name] for name in said.positiontup or ()]
    with connection.cursor() as cursor:
        cursor.execute(str(said), values or None)
        return cursor.fetch_arrow_table()


def shown(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column as the text that digests are made of."""
    match column.type:
        case sa.LargeBinary():
            # No bytes are an empty text, as with the embedded record.
            return sa.func.coalesce(sa.func.encode(column, "hex"), "")
        case sa.Boolean():
            return sa.cast(sa.cast(column, sa.Integer), sa.Text)
        case sa.DateTime():
            # The server's own writing is cheaper than to_char by half; it leaves out zeros at the end of a fraction.
            moment = sa.func.timezone("UTC", column)
            whole = sa.func.replace(sa.cast(moment, sa.Text), " ", "T")
            fine = sa.func.to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US')
            return sa.case((column == sa.func.date_trunc("second", column), whole), else_=fine) + sa.literal("Z")
        case _:
            return sa.cast(column, sa.Text)
