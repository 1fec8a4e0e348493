"""How is a delivered file opened that may be packed? By the ending of its name; one that is cut off or damaged is refused whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from vardskiftet.errors import IntegrityBroken

PACKINGS = {".gz": "gzip", ".zst": "zstd"}


def with_packings(endings: tuple[str, ...]) -> tuple[str, ...]:
    """The endings, and the same of packed files."""
    return (*endings, *(f"{ending}{packing}" for ending in endings for packing in PACKINGS))


@contextmanager
def bytes_of(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked piece by piece. Raises OSError if it cannot be opened, IntegrityBroken if it cannot be unpacked."""
    packing = PACKINGS.get(path.suffix.lower())
    with path.open("rb") as file:
        if packing is None:
            yield file
            return
        try:
            with pa.CompressedInputStream(pa.PythonFile(file, "r"), packing) as stream:
                yield cast(IO[bytes], stream)
        except (OSError, pa.ArrowException) as error:
            raise IntegrityBroken(
                f"The packed file cannot be unpacked to its end: it is cut off, damaged, or no {packing} file.",
                where=path.name,
                hint="Ask for the delivery again; nothing was loaded.",
            ) from error


@contextmanager
def text_of(path: Path, encoding: str, newline: str | None) -> Iterator[IO[str]]:
    """The file's text for a second parser; bytes that do not decode are replaced. Raises as `bytes_of` does, and UnicodeError."""
    with bytes_of(path) as raw, io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline=newline) as text:
        yield text
