"""Which rules of the house does a package break? Each rule reads source files and returns its offences as sentences."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FLOORS = (
    {"__main__"},
    {"cli"},
    {"run", "report"},
    {"store", "engine", "demo"},
    {"declare", "plan", "judge"},
    {"model"},
    {"errors", "failpoint", "shipped", "__init__"},
)
HEIGHT = {room: len(FLOORS) - level for level, rooms in enumerate(FLOORS) for room in rooms}

FULL_HOUSE, NO_MORE, LONGEST_FUNCTION = 300, 400, 60

CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime"}
VOICES = {"print", "typer.echo", "click.echo", "typer.secho", "click.secho", "sys.stdout.write", "sys.stderr.write", "Console"}
VERIFIERS = {"rederive", "corrupt"}
NOT_FOR_VERIFIERS = {"compile", "transforms", "move"}


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its path below the package (`engine/move.py`), its dotted name, its text and its tree."""

    path: str
    name: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder or file directly below the package: what stands on a floor."""
        return self.path.split("/")[0].removesuffix(".py")


def modules(package: Path) -> list[Module]:
    """Every module of the package, sorted by path."""
    found = []
    for file in sorted(package.rglob("*.py")):
        path = file.relative_to(package).as_posix()
        parts = [package.name, *path.removesuffix(".py").split("/")]
        text = file.read_text(encoding="utf-8")
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(path, name, text, ast.parse(text, filename=str(file))))
    return found


def imported(module: Module, package: str) -> Iterator[tuple[str, int]]:
    """Full names of what a module takes from the package, wherever in the file it does so, with the line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = module.name.split(".")
                stay = len(here) - node.level + (1 if module.path.endswith("__init__.py") else 0)
                base = ".".join([*here[:stay], *([base] if base else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and dotted(node.func).endswith("import_module") and node.args:
            names = [value for value in strings(node.args[0]) if value]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name.split(".")[0] == package)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute or a name; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return ""


def strings(node: ast.AST) -> list[str]:
    """Every string literal below a node."""
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def upward(package: list[Module], root: str) -> list[str]:
    """Imports that go up, or to a neighbour on the same floor; and rooms that stand on no floor."""
    offences = []
    for module in package:
        if module.room not in HEIGHT:
            offences.append(f"{module.path}: '{module.room}' stands on no floor")
            continue
        for name, line in imported(module, root):
            target = [*name.split("."), "__init__"][1]
            target = target if target in HEIGHT else "__init__"
            if target == module.room:
                continue
            if HEIGHT[target] > HEIGHT[module.room]:
                offences.append(f"{module.path}:{line}: imports up, {name}")
            elif HEIGHT[target] == HEIGHT[module.room] and HEIGHT[target] > 1:
                offences.append(f"{module.path}:{line}: imports a neighbour, {name}")
    return offences


def verifiers_that_borrow(package: list[Module], root: str) -> list[str]:
    """The verifier derives everything a second time; what it borrowed from the loader it could not check."""
    offences = []
    for module in package:
        parts = module.name.split(".")
        if parts[1:2] != ["engine"] or len(parts) < 3 or parts[2] not in VERIFIERS:
            continue
        for name, line in imported(module, root):
            if name.split(".")[1:2] == ["engine"] and NOT_FOR_VERIFIERS & set(name.split(".")[2:3]):
                offences.append(f"{module.path}:{line}: {name}")
    return offences


def type_checking_guards(package: list[Module]) -> list[str]:
    """A guard says that a thing stands in the wrong room."""
    return [
        f"{module.path}:{node.lineno}"
        for module in package
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Name | ast.Attribute) and dotted(node).split(".")[-1] == "TYPE_CHECKING")
        or (isinstance(node, ast.ImportFrom) and any(alias.name == "TYPE_CHECKING" for alias in node.names))
    ]


def called(package: list[Module], banned: set[str]) -> Iterator[tuple[Module, str, int]]:
    """Uses of banned names: called, or handed on as a value. `datetime.datetime.now` counts as `datetime.now`."""
    for module in package:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                name = dotted(node)
                tails = {name, ".".join(name.split(".")[-2:])}
                if isinstance(node, ast.Attribute) and node.attr in banned:
                    tails.add(node.attr)
                for hit in sorted(tails & banned)[:1]:
                    yield module, hit, node.lineno


def voices(package: list[Module]) -> list[str]:
    """Only cli/console.py speaks, and __main__.py where there is not even memory to load it."""
    may = ("cli/console.py", "__main__.py")
    return [f"{module.path}:{line}: {name}" for module, name, line in called(package, VOICES) if module.path not in may]


def clocks(package: list[Module], allowed: dict[str, str]) -> list[str]:
    """Wall clocks are read in cli/main.py and where a reason is written down; a reason without a clock is out of date."""
    found = [(module.path, name, line) for module, name, line in called(package, CLOCKS) if module.path != "cli/main.py"]
    read = [f"{path}:{line}: {name}" for path, name, line in found if path not in allowed]
    return read + [f"{path}: reads no clock any more" for path in sorted(set(allowed) - {path for path, _, _ in found})]


def blind_excepts(package: list[Module]) -> list[str]:
    """Only cli/main.py catches what nobody foresaw. BaseException may be caught to tidy up, if it is raised again."""
    offences = []
    for module in package:
        if module.path == "cli/main.py":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler):
                caught = {dotted(part) for part in ast.walk(node.type)} if node.type else {"anything"}
                goes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                blind = caught & {"anything", "Exception", *([] if goes_on else ["BaseException"])}
                offences += [f"{module.path}:{node.lineno}: except {name}" for name in sorted(blind)]
            elif isinstance(node, ast.Call) and dotted(node.func).endswith("suppress"):
                blind = {dotted(argument) for argument in node.args} & {"Exception", "BaseException"}
                offences += [f"{module.path}:{node.lineno}: suppress({name})" for name in sorted(blind)]
    return offences


def wordless(package: list[Module]) -> list[str]:
    """Modules whose first line does not say, in a sentence, which question they answer."""
    offences = []
    for module in package:
        first = (ast.get_docstring(module.tree) or "").split("\n")[0].strip()
        if not re.search(r"\w.*[.?:]$", first):
            offences.append(f"{module.path}: {first or 'no docstring'}")
    return offences


def long_files(package: list[Module], limit: int) -> list[str]:
    """Files with more lines than the limit."""
    return [f"{module.path}: {count} lines" for module in package if (count := len(module.text.splitlines())) > limit]


def long_functions(package: list[Module], limit: int = LONGEST_FUNCTION) -> list[str]:
    """Functions with more lines than the limit, from `def` to the last."""
    return [
        f"{module.path}:{node.lineno}: {node.name}, {count} lines"
        for module in package
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (count := (node.end_lineno or 0) - node.lineno + 1) > limit
    ]


def mode_flags(package: list[Module]) -> list[str]:
    """Identifiers that carry a mode in them: the mode is which hands you were given."""
    offences = []
    for module in package:
        for node in ast.walk(module.tree):
            words = [getattr(node, key, None) for key in ("id", "attr", "arg", "name")]
            words += strings(node) if isinstance(node, ast.Call) else []
            if any(isinstance(word, str) and re.fullmatch(r"-*\w*dry[_-]?run\w*", word) for word in words):
                offences.append(f"{module.path}:{getattr(node, 'lineno', 0)}")
    return sorted(set(offences))


def failpoints(package: list[Module], names: set[str]) -> list[str]:
    """Points that the code reaches and the registry lacks, and the other way round.

    `reach(f"{what}.write.before")` reaches a name if the text fits and `what` is a string literal elsewhere in the package.
    """
    literals = {value for module in package if module.path != "failpoint.py" for value in strings(module.tree)}
    reached: set[str] = set()
    offences = []
    for module in package:
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "reach" and node.args):
                continue
            hits = names_of(node.args[0], names, literals)
            reached |= hits
            if not hits:
                offences.append(f"{module.path}:{node.lineno}: {ast.unparse(node.args[0])} is not in failpoint.NAMES")
    return offences + [f"failpoint.py: nothing reaches {name}" for name in sorted(names - reached)]


def names_of(argument: ast.expr, names: set[str], literals: set[str]) -> set[str]:
    """The registered names that one argument of `reach` can stand for."""
    if isinstance(argument, ast.Constant):
        return {argument.value} & names
    if not isinstance(argument, ast.JoinedStr):
        return set()
    parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)" for part in argument.values]
    pattern = re.compile("".join(parts))
    return {name for name in names if (fits := pattern.fullmatch(name)) and set(fits.groups()) <= literals}


RULES: dict[str, Callable[[list[Module]], list[str]]] = {
    "no import guard": type_checking_guards,
    "one voice": voices,
    "nothing caught blindly": blind_excepts,
    "a question each": wordless,
    "no file over 400 lines": lambda package: long_files(package, NO_MORE),
    "no function over 60 lines": long_functions,
    "no mode flags": mode_flags,
}
"""The rules that need nothing but the sources."""
