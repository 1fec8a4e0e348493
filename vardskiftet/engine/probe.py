"""Is this SQL an expression over the row, and nothing else? Asked before anything is run; no look-up, no file, no setting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import duckdb

from vardskiftet.engine.reserved import reserved_in
from vardskiftet.model.vocabulary import Probed

# What DuckDB does not call volatile, and yet reaches out of the row: files, settings, the catalogue, the clock.
FORBIDDEN = (
    "read_",
    "parquet_",
    "duckdb_",
    "pragma_",
    "pg_",
    "has_",
    "inet_",
    "current_",
    "glob",
    "sniff_csv",
    "getenv",
    "query",
    "query_table",
    "version",
    "user",
    "session_user",
    "get_block_size",
    "parse_duckdb_log_message",
)
ONE_TO_MANY = ("unnest", "unlist", "generate_subscripts")

# Words that DuckDB answers without parentheses, where no column has that name.
BARE_WORDS = (
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
)

# All that an expression over one row is made of. DuckDB knows more: stars, windows, subqueries, parameters, positions, defaults.
PARTS = (
    "BETWEEN",
    "CASE",
    "CAST",
    "COLLATE",
    "COLUMN_REF",
    "COMPARISON",
    "CONJUNCTION",
    "CONSTANT",
    "FUNCTION",
    "LAMBDA",
    "OPERATOR",
    "TYPE",
)


@lru_cache(maxsize=4096)
def probe(expression: str) -> Probed:
    """What the expression is: an error in words, or the columns that it names.

    Subqueries, functions over other rows, several statements, and functions that reach out of the row are refused.
    """
    if "\0" in expression:
        return Probed("An expression cannot hold a NUL.")
    try:
        # Once as it stands, once in parentheses: no clause, no list and no comment stays unnoticed in both.
        selected = _selected(expression)
        if len(_selected(f"({expression})")) != 1 or len(selected) != 1:
            return Probed("One expression is wanted, not several.")
        for part in _parts(selected):
            fault = _of_part(part, _functions())
            if fault:
                return Probed(fault)
        return Probed(columns=frozenset(_columns(selected, frozenset())))
    except NotSql as error:
        word = reserved_in(expression, _reserved(), _reads)
        named = f" '{word}' is a word of SQL: a column of that name stands in double quotes." if word else ""
        return Probed(f"{error}{named}")
    except RecursionError:
        return Probed("The expression is nested too deeply.")


class NotSql(ValueError):
    """The text is no expression; the message says why."""


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"enable_external_access": "false"})
    connection.execute("set lock_configuration = true")
    return connection


@cache
def _reserved() -> frozenset[str]:
    """Words that cannot stand bare where a column does."""
    rows = (
        _parser().execute("select keyword_name from duckdb_keywords() where keyword_category in ('reserved', 'type_function')").fetchall()
    )
    return frozenset(str(word) for (word,) in rows)


def _reads(expression: str) -> bool:
    try:
        return len(_selected(f"({expression})")) == 1
    except NotSql:
        return False


def _selected(expression: str) -> list[dict[str, Any]]:
    """The syntax trees of what `select EXPRESSION` selects. Raises NotSql if that is no plain list of expressions."""
    answer = _parser().execute("select json_serialize_sql(?)", [f"select {expression}"]).fetchall()
    tree: dict[str, Any] = json.loads(answer[0][0])
    if tree.get("error"):
        raise NotSql(f"This is no SQL expression: {(str(tree.get('error_message', '')).splitlines() or [''])[0]}")
    node = tree["statements"][0]["node"]
    alone = len(tree["statements"]) == 1 and node.get("type") == "SELECT_NODE" and node["from_table"].get("type") == "EMPTY"
    if not alone or any(node.get(clause) for clause in ("where_clause", "group_expressions", "having", "qualify", "modifiers")):
        raise NotSql("One expression over the row is wanted, without 'from' or any other clause.")
    if any(part.get("alias") for part in node["select_list"]):
        raise NotSql("One expression over the row is wanted, without a name of its own.")
    return list(node["select_list"])


@cache
def _functions() -> dict[str, str]:
    """Every function that DuckDB has, with why it may not be used here; empty where it may."""
    rows = (
        _parser()
        .execute(
            "select function_name, list(distinct function_type), bool_or(coalesce(stability <> 'CONSISTENT', false)),"
            " list(distinct macro_definition) filter (function_type = 'macro') from duckdb_functions() group by all order by all"
        )
        .fetchall()
    )
    found = {name: _of_function(name, set(kinds), moves) for name, kinds, moves, _ in rows}
    macros = {name: [part for text in texts for part in _parts(_selected(text))] for name, _, _, texts in rows if texts}
    for _ in range(3):  # macros may be made of macros
        for name, inner in macros.items():
            found[name] = found[name] or next(filter(None, (_of_part(part, found) for part in inner)), "")
    return found


def _of_function(name: str, kinds: set[str], moves: bool) -> str:
    if name in ONE_TO_MANY:
        return f"The function '{name}' makes several rows of one; an expression gives one value."
    if moves or any(name == word or (word.endswith("_") and name.startswith(word)) for word in FORBIDDEN):
        return f"The function '{name}' reaches out of the row, or gives another answer each time; it may not be used here."
    if kinds <= {"aggregate", "window"}:
        return f"The function '{name}' looks at several rows; an expression sees one row alone."
    return "" if kinds & {"scalar", "macro"} else f"The function '{name}' gives a table; an expression gives one value."


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every part of an expression, outermost first."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for inner in tree.values():
            yield from _parts(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from _parts(inner)


def _of_part(part: dict[str, Any], functions: dict[str, str]) -> str:
    """Why this part may not stand in an expression; empty where it may."""
    match part["class"]:
        case "SUBQUERY":
            return "An expression over the row cannot hold a subquery; it sees this row alone."
        case "COLUMN_REF" if part["column_names"][-1].lower() in BARE_WORDS:
            return f"'{part['column_names'][-1]}' reaches out of the row, or gives another answer each time; it may not be used here."
        case "FUNCTION":
            name = str(part["function_name"]).lower()
            if name == "row" and not part["arguments"]:
                return "An expression is wanted here, and there is none."
            if name == "age" and len(part["arguments"]) == 1:
                return "The function 'age' of one moment counts from today; give it two."
            return functions.get(name, f"There is no function '{name}'.")
        case "LAMBDA" if part.get("syntax_type") == "SINGLE_ARROW" and set(_columns(part["lhs"], frozenset())) & set(
            _columns(part["expr"], frozenset())
        ):
            return "Write 'lambda x: …' instead of 'x -> …'."
        case "OPERATOR" if part["type"] == "GROUPING_FUNCTION":
            return "An expression over the row cannot hold grouping."
        case kind if kind not in PARTS:
            return f"An expression over the row cannot hold {str(kind).lower().replace('_', ' ')}."
    return ""


def _columns(tree: Any, bound: frozenset[str]) -> Iterator[str]:
    """Columns that a tree names, without the parameters of its lambdas. Raises NotSql for a name with a point."""
    if isinstance(tree, list):
        for inner in tree:
            yield from _columns(inner, bound)
    elif isinstance(tree, dict) and tree.get("class") == "COLUMN_REF":
        first, *further = tree["column_names"]
        if first.lower() not in bound:
            if further:
                raise NotSql(f"'{'.'.join((first, *further))}' has a point in it; a column of the row is named alone.")
            yield first
    elif isinstance(tree, dict):
        # The arrow of `a -> '$.b'` reads JSON; it only looks like a lambda.
        if tree.get("class") == "LAMBDA" and tree.get("syntax_type") != "SINGLE_ARROW":
            bound |= {name.lower() for name in _columns(tree["lhs"], frozenset())}
        for inner in tree.values():
            yield from _columns(inner, bound)
