"""How does a mapping become one readable SQL text? fields → statement; what it needs beside the rows is named with it."""

from vardskiftet.engine.compile.statement import Compiled, compile_mapping

__all__ = ["Compiled", "compile_mapping"]
