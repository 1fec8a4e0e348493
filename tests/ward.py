"""What is the smallest ward? A demo project of a few dozen patients, how to work on it, and how to look at what became of it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from records import Place, columns_of, is_there, rows_of, tables_of

from vardskiftet.cli import main
from vardskiftet.declare import read
from vardskiftet.demo.project import make_project
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.failpoint import VARIABLE
from vardskiftet.model.programme import Programme
from vardskiftet.shipped import shipped

ROOT = Path(__file__).resolve().parent.parent
WAVE = "south-1"
PATIENTS = 60
BATCH_ROWS = 60
SEED = 7

PASSING = {"run_id", "committed_at"}
"""Columns that differ between two runs that come to the same end."""
BOOKS = ("vs_batch", "vs_contribution", "vs_fate", "vs_flag", "vs_rows", "vs_tally")


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def told(self) -> str:
        """Everything that was said."""
        return self.out + self.err


@dataclass(frozen=True)
class Ward:
    """A project folder, and commands on it."""

    folder: Path

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def target(self) -> Place:
        """Where its record is."""
        return self.work / "record.sqlite"

    @property
    def journal(self) -> Path:
        return self.folder / "journals" / "elvis.sqlite"

    @property
    def manifests(self) -> Path:
        return self.work / "manifests" / WAVE

    @property
    def planted(self) -> dict[str, Any]:
        """The journal's key: the right answer, from elsewhere than the engine."""
        found = json.loads(self.journal.with_suffix(".planted.json").read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found

    def programme(self) -> Programme:
        """The declarations as they stand."""
        return read(self.folder, vocabulary())

    def start(self, *arguments: str, failpoint: str = "") -> subprocess.Popen[str]:
        """A command begun in an interpreter of its own, from inside the folder."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VARDSKIFTET", "PYTEST"))}
        own = {"PYTHONPATH": str(ROOT), **({VARIABLE: failpoint} if failpoint else {})}
        command = [sys.executable, "-m", "vardskiftet", *arguments]
        return subprocess.Popen(
            command,
            # A background shell ignores Ctrl-C, and so would its children; whoever stops them here means it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - this process has one thread
            cwd=self.folder,
            env=inherited | own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, failpoint: str = "") -> Done:
        """A command in an interpreter of its own, from inside the folder."""
        with self.start(*arguments, failpoint=failpoint) as process:
            out, err = process.communicate(timeout=300)
        return Done(process.returncode, out, err)

    def ask(self, *arguments: str) -> Done:
        """The same command in this interpreter: quicker, where nothing is to be killed."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main.run([*arguments, "--project", str(self.folder)])
        return Done(code, out.getvalue(), err.getvalue())

    def copy(self, folder: Path) -> Ward:
        """The same project in another folder."""
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a declaration in one place."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    @contextlib.contextmanager
    def journal_open(self) -> Iterator[sqlite3.Connection]:
        """The journal, to be changed as its users would."""
        with opened(self.journal) as connection:
            yield connection

    @contextlib.contextmanager
    def record_open(self) -> Iterator[sqlite3.Connection]:
        """The record, to be changed as the new system's users would."""
        with opened(self.target) as connection:
            yield connection

    @contextlib.contextmanager
    def store_open(self) -> Iterator[sqlite3.Connection]:
        """The programme's memory; looked into, never changed."""
        with opened(self.work / "store.sqlite") as connection:
            yield connection


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A SQLite file; committed at the end, and closed whatever happens."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()


def make_ward(
    folder: Path, patients: int = PATIENTS, batch_rows: int = BATCH_ROWS, seed: int = SEED, journals: Sequence[str] = ("elvis",)
) -> Ward:
    """A demo project with journals and nothing else: not planned, no work folder."""
    words = vocabulary()
    made = make_project(folder, shipped(), patients, seed, lambda path: read(path, words), journals=journals)
    with (made.folder / "waves" / "programme.yaml").open("a", encoding="utf-8") as file:
        file.write(f"batch_rows: {batch_rows}\n")
    return Ward(made.folder)


def logical(path: Place) -> dict[str, tuple[int, str]]:
    """Table to (rows, digest of its sorted rows), without run id and load time; {} where there is none."""
    if not is_there(path):
        return {}
    found = {}
    for table in tables_of(path):
        kept = sorted(column for column in columns_of(path, table) if column not in PASSING)
        rows = sorted(repr(row) for row in rows_of(path, f"select {', '.join(kept)} from {table}"))
        found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def record_tables(ward: Ward) -> tuple[str, ...]:
    """The record's own tables, parents first."""
    return tuple(table.table for table in ward.programme().record.tables)


def half_batches(path: Place, ward: Ward) -> list[str]:
    """What in a target is neither wholly there nor wholly absent: an entry without its rows, rows without their entry."""
    if not is_there(path) or "vs_batch" not in tables_of(path):
        return []
    wrong = []
    entries = dict(rows_of(path, "select batch, items from vs_batch"))
    stood: Counter[int] = Counter()
    for table in record_tables(ward):
        stood.update(dict(rows_of(path, f"select _batch, count(*) from {table} where _batch is not null group by _batch")))
    tallied = dict(rows_of(path, "select batch, sum(extracted) from vs_tally group by batch"))
    loaded = dict(rows_of(path, "select batch, sum(loaded) from vs_tally group by batch"))
    for batch, items in entries.items():
        if tallied.get(batch, 0) != items:
            wrong.append(f"batch {batch} says {items} items and tallies {tallied.get(batch, 0)}")
        if loaded.get(batch, 0) != stood[batch]:
            wrong.append(f"batch {batch} loaded {loaded.get(batch, 0)} rows, and {stood[batch]} stand")
    for name in BOOKS[1:]:
        orphans = rows_of(path, f"select distinct batch from {name} where batch not in (select batch from vs_batch)")
        wrong += [f"{name} speaks of batch {batch}, which is not there" for (batch,) in orphans]
    return wrong + [f"rows of batch {batch} stand without its entry" for batch in stood if batch not in entries]


def manifests_on_disk(folder: Path) -> set[str]:
    """Names of the manifests that lie in a folder."""
    return {path.stem for path in folder.glob("*.parquet")}


def manifests_named(path: Place) -> set[str]:
    """Names of the manifests that committed batches name."""
    return {str(name) for (name,) in rows_of(path, "select manifest from vs_batch")} if is_there(path) else set()


def manifest_lines(folder: Path) -> int:
    """Lines of all manifests together."""
    return sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet"))


def litter(ward: Ward) -> list[str]:
    """What no finished command leaves behind: temporary files, and anything in the engine's private folder."""
    found = list(ward.folder.rglob("*.partial"))
    found += [path for folder in ward.folder.rglob("spill") for path in folder.rglob("*")]
    return sorted(path.relative_to(ward.folder).as_posix() for path in found)


def memory_of(ward: Ward) -> Counter[tuple[str, str, int]]:
    """Batches that the store believes to be in the target: (plan, mapping, number) to how often. What was rehearsed is not."""
    believed: Counter[tuple[str, str, int]] = Counter()
    rehearsals = set()
    for run, kind, text in rows_of(ward.work / "store.sqlite", "select run_id, kind, payload from event order by seq"):
        payload = json.loads(text)
        if kind == "run.started" and payload["verb"] == "rehearse":
            rehearsals.add(run)
        if kind in ("batch.done", "batch.undone") and run not in rehearsals:
            believed[payload["plan"], payload["mapping"], payload["number"]] += 1 if kind == "batch.done" else -1
    return Counter({batch: times for batch, times in believed.items() if times})


def batches_in(path: Place) -> Counter[tuple[str, str, int]]:
    """Batches that are in a target."""
    found = rows_of(path, "select plan, mapping, number from vs_batch")
    return Counter((str(plan), str(mapping), int(number)) for plan, mapping, number in found)
