"""Why did a PostgreSQL server let nobody in? The driver then hands on its words alone, without the code that stands for them."""

from __future__ import annotations

_WORDS = (
    ("too many connections", "53300"),
    ("too many clients", "53300"),
    ("remaining connection slots are reserved", "53300"),
    ("password authentication failed", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ('role "', "28000"),
    ("does not exist", "3D000"),
    ("the database system is", "57P03"),
)
"""English words of a refusal to connect, and the SQLSTATE that the server's log has for it; the first that is found counts."""


def code_of(error: BaseException | None) -> str | None:
    """The SQLSTATE of what a driver raised; None where nothing answered, or a server that speaks another language let nobody in."""
    code = getattr(error, "sqlstate", None)
    if code:
        return str(code)
    said = str(error)
    refused = "FATAL:" in said
    return next((code for words, code in _WORDS if refused and words in said), None)
