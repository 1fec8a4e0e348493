"""Which records do CSV files hold, by the standard library's parser?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from vardskiftet.engine.rederive.records.cannot import spoilt
from vardskiftet.engine.sources.options import CsvOptions
from vardskiftet.engine.sources.packed import bytes_of
from vardskiftet.model.system import System


class Delimited:
    """Delimited text."""

    endings: tuple[str, ...] = (".csv", ".csv.gz", ".csv.zst", ".csv.bz2", ".csv.xz")

    def __init__(self, system: System) -> None:
        self.options = CsvOptions.model_validate(system.source.options)
        self._encoding = system.encoding
        self._nothing = set(self.options.null)

    def records(self, path: Path, table: str, columns: Mapping[str, str]) -> Iterator[list[str | None]]:
        """Sound records below the header: of the right width, and of letters alone."""
        options, before = self.options, csv.field_size_limit(1 << 30)
        try:
            with bytes_of(path) as raw, io.TextIOWrapper(raw, encoding=self._encoding, errors="surrogateescape", newline="") as text:
                reader = csv.reader(
                    text,
                    delimiter=options.delimiter,
                    quotechar=options.quote or None,
                    escapechar=options.escape or None,
                    quoting=csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE,
                )
                for number, record in enumerate(reader):
                    if (number == 0 and options.header) or len(record) != len(columns) or any(spoilt(one) for one in record):
                        continue
                    # Whether a text that means NULL stood in quotes, this parser does not tell: on both sides it counts as NULL.
                    yield [self.kept(one, "") for one in record]
        finally:
            csv.field_size_limit(before)

    def kept(self, text: str | None, kind: str) -> str | None:
        """What means NULL is NULL."""
        return None if text is None or text in self._nothing else text
