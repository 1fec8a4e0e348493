"""Which options do kinds of source and target take? Checked when declarations are read."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from vardskiftet.model.frozen import Frozen


class SqliteOptions(Frozen):
    """A SQLite file: a path inside the project, or the name of an environment variable that holds one."""

    path: str = ""
    path_from: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.path) == bool(self.path_from):
            raise ValueError("give either `path` or `path_from`")
        return self
