"""What is said where a second reader does not know what it finds?"""

from __future__ import annotations


class Cannot(Exception):
    """There is something in the files that the second reader does not read: the loader's reader is then named as shared."""


def spoilt(text: str) -> bool:
    """Whether a text holds bytes that could not be decoded."""
    return not text.isascii() and any("\udc80" <= letter <= "\udcff" for letter in text)
