"""How does a file of any encoding become UTF-8, without one byte being guessed at?"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from vardskiftet.engine.sources.packed import bytes_of
from vardskiftet.errors import IntegrityBroken, Unreachable

PIECE = 4 << 20
"""Bytes that are read at a time."""

_SIGNATURES = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARK = codecs.BOM_UTF8


def utf8_pieces(path: Path, encoding: str) -> Iterator[bytes]:
    """A file's text as UTF-8, in pieces, without its byte order mark.

    Bytes that the encoding does not know come as bytes that are no UTF-8 either, so that whoever looks finds them.
    Raises Unreachable if the file cannot be read, IntegrityBroken if it cannot be unpacked, or its first bytes say that it is in
    another encoding.
    """
    try:
        with bytes_of(path) as file:
            pieces = iter(lambda: file.read(PIECE), b"")
            yield from _unmarked(_recoded(_signed(pieces, path, encoding), encoding))
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeError as error:
        raise without_mark(path, encoding) from error


def without_mark(path: Path, encoding: str) -> IntegrityBroken:
    """A file whose encoding begins with a byte order mark, and which does not: the one thing that a decoder cannot pass over."""
    return IntegrityBroken(
        f"The file does not begin with the byte order mark that {encoding} asks for.",
        where=path.name,
        hint="Declare another `encoding:`, such as utf-8, or one without a mark, such as utf-16-le.",
    )


def unreadable(path: Path, error: Exception) -> Unreachable:
    """A delivered file that the machine, or its reader, could not read."""
    return Unreachable(
        f"A delivered file could not be read ({type(error).__name__}).",
        where=path.name,
        hint="Is it there, complete, and readable for you?",
    )


def is_utf8(encoding: str) -> bool:
    """Whether the encoding's bytes are UTF-8 as they stand."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def _signed(pieces: Iterator[bytes], path: Path, encoding: str) -> Iterator[bytes]:
    """The same pieces, the first of them looked at: a file may say by its first bytes what it is."""
    first = next(pieces, b"")
    says = next((name for mark, name in _SIGNATURES if first.startswith(mark)), "")
    if says and not codecs.lookup(encoding).name.startswith(says):
        raise IntegrityBroken(
            f"The file begins as {says} does, and is declared {encoding}.",
            where=path.name,
            hint=f"Declare `encoding: {says}` in the system's file, or have the file delivered as {encoding}.",
        )
    if first:
        yield first
    yield from pieces


def _recoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if is_utf8(encoding):
        yield from pieces
        return
    codecs.register_error("vs_marked", _marked)
    decoder = codecs.getincrementaldecoder(encoding)("vs_marked")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def _marked(error: UnicodeError) -> tuple[str, int]:
    """Each byte that could not be decoded as a lone surrogate, which no text holds."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


def _unmarked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Without the byte order mark, and without empty pieces."""
    begin = b""
    for piece in pieces:
        begin += piece
        if len(begin) >= len(_MARK):
            break
    if rest := begin.removeprefix(_MARK):
        yield rest
    yield from (piece for piece in pieces if piece)
