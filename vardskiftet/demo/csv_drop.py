"""How does a synthetic journal become a drop of files? Semicolons, cp1252, everything quoted, and a manifest of what was delivered."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from vardskiftet.demo.planted import Planted
from vardskiftet.demo.sqlite_journal import write_key

ENCODING = "cp1252"
MANIFEST = "manifest.csv"


@dataclass(slots=True)
class Drop:
    """A folder of files that grow row by row."""

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    """File to its rows so far."""

    def append(self, file: str, rows: pa.Table) -> None:
        """Write rows at the end of a file; the first ones bring its header. A NULL is an empty field without quotes."""
        text = io.BytesIO()
        options = pa_csv.WriteOptions(include_header=file not in self.rows, delimiter=";", quoting_style="needed")
        pa_csv.write_csv(rows, text, options)
        with (self.folder / file).open("ab") as out:
            out.write(text.getvalue().decode("utf-8").encode(ENCODING))
        self.rows[file] = self.rows.get(file, 0) + rows.num_rows

    def deliver_again(self, file: str, name: str) -> None:
        """The same file under another name."""
        shutil.copyfile(self.folder / file, self.folder / name)
        self.rows[name] = self.rows[file]

    def promise(self) -> None:
        """Write the manifest: file, rows, bytes, sha256."""
        with (self.folder / MANIFEST).open("w", encoding="utf-8", newline="") as out:
            told = csv.writer(out)
            told.writerow(("file", "rows", "bytes", "sha256"))
            for name, rows in sorted(self.rows.items()):
                with (self.folder / name).open("rb") as content:
                    digest = hashlib.file_digest(content, "sha256").hexdigest()
                told.writerow((name, rows, (self.folder / name).stat().st_size, digest))


def write_drop(folder: Path, system: str, fill: Callable[[Drop], Planted]) -> Planted:
    """Write the folder `<system>` and `<system>.planted.json` beside it, with the files and the key that `fill` makes."""
    folder.mkdir(parents=True, exist_ok=True)
    half_made, whole = folder / f".{system}.making", folder / system
    shutil.rmtree(half_made, ignore_errors=True)
    half_made.mkdir()
    drop = Drop(half_made)
    planted = fill(drop)
    drop.promise()
    write_key(folder, planted)
    shutil.rmtree(whole, ignore_errors=True)
    half_made.replace(whole)
    return planted


def truncate(drop: Path, file: str, rows: int = 1) -> None:
    """Cut the last lines off a delivered file, and leave the manifest as it is: a delivery that broke off. Such a drop is refused."""
    lines = (drop / file).read_bytes().splitlines(keepends=True)
    (drop / file).write_bytes(b"".join(lines[:-rows]))
