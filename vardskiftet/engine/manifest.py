"""What became of every item of a batch, line by line? A Parquet file beside the data, named by the digest of its lines."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from vardskiftet.engine.files import place_file
from vardskiftet.failpoint import reach

# The digest is over sorted logical lines, so it does not change with Parquet's version or its settings.
_LINES = """
select coalesce(string_agg(line, chr(10) order by line), '')
  from (select concat(tagged('k', source_key), tagged('i', item), tagged('f', fate), tagged('r', reason),
                      tagged('t', target_id), tagged('d', hex(row_digest))) as line
          from manifest_lines)
"""


_FEW = ("item", "fate", "reason")
"""Columns of a few different texts, which a dictionary makes small; keys, ids and digests are all different."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Lines (source_key, item, fate, reason, target_id, row_digest) with their digest, to be placed before their batch commits."""

    digest: str
    lines: pa.Table
    folder: Path

    def place(self) -> None:
        """Write the file, named by the digest, unless it lies there already."""
        path = self.folder / f"{self.digest}.parquet"
        reach("manifest.write.before")
        if not path.is_file():
            content = io.BytesIO()
            pq.write_table(self.lines, content, compression="zstd", use_dictionary=_FEW)
            place_file(path, content.getvalue(), lambda: reach("manifest.rename.before"))
        reach("manifest.rename.after")


def manifest_of(duck: duckdb.DuckDBPyConnection, lines: pa.Table, folder: Path) -> Manifest:
    """The manifest of these lines; nothing is written yet."""
    duck.register("manifest_lines", lines)
    ((told,),) = duck.execute(_LINES).fetchall()
    duck.unregister("manifest_lines")
    return Manifest(hashlib.sha256(str(told).encode()).hexdigest(), lines, folder)


def write_manifest(duck: duckdb.DuckDBPyConnection, lines: pa.Table, folder: Path) -> str:
    """Place the lines in `folder`; returns their digest, the file's name."""
    manifest = manifest_of(duck, lines, folder)
    manifest.place()
    return manifest.digest


def sweep(folder: Path, kept: frozenset[str]) -> int:
    """Remove manifests that no committed batch names, and temporary files; returns how many."""
    gone = [path for path in folder.glob("*") if path.suffix == ".partial" or (path.suffix == ".parquet" and path.stem not in kept)]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
