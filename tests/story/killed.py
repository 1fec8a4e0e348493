"""How is a run stopped dead from inside, where a process of its own would take too long?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from vardskiftet import failpoint


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it runs but what gives locks back."""


@contextmanager
def killed_at(place: str, nth: int) -> Iterator[None]:
    """Stop at the n-th pass of a failpoint; a run that does not come there ends as it would."""
    left = [nth]

    def reach(name: str) -> None:
        if name == place:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    modules = [module for module in list(sys.modules.values()) if getattr(module, "reach", None) is failpoint.reach]
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            patch.setattr(module, "reach", reach)
        with suppress(Killed):
            yield
