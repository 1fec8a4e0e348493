"""How does a function of a region's own come into the engine? As a function of SQL over whole columns, loaded from trusted text only."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from vardskiftet.model.code import Code
from vardskiftet.model.mapping import Mapping

ANSWER = "STRUCT(value VARCHAR, reason VARCHAR)"
FAILED = "{'value': null, 'reason': 'CODE_FAILED'}"
REASON = re.compile(r"[A-Z][A-Z0-9_]*")
Columns = Callable[..., Any]


def call(function: str, arguments: Sequence[str]) -> str:
    """SQL of a call: over the whole column; where that fails, each row alone; where that fails too, CODE_FAILED."""
    name, given = _named(function, len(arguments)), ", ".join(arguments)
    return f"coalesce({name}({given}), {name}_alone({given}), {FAILED})"


def calls(mappings: Iterable[Mapping]) -> frozenset[tuple[str, int]]:
    """(NAME.FUNCTION, number of columns) of everything that these mappings call."""
    steps = [step for mapping in mappings for field in mapping.fields for step in field.steps if step.transform == "python"]
    return frozenset((str(step.options["function"]), 1 + len(step.options.get("beside", ()))) for step in steps)


def load_code(duck: duckdb.DuckDBPyConnection, codes: Iterable[Code], wanted: Iterable[tuple[str, int]]) -> None:
    """Make the wanted functions known to the engine. Their files are run: only text that a person trusts may come here."""
    modules: dict[str, dict[str, Any]] = {}
    by_name = {code.code: code for code in codes}
    for function, columns in sorted(wanted):
        name, _, called = function.partition(".")
        if name not in modules:
            modules[name] = {"__name__": name}
            exec(compile(by_name[name].text, by_name[name].path, "exec"), modules[name])
        over_columns, alone = _over_arrow(modules[name][called]), _over_one(modules[name][called])
        for suffix, made, kind in (("", over_columns, PythonUDFType.ARROW), ("_alone", alone, PythonUDFType.NATIVE)):
            duck.create_function(
                _named(function, columns) + suffix,
                _Taking(made, columns),
                ["VARCHAR"] * columns,
                ANSWER,
                type=kind,
                null_handling=FunctionNullHandling.SPECIAL,
                exception_handling=duckdb.PythonExceptionHandling.RETURN_NULL,
            )


def _named(function: str, columns: int) -> str:
    return "python_" + re.sub(r"\W", "_", function) + f"_{columns}"


class _Taking:
    """A function that says how many columns it takes, as the engine asks; it is called with as many."""

    def __init__(self, function: Columns, columns: int) -> None:
        self._function = function
        places = [inspect.Parameter(f"column{place}", inspect.Parameter.POSITIONAL_ONLY) for place in range(columns)]
        self.__signature__ = inspect.Signature(places)

    def __call__(self, *columns: Any) -> Any:
        return self._function(*columns)


def _over_arrow(function: Columns) -> Columns:
    def answer(*columns: pa.ChunkedArray) -> pa.Array:
        values, reasons = _answered(function, [column.to_pylist() for column in columns])
        return pa.StructArray.from_arrays([pa.array(values, pa.string()), pa.array(reasons, pa.string())], ["value", "reason"])

    return answer


def _over_one(function: Columns) -> Columns:
    def answer(*texts: str | None) -> dict[str, str | None]:
        (value,), (reason,) = _answered(function, [[text] for text in texts])
        return {"value": value, "reason": reason}

    return answer


def _answered(function: Columns, columns: Sequence[list[Any]]) -> tuple[list[str | None], list[str | None]]:
    """Texts and reasons: of a column, or of a frame with the columns `value` and `reason`. Raises ValueError for anything else."""
    import pandas as pd  # heavy, and most programmes have no code

    made = function(*(pd.Series(column, dtype="object") for column in columns))
    frame = made if isinstance(made, pd.DataFrame) else pd.DataFrame({"value": made, "reason": None})
    if len(frame) != len(columns[0]) or not {"value", "reason"} <= set(frame.columns):
        raise ValueError("a function gives a column, or a frame with value and reason, as long as what it got")
    values, reasons = ([None if pd.isna(one) else one for one in frame[name].tolist()] for name in ("value", "reason"))
    if any(value is not None and not isinstance(value, str) for value in values):
        raise ValueError("a function gives texts, or nothing")
    if any(reason is not None and not (isinstance(reason, str) and REASON.fullmatch(reason)) for reason in reasons):
        raise ValueError("a reason is written in capitals")
    return values, reasons
