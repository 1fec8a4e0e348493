"""How is a question put to PostgreSQL, and answered as texts by the million? Its values bound, its columns in the form of digests."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.targets.postgresql_place import Reading
from vardskiftet.engine.targets.protocol import Query
from vardskiftet.engine.targets.questions import in_texts

_DIALECT = sa.create_engine("postgresql+psycopg://", paramstyle="numeric_dollar").dialect


def answer(connection: Reading, query: Query) -> pa.Table:
    """The rows of a query, every column as text."""
    said = in_texts(query, _shown).compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = [said.params[name] for name in said.positiontup or ()]
    with connection.cursor() as cursor:
        cursor.execute(str(said), values or None)
        return cursor.fetch_arrow_table()


def _shown(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column as the text that digests are made of."""
    match column.type:
        case sa.LargeBinary():
            # No bytes are an empty text, as with the embedded record.
            return sa.func.coalesce(sa.func.encode(column, "hex"), "")
        case sa.Boolean():
            return sa.cast(sa.cast(column, sa.Integer), sa.Text)
        case sa.Date():
            return sa.func.to_char(column, "YYYY-MM-DD")
        case sa.DateTime():
            whole, moment = sa.func.date_trunc("second", column), sa.func.timezone("UTC", column)
            seconds = sa.func.to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS')
            return sa.case((column == whole, seconds), else_=sa.func.to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US')) + sa.literal("Z")
        case _:
            return sa.cast(column, sa.Text)
