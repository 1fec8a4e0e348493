"""Which SQL goes to each kind of server? Held against what was read and signed; a value never stands where a name could.

python tests/engine/sources/test_statements.py        writes it anew
"""

from __future__ import annotations

from pathlib import Path

import pytest

from vardskiftet.engine.sources.dialects import DIALECTS
from vardskiftet.engine.sources.dialects.dialect import Dialect, Statement
from vardskiftet.engine.sources.dialects.statements import Asked
from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.model.batch import KeyRange

SIGNED = Path(__file__).with_name("signed")

TYPES = {
    "postgresql": ("bigint", "numeric(10,2)", "timestamp without time zone", "bytea", "json", "character(4)", "double precision"),
    "mysql": ("unsigned", "decimal(65,2)", "timestamp", "binary", "json", "enum", "float"),
    "sqlserver": ("bigint", "decimal(10,2)", "datetime2(7)", "varbinary(max)", "xml", "nchar(4)", "float"),
    "sqlite": ("integer", "numeric", "text", "blob", "text", "", "real"),
    "oracle": ("number", "number", "timestamp_tz", "raw", "clob", "char", "binary_double"),
}
"""A key of two columns, then one of each sort that is told differently."""
COLUMNS = ("id", "nr", "tid", "bild", "fritext", "kod", "värde")
ODD = 'a"b`c]d%s?:1{c}'


def asked(name: str, **rest: object) -> Asked:
    extract = Extract("besök", COLUMNS, ("id", "nr"), **rest)
    return Asked(DIALECTS[name], extract, dict(zip(COLUMNS, TYPES[name], strict=True)), "journal" if name != "mysql" else "")


def told(name: str) -> str:
    """Every statement of a dialect, one below the other, as its driver gets it."""
    whole = asked(name)
    query = asked(name, sql="select * from besök -- all of them")
    within = KeyRange(low=("7", "1.50"), high=("it's", "\\"))
    statements = {
        "count": whole.count(),
        "columns": query.columns(),
        "distinct": whole.distinct(COLUMNS[3:6]),
        "borders": whole.borders(1000),
        "nulls": whole.nulls(),
        "count of a range": whole.count_range(within),
        "cut of a range": whole.cut(within, 4),
        "read": whole.read(within),
        "read the keys with a null": query.read(KeyRange(nulls=True)),
    }
    return "\n".join(f"-- {title}\n{as_sent(DIALECTS[name], one)}\n" for title, one in statements.items())


def as_sent(dialect: Dialect, statement: Statement) -> str:
    """Rows are read by a copy in PostgreSQL, which binds nothing."""
    bound = f"{statement.bound(dialect)}\n-- bound: {', '.join(statement.values)}" if statement.values else statement.bound(dialect)
    return f"{bound}\n-- or: {statement.written(dialect)}" if dialect.name == "postgresql" and statement.values else bound


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_the_sql_of_a_dialect_is_the_signed_one(name: str) -> None:
    assert told(name) == (SIGNED / f"{name}.sql").read_text(encoding="utf-8"), "read the difference; then sign it by replacing the file"


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_a_name_is_quoted_and_a_value_is_bound_whatever_stands_in_them(name: str) -> None:
    dialect = DIALECTS[name]
    extract = Extract(ODD, (ODD,), (ODD,))
    statement = Asked(dialect, extract, {ODD: TYPES[name][0]}).read(KeyRange(low=("'; drop table x --",)))
    assert "drop" not in statement.bound(dialect)
    close = dialect.marks[1]
    name_there = dialect.marks[0] + ODD.replace(close, 2 * close) + close
    assert (name_there.replace("%", "%%") if dialect.percent else name_there) in statement.bound(dialect)
    assert "'''; drop table x --'" in statement.written(dialect)


def test_a_border_of_several_columns_is_compared_column_after_column_where_rows_are_not() -> None:
    types = {"a": "int", "b": "int", "c": "int"}
    statement = Asked(DIALECTS["sqlserver"], Extract("t", (), ("a", "b", "c")), types).count_range(KeyRange(low=("1", "2", "3")))
    assert statement.values == ("1", "1", "2", "2", "3")
    assert statement.bound(DIALECTS["sqlserver"]).endswith(
        "vs_rows.[a] >= cast(? as int) and (vs_rows.[a] > cast(? as int) or (vs_rows.[b] >= cast(? as int)"
        " and (vs_rows.[b] > cast(? as int) or (vs_rows.[c] >= cast(? as int)))))"
    )


if __name__ == "__main__":
    for one in DIALECTS:
        (SIGNED / f"{one}.sql").write_text(told(one), encoding="utf-8")
