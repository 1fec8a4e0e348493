"""What did the doctor see in one place? Well, or what is wrong, with its remedy and the exit code that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardskiftet.errors import VardskiftetError

GRAVITY = (8, 6, 10, 9, 7, 1)
"""When several things are wrong, the graver one speaks."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at. `exit_code` is 0 where it is well; a hint beside 0 is advice."""

    look: str
    exit_code: int
    message: str
    where: str = ""
    hint: str = ""


def well(look: str, message: str, where: str = "", hint: str = "") -> Look:
    """It is as it should be."""
    return Look(look, 0, message, where, hint)


def wrong(look: str, message: str, where: str = "", hint: str = "") -> Look:
    """A finding."""
    return Look(look, 1, message, where, hint)


def refused(look: str, error: VardskiftetError) -> Look:
    """A foreseen failure met while looking."""
    return Look(look, error.exit_code, error.message, error.where, error.hint)


def exit_code(looks: Sequence[Look]) -> int:
    """The gravest of them."""
    codes = {one.exit_code for one in looks}
    return next((code for code in GRAVITY if code in codes), max(codes, default=0))
