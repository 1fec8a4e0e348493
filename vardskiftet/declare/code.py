"""Which functions does a file of Python hold? It is parsed, never run: reading declarations runs nothing."""

from __future__ import annotations

import ast

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.files import File
from vardskiftet.declare.node import Node, found
from vardskiftet.declare.reading import Declarations, Declared, Reading
from vardskiftet.declare.scalars import REASON
from vardskiftet.declare.sheet import decoded
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.code import Code
from vardskiftet.model.mapping import Mapping

PYTHON = "python"


def read_code(file: File, reading: Reading) -> Declared[Code] | None:
    """The functions of a file; None if it cannot be parsed."""
    text = decoded(file.path, file.content, reading.faults)
    if text is None:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as wrong:
        line = getattr(wrong, "lineno", None) or 1
        reading.faults.at(Node(file.path, line, (file.stem,)), f"is not Python: {getattr(wrong, 'msg', wrong)}.")
        return None
    functions = tuple(one.name for one in tree.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"))
    texts = {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    reasons = tuple(sorted(text for text in texts if REASON.fullmatch(text)))
    code = Code(code=file.stem, text=text, sha256=file.sha256, functions=functions, reasons=reasons, path=file.path)
    return Declared(code, Node(file.path, 1, (file.stem,)))


def check_code(declared: Declarations, faults: Faults) -> None:
    """Every function that a mapping calls is there."""
    known = {f"{name}.{function}" for name, code in declared.codes.items() for function in code.value.functions}
    for _, mapping in sorted(declared.mappings.items()):
        for place, called in _calls(mapping):
            name = called.partition(".")[0]
            if called not in known and (name in declared.codes or name not in declared.code_names):
                hint = nearest(called, known) or "Write it in mappings/python/NAME.py, and call it NAME.FUNCTION."
                faults.at(found(mapping.node, "fields", place, "through"), f"{quoted(called)} is no function of mappings/python.", hint)


def _calls(mapping: Declared[Mapping]) -> list[tuple[str, str]]:
    """(column, NAME.FUNCTION) of every call."""
    steps = [(field.column, step) for field in mapping.value.fields for step in field.steps if step.transform == PYTHON]
    return [(column, str(step.options.get("function", ""))) for column, step in steps]
