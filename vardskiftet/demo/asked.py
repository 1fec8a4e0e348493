"""What is a synthetic journal asked to be: how many patients, which seed, which units? Refused before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from vardskiftet.demo.identities import places
from vardskiftet.demo.served import ServedUnit
from vardskiftet.errors import Usage

SIZES = {"small": 5_000, "medium": 50_000, "large": 500_000}


def patients_of(size: str | int) -> int:
    """How many patients a size means: small, medium, large or a number of them. Raises Usage."""
    text = str(size)
    if text in SIZES:
        return SIZES[text]
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise Usage(f"'{text}' is not a size of the demo.", hint=f"Known: {', '.join(SIZES)}, or a number of patients.")


def checked(system: str, size: str | int, seed: int, units: Sequence[ServedUnit], now: date) -> int:
    """The number of patients, if such a journal can be made. Raises Usage."""
    patients, today = patients_of(size), np.datetime64(now, "D")
    if patients > places(today - 30):
        raise Usage(f"There are identifiers for {places(today - 30):,} synthetic patients at most, not {patients:,}.")
    if seed < 0:
        raise Usage(f"A seed is a whole number from 0 on, not {seed}.")
    if not units:
        raise Usage(f"No unit of the programme uses {system}: there is nothing to make.")
    return patients
