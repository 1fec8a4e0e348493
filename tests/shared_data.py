"""Where do the public files lie that trials use? Beside the checkout, in `shared/data`; where they are missing, the trial says so."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).resolve()


def checkouts() -> list[Path]:
    """This checkout and, where it is a working tree of another one, that."""
    mark = HERE.parents[1] / ".git"
    if not mark.is_file():
        return [HERE.parents[1]]
    # `gitdir: CHECKOUT/.git/worktrees/NAME`
    return [HERE.parents[1], *Path(mark.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).parents]


def shared(name: str) -> Path:
    """The folder of that name; the test is skipped, by name, where it is missing."""
    for checkout in checkouts():
        for above in [checkout, *checkout.parents][:4]:
            if (folder := above / "shared" / "data" / name).is_dir():
                return folder
    pytest.skip(f"not examined: {name}")
