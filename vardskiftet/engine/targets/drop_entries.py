"""What was committed to a drop? Its entries, a file each, numbered without a gap, each with the digest of the one before it.

A batch is there when its entry is: files that no entry names are nothing, and the next run sweeps them away. An entry is written last,
beside its files, by one atomic rename; where a kill left files and no entry, the entry that is not there decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from vardskiftet.engine.targets.drop_place import RESTORE, DropPlace
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.frozen import Frozen

Line = dict[str, Any]
WRITTEN_ANEW = ("vs_batch", "vs_tally")
"""Lines of a batch that an entry which corrects it gives anew."""


class FileLine(Frozen):
    """A file of an entry: which table it is of, what it does to it, and what a receiver checks."""

    file: str
    table: str
    holds: Literal["new", "renewed", "removed", "books"]
    rows: int
    bytes: int
    sha256: str

    @property
    def is_read_back(self) -> bool:
        """Whether the tool reads its rows from this file, and not only writes it for the receiver."""
        return self.file.endswith(".parquet")


class Entry(Frozen):
    """What one commit did: a batch, some of its rows corrected, one taken back, or rows put into a scratch drop before its rehearsal."""

    entry: int
    kind: Literal["batch", "amend", "undo", "seed"]
    before: str
    """SHA-256 of the entry before it; empty for the first."""
    takes_back: int | None = None
    """The number of the batch that is taken out again."""
    amends: int | None = None
    """The number of the batch of which some rows were corrected: its entry and tallies stand here anew."""
    files: tuple[FileLine, ...]
    withdraws: tuple[str, ...] = ()
    """Files of earlier entries that are nothing any more, and are deleted."""
    lines: dict[str, list[Line]]
    """Lines of the books that are few: table to lines."""

    def is_of(self, batch: int) -> bool:
        """Whether it is the very entry that committed a batch."""
        return self.kind == "batch" and any(line["batch"] == batch for line in self.lines.get("vs_batch", ()))


@dataclass(frozen=True, slots=True)
class Entries:
    """All entries of a drop, and what stands of them."""

    all: tuple[Entry, ...]
    digests: tuple[str, ...]

    @property
    def last(self) -> int:
        """The number of the newest one; 0 if there is none."""
        return len(self.all)

    @property
    def head(self) -> str:
        """The digest of the newest one."""
        return self.digests[-1] if self.digests else ""

    @property
    def withdrawn(self) -> frozenset[str]:
        """Files that were taken back."""
        return frozenset(name for entry in self.all for name in entry.withdraws)

    def live(self) -> Iterator[FileLine]:
        """Files that stand, in the order of their entries."""
        gone = self.withdrawn
        return (line for entry in self.all for line in entry.files if line.file not in gone)

    def files(self, table: str, *holds: str) -> list[str]:
        """Files of a table that stand and are read back."""
        return [line.file for line in self.live() if line.table == table and line.holds in holds and line.is_read_back]

    def lines(self, table: str) -> list[Line]:
        """Lines of the books that stand in the entries themselves."""
        gone = {entry.takes_back: entry.entry for entry in self.all if entry.takes_back is not None}
        if table in WRITTEN_ANEW:
            gone |= {
                entry.amends: entry.entry - 1 for entry in self.all if entry.amends is not None and gone.get(entry.amends, 0) < entry.entry
            }
        return [line for entry in self.all for line in entry.lines.get(table, ()) if gone.get(int(line["batch"]), 0) < entry.entry]

    def has(self, batch: int) -> bool:
        """Whether a batch stands."""
        return any(line["batch"] == batch for line in self.lines("vs_batch"))

    def of_batch(self, batch: int) -> list[FileLine]:
        """Files of a batch that stand: of its entry, and of those that corrected it since."""
        since = max((entry.entry for entry in self.all if entry.takes_back == batch), default=0)
        mine = [entry for entry in self.all[since:] if entry.amends == batch or entry.is_of(batch)]
        gone = self.withdrawn
        return [line for entry in mine for line in entry.files if line.file not in gone]


class EntryReader:
    """Reads entries once, and again only where the file is another."""

    def __init__(self, place: DropPlace) -> None:
        self.place = place
        self._known: dict[str, tuple[tuple[int, int], Entry, str]] = {}

    def read(self, promised: list[str]) -> Entries:
        """All entries. `promised` are the digests that the drop's manifest names. Raises IntegrityBroken if one is missing or changed."""
        names = sorted(path.name for path in self.place.entries.glob("*.json"))
        if names != [self.place.entry(number).name for number in range(1, len(names) + 1)]:
            raise IntegrityBroken("An entry of the drop is missing.", where=f"{self.place.name}/entries", hint=RESTORE)
        read = [self._read(name) for name in names]
        digests = tuple(digest for _, digest in read)
        for number, (entry, _) in enumerate(read, 1):
            if entry.entry != number or entry.before != (digests[number - 2] if number > 1 else ""):
                raise self._broken(f"{number:06}.json")
        for number, digest in enumerate(promised, 1):
            if number > len(digests) or digests[number - 1] != digest:
                raise self._broken(f"{number:06}.json")
        return Entries(tuple(entry for entry, _ in read), digests)

    def _read(self, name: str) -> tuple[Entry, str]:
        path = self.place.entries / name
        state = path.stat()
        stamp = (state.st_size, state.st_mtime_ns)
        known = self._known.get(name)
        if known is None or known[0] != stamp:
            content = path.read_bytes()
            try:
                entry = Entry.model_validate_json(content)
            except ValueError as error:
                raise self._broken(name) from error
            known = self._known[name] = (stamp, entry, hashlib.sha256(content).hexdigest())
        return known[1], known[2]

    def _broken(self, name: str) -> IntegrityBroken:
        where = f"{self.place.name}/entries/{name}"
        return IntegrityBroken("An entry of the drop is missing, or is not as it was written.", where=where, hint=RESTORE)
