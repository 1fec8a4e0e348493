"""What is the one record that begins here? The careful way, for those that the quick way cannot vouch for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from vardskiftet.engine.sources.csv_dialect import Dialect

_LINE_END = re.compile(rb"\r\n?|\n")
_FOLLOWING = bytes(range(0x80, 0xC0))
"""Bytes that begin no character in UTF-8."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record, or the lines of a torn one: its values as bytes (None for NULL), where it ends, and how many torn lines it is."""

    values: tuple[bytes | None, ...]
    end: int
    torn: int = 0
    blank: bool = False


class Careful:
    """A parser of single records over UTF-8."""

    def __init__(self, dialect: Dialect) -> None:
        self._delimiter, self._quote, self._escape = (one.encode() for one in (dialect.delimiter, dialect.quote, dialect.escape))
        self._null = {text.encode() for text in dialect.null}
        self._longest = dialect.longest
        signs = [self._escape] if self._escape else []
        escaped = re.escape(self._escape) + rb"(?s:(.))" if self._escape else rb"(?!)()"
        twice = re.escape(self._quote * 2) if self._quote else rb"(?!)"
        self._plain = re.compile(rb"(?:%b+|%b)*" % (_but(b"\r", b"\n", self._delimiter, *signs), escaped))
        self._body = re.compile(rb"(?:%b+|%b|%b)*" % (_but(self._quote or b"\n", *signs), twice, escaped))
        self._escaped = re.compile(escaped)
        self._signs = re.compile(rb"%b|%b" % (twice, escaped))
        one = {True: rb"%b|%b|(?s:.)[\x80-\xbf]*" % (twice, escaped), False: rb"%b|(?s:.)[\x80-\xbf]*" % escaped}
        self._longest_allowed = {quoted: re.compile(rb"(?:%b){%d}+" % (sign, dialect.longest)) for quoted, sign in one.items()}

    def whole(self, width: int) -> Callable[[bytes, int], Found | None]:
        """A quicker parser of records of so many fields; None for any other record, and wherever it is not sure."""
        if self._escape or len(self._quote + self._delimiter) > 2:
            return lambda text, at: None
        stops = [b"\r", b"\n", self._delimiter]
        plain = rb"(%b%b*|)" % (_but(*stops, *([self._quote] if self._quote else [])), _but(*stops))
        quoted = rb"%b((?:%b++|%b)*)%b|" % (self._quote, _but(self._quote), self._quote * 2, self._quote) if self._quote else rb"()(?!)|"
        field = rb"(?:%b%b)" % (quoted, plain)
        record = re.compile(re.escape(self._delimiter).join([field] * width) + rb"(?:\r\n?|\n)")

        def parse(text: bytes, at: int) -> Found | None:
            match = record.match(text, at)
            if match is None or match.end() - at > self._longest:
                return None
            found = match.groups()
            values = [
                (None if plain in self._null else plain) if quoted is None else quoted.replace(self._quote * 2, self._quote)
                for quoted, plain in zip(found[0::2], found[1::2], strict=True)
            ]
            return Found(tuple(values), match.end(), blank=match.end() - at < 3 and text[at] in b"\r\n")

        return parse

    def record(self, text: bytes, at: int, last: bool) -> Found | None:
        """The record that begins at this byte; None if it does not end in this text. `last`: no more text will come."""
        values: list[bytes | None] = []
        place = at
        while True:
            quoted = bool(self._quote) and text.startswith(self._quote, place)
            start = place + len(self._quote) if quoted else place
            ends = _end(self._body if quoted else self._plain, text, start)
            if ends - start > self._longest and (over := self._too_long(text[start:ends], quoted)) is not None:
                return _torn(text, at, start + over, values, last)
            place = ends + len(self._quote) if quoted else ends
            if place >= len(text):
                return _torn(text, at, len(text) - 1, values, last) if last else None
            if not (text.startswith(self._delimiter, place) or text[place] in b"\r\n"):
                return _torn(text, at, place, values, last)
            values.append(self._content(text[start:ends], quoted))
            if text[place] in b"\r\n":
                end = _end(_LINE_END, text, place)
                return Found(tuple(values), end, blank=place == at)
            place += len(self._delimiter)

    def _content(self, raw: bytes, quoted: bool) -> bytes | None:
        if not quoted and raw in self._null:
            return None
        if not self._escape:
            return raw.replace(self._quote * 2, self._quote) if quoted else raw
        return self._signs.sub(lambda sign: sign[1] or self._quote, raw) if quoted else self._escaped.sub(rb"\1", raw)

    def _too_long(self, raw: bytes, quoted: bool) -> int | None:
        """Where a field has one character too many; None if it has not."""
        if len(raw.translate(None, _FOLLOWING)) < self._longest:
            return None
        allowed = self._longest_allowed[quoted].match(raw)
        return allowed.end() if allowed and allowed.end() < len(raw) else None


def _but(*signs: bytes) -> bytes:
    """A pattern of any one byte with which none of these signs begins."""
    if all(len(sign) == 1 for sign in signs):
        return rb"[^%b]" % b"".join(re.escape(sign) for sign in signs)
    return rb"(?:(?!%b)(?s:.))" % b"|".join(re.escape(sign) for sign in signs)


def _end(pattern: re.Pattern[bytes], text: bytes, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _torn(text: bytes, at: int, shows: int, values: list[bytes | None], last: bool) -> Found | None:
    """The lines from the record's first to the one where the tear shows; the values before the tear are the first one's."""
    line = _LINE_END.search(text, shows)
    if line is None and not last:
        return None
    end = line.end() if line else len(text)
    return Found(tuple(values), end, torn=len(text[at:end].splitlines()))
