"""What must hold after every fault? A small project with something wrong in it, carried through the real verbs, and the oracle O1 to O6."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import landing
from records import Schema
from ward import Done, Ward, batches_in, half_batches, litter, logical, memory_of, record_tables, rows_of

WAVE = "first"
BOOKED = ("lines", "tables", "total", "rejects", "exclusions", "closes")
"""What of a document are the books."""


@dataclass(frozen=True)
class Carried:
    """A wave that was loaded, and what became of each of its rows."""

    ward: Ward
    books: dict[str, Any]

    def fates(self, mapping: str) -> dict[str, str]:
        """Source key to the reason that a row was rejected for, or to its other fate; loaded rows are not among them."""
        query = "select source_key, coalesce(reason, fate) from vs_fate join vs_batch using (batch) where mapping = ?"
        return {str(key): str(told) for key, told in rows_of(self.ward.target, query, mapping)}

    def values(self, table: str, column: str) -> dict[str, Any]:
        """Source key to what stands in a column of the record; from a file a text as its very bytes, read back."""
        if isinstance(self.ward.target, Schema):
            return {str(key): value for key, value in rows_of(self.ward.target, f"select _key, {column} from {table}")}
        found = rows_of(self.ward.target, f"select _key, typeof({column}), cast({column} as blob), {column} from {table}")
        return {str(key): bytes(raw).decode() if kind == "text" else value for key, kind, raw, value in found}


def project(
    folder: Path,
    *,
    record: str,
    mappings: dict[str, str],
    source: Sequence[str] = (),
    files: Mapping[str, bytes | str] | None = None,
    options: str = "",
    encoding: str = "utf-8",
    codes: dict[str, str] | None = None,
    batch_rows: int = 3000,
) -> Ward:
    """Declarations in `folder` and their source: SQL statements, or files that lie in `drops` (a name's ending tells the kind)."""
    landing.project(folder, source=source, record=record, mappings=mappings, codes=codes, batch_rows=batch_rows)
    ward = Ward(folder)
    if files is not None:
        (folder / "old.sqlite").unlink()
        deliver(ward, files)
        kind = f"source: {{kind: csv, path: drops{options}}}\nencoding: {encoding}"
        ward.edit("mappings/old/system.yaml", "source: {kind: sqlite, path: old.sqlite}", kind)
    return ward


def deliver(ward: Ward, files: Mapping[str, bytes | str]) -> None:
    """Put files into `drops`; text is UTF-8, and no line end is changed."""
    (ward.folder / "drops").mkdir(exist_ok=True)
    for name, content in files.items():
        (ward.folder / "drops" / name).write_bytes(content.encode() if isinstance(content, str) else content)


def carried(
    ward: Ward, *, counted: Mapping[str, int], rejected: Mapping[str, int], hidden: Iterable[str], rehearse: bool = True
) -> Carried:
    """Plan, rehearse and load the wave, and hold the outcome against the oracle.

    `counted`: source tables and their rows by the test's own count. `rejected`: every reason and how often. `hidden`: what no output tells.
    """
    code = 1 if rejected else 0
    done = [ward.ask("validate"), ward.ask("plan", WAVE)]
    assert [one.code for one in done] == [0, 0], done[-1].told
    rehearsed = [ward.ask("rehearse", WAVE, "--json")] if rehearse else []
    applied = ward.ask("apply", WAVE)
    assert {one.code for one in (*rehearsed, applied)} == {code}, "".join(one.told for one in (*rehearsed, applied))
    books = books_close(ward, counted, rejected)
    for one in rehearsed:
        assert {key: one.document[key] for key in BOOKED} == {key: books.document[key] for key in BOOKED}
    one_line_each(applied, rejected)
    done += [*rehearsed, applied, books, nothing_twice_and_status_true(ward, counted), *converges(ward, applied, books)]
    untold([*done, ward.ask("runs", "list"), ward.ask("audit", "show", "--last", "0", "--json")], hidden)
    return Carried(ward, books.document)


def books_close(ward: Ward, counted: Mapping[str, int], rejected: Mapping[str, int]) -> Done:
    """O1: items, rows and target, each against a count of its own; rows also against the count of the test."""
    books = ward.ask("books", WAVE, "--json")
    found, fates = books.document, ("loaded", "merged", "rejected", "excluded", "unchanged")
    assert found["closes"] and found["complete"]
    for line in (*found["lines"], found["total"]):
        assert line["extracted"] == sum(line[fate] for fate in fates)
        assert line["in_target"] == line["loaded"] + line["unchanged"]
    assert {one["table"]: (one["rows"], one["counted"]) for one in found["tables"]} == {name: (n, n) for name, n in counted.items()}
    assert {one["reason"]: one["items"] for one in found["rejects"]} == dict(rejected)
    return books


def nothing_twice_and_status_true(ward: Ward, counted: Mapping[str, int]) -> Done:
    """O2 and O3: whole batches, one row of the record a source row, and a status and a memory that say what is there."""
    assert half_batches(ward.target, ward) == []
    for table in record_tables(ward):
        keys = Counter(rows_of(ward.target, f"select mapping, _key from {table} join vs_batch on batch = _batch"))
        assert [key for key, times in keys.items() if times > 1] == []
    status = ward.ask("status", WAVE, "--json")
    (wave,) = status.document["waves"]
    assert (wave["load"], wave["lock"]) == ("loaded", None)
    assert wave["batches_done"] == wave["batches_planned"] == len(batches_in(ward.target))
    assert wave["rows_done"] == sum(counted.values())
    assert memory_of(ward) == batches_in(ward.target)
    return status


def one_line_each(applied: Done, rejected: Mapping[str, int]) -> None:
    """O4: one line a finding, which names it and its number; no traceback."""
    assert "Traceback" not in applied.told
    told = [line for line in applied.told.splitlines() if line.startswith("!")]
    assert len(told) == len(rejected), told
    for reason, times in rejected.items():
        assert any(f"{reason}: {times:,}" in line for line in told), told


def converges(ward: Ward, applied: Done, books: Done) -> list[Done]:
    """O5: the same command again commits nothing, and comes to the same rows, books and exit code."""
    before = logical(ward.target)
    again = ward.ask("apply", WAVE, "--json")
    assert (again.code, again.document["committed"]) == (applied.code, 0)
    assert {key: again.document[key] for key in BOOKED} == {key: books.document[key] for key in BOOKED}
    assert logical(ward.target) == before
    assert litter(ward) == [] and not list(ward.folder.rglob("crash-*"))
    return [again]


def untold(done: Iterable[Done], hidden: Iterable[str]) -> None:
    """O6: no value of the source is in any output."""
    said = "".join(one.told for one in done)
    values = [value for value in hidden if value]
    assert values, "nothing is hidden: then nothing is proved"
    assert [value for value in values if value in said] == []


def refused(ward: Ward, code: int, *command: str, said: Sequence[str], hidden: Iterable[str] = ()) -> None:
    """A command that must end so, and again so: its reason on stderr in words that name it, nothing written, nothing of a patient told."""
    before = filled(ward)
    done, document = ward.ask(*command), ward.ask(*command, "--json")
    assert (done.code, done.out) == (code, ""), done.told
    assert "Traceback" not in done.err
    for words in said:
        assert words in done.err, done.err
    assert (document.code, document.document["ok"], document.document["exit_code"]) == (code, False, code)
    for reason in document.document["reasons"]:
        where, message = reason["where"], reason["message"].rpartition(": ")[2]
        assert message in done.err and where in done.err, "where it is, and what is wrong"
    assert len(done.err.splitlines()) <= 4 * len(document.document["reasons"]) + 3, done.err
    if hidden:
        untold([done, document], hidden)
    assert filled(ward) == before
    assert litter(ward) == [] and not list(ward.folder.rglob("crash-*"))


def filled(ward: Ward) -> dict[str, tuple[int, str]]:
    """What the record and its books hold; a record that was only created holds nothing."""
    return {table: held for table, held in logical(ward.target).items() if held[0] and table != "vs_meta"}
