"""Is this SQL an expression over the row, and nothing else? Asked before anything is run; no look-up, no file, no setting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb

from vardskiftet.model.vocabulary import Probed

# Functions that reach out of the row: files, settings, the catalogue, sequences.
FORBIDDEN = (
    "read_",
    "parquet_",
    "glob",
    "sniff_csv",
    "getenv",
    "current_setting",
    "getvariable",
    "nextval",
    "currval",
    "query",
    "query_table",
    "duckdb_",
    "pragma_",
    "pg_",
    "current_query",
    "current_database",
    "current_schema",
    "random",
    "gen_random_uuid",
    "uuid",
    "uuidv4",
    "uuidv7",
    "now",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_localtime",
    "current_localtimestamp",
    "today",
    "transaction_timestamp",
    "get_current_time",
    "get_current_timestamp",
    "txid_current",
    "write_log",
    "error",
)


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"enable_external_access": "false"})
    connection.execute("set lock_configuration = true")
    return connection


@cache
def _aggregates() -> frozenset[str]:
    """Functions over several rows, without those that are also functions of one."""
    rows = (
        _parser()
        .execute("select function_name from duckdb_functions() group by all having bool_and(function_type = 'aggregate')")
        .fetchall()
    )
    return frozenset(name for (name,) in rows)


def probe(expression: str) -> Probed:
    """What the expression is: an error in words, or the columns that it names.

    Subqueries, aggregates over other rows, several statements, and functions that reach out of the row are refused.
    """
    if "\0" in expression:
        return Probed("An expression cannot hold a NUL.")
    answer = _parser().execute("select json_serialize_sql(?)", [f"select (\n{expression}\n)"]).fetchall()
    tree: dict[str, Any] = json.loads(answer[0][0])
    if tree.get("error"):
        return Probed(f"This is no SQL expression: {str(tree.get('error_message', '')).splitlines()[0]}")
    if len(tree["statements"]) != 1:
        return Probed("One expression is wanted, not several statements.")
    node = tree["statements"][0]["node"]
    if node.get("type") != "SELECT_NODE" or len(node.get("select_list", ())) != 1 or node["from_table"].get("type") != "EMPTY":
        return Probed("One expression over the row is wanted, without 'from'.")
    columns: set[str] = set()
    parameters: set[str] = set()
    for part in _walk(node):
        fault = _refused(part)
        if fault:
            return Probed(fault)
        if part.get("class") == "COLUMN_REF":
            columns.add(part["column_names"][-1])
        if part.get("class") == "LAMBDA":
            parameters |= {ref["column_names"][-1] for ref in _walk(part["lhs"]) if ref.get("class") == "COLUMN_REF"}
    return Probed(columns=frozenset(columns - parameters))


def _walk(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from _walk(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _walk(inner)


def _refused(part: dict[str, Any]) -> str:
    match part.get("class"):
        case "SUBQUERY":
            return "An expression over the row cannot hold a subquery; it sees this row alone."
        case "STAR" | "WINDOW" | "PARAMETER" | "LAMBDA_REF":
            return f"An expression over the row cannot hold {str(part['class']).lower().replace('_', ' ')}."
        case "COLUMN_REF" if part["column_names"][-1].lower() in FORBIDDEN:
            return f"'{part['column_names'][-1]}' gives another answer each time; it may not be used here."
        case "FUNCTION":
            name = str(part.get("function_name", "")).lower()
            if name in _aggregates():
                return f"The function '{name}' looks at several rows; an expression sees one row alone."
            if any(name == word or (word.endswith("_") and name.startswith(word)) for word in FORBIDDEN):
                return f"The function '{name}' reaches out of the row, or gives another answer each time; it may not be used here."
    return ""
