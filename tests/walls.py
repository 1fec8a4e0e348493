"""What may a test not touch, and what does a run say of what it did not examine? The rules behind conftest.py."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK_FOLDERS = (ROOT / "work", ROOT / "demo-work")
EXCUSES = Path(__file__).with_name("not_examined.txt")
UNSEEN = "not examined:"
OURS = "VARDSKIFTET_"


def forbid_work_folders(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: a test that opens the checkout's own work folder would read, or spoil, somebody's data."""
    if event not in {"open", "sqlite3.connect"} or not isinstance(arguments[0], str | bytes | os.PathLike):
        return
    path = Path.cwd() / os.fsdecode(arguments[0]).removeprefix("file:")
    if any(folder in (path, *path.parents) for folder in WORK_FOLDERS):
        raise PermissionError(f"a test opens {path}; it should work in its tmp_path")


def forget_variables() -> list[str]:
    """Take every variable of ours out of the environment, and name them, sorted."""
    found = sorted(name for name in os.environ if name.startswith(OURS))
    for name in found:
        del os.environ[name]
    return found


def excuses(text: str) -> dict[str, str]:
    """Name to reason of what may go unexamined: lines `name: reason`; those without a reason do not count."""
    pairs = (line.partition(":") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {name.strip(): reason.strip() for name, _, reason in pairs if reason.strip()}


def unexamined(skips: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Of (test, reason it was skipped): what was not at hand, to the tests that were skipped for it; both sorted."""
    found: dict[str, list[str]] = {}
    for test, reason in skips:
        why = reason.removeprefix("Skipped: ")
        if why.startswith(UNSEEN):
            found.setdefault(why.removeprefix(UNSEEN).strip(), []).append(test)
    return {name: sorted(tests) for name, tests in sorted(found.items())}
