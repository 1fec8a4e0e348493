"""Which options do kinds of source and target take? Checked when declarations are read."""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen


class SqliteOptions(Frozen):
    """A SQLite file: a path inside the project, or the name of an environment variable that holds one."""

    path: str = ""
    path_from: str = ""
