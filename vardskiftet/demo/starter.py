"""What does a programme of one's own begin with? Declarations that teach their keys, and a small invented journal."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from vardskiftet.demo.identities import Domain, draw, identifiers, spelled, with_wrong_check
from vardskiftet.errors import Usage

WAVE = "first"
FILES = Path(__file__).with_name("starter_files")
IGNORED = "# Patients' data, and what the tool makes of it.\nwork/\njournals/\n"
AHEAD = timedelta(days=200)
TUESDAY = 1

NAMES = tuple(f"{name} Test" for name in ("Alva", "Björn", "Cajsa", "David", "Elsa", "Folke", "Greta", "Hugo", "Ines", "Jon"))
UNITS = ("SE2321000131-X0001", "SE2321000131-X0002")
_TABLES = (
    "create table person (person_id text primary key, identity text, name text, protected text)",
    (
        "create table visit (visit_id text primary key, person_id text, unit_hsa_id text, starts_at text, kind text, note text,"
        " struck_out text, changed_at text)"
    ),
    "create table letter (letter_id text primary key, person_id text, scan blob)",
    "create table tmp (line text)",
)


@dataclass(frozen=True, slots=True)
class Started:
    """A project folder, and the files in it, sorted."""

    folder: Path
    files: tuple[str, ...]


def start(folder: Path, name: str, person: str, now: datetime, schemas: Mapping[str, object]) -> Started:
    """Make a project in a new or empty folder. `person` may decide in it; the wave lies ahead of `now`; `schemas` are for editors.

    Raises Usage if the folder holds anything.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Usage(f"'{folder}' is not an empty folder.", hint="Name a new one; nothing was written.")
    words = _words(name, person, now.date())
    texts = {path.relative_to(FILES).as_posix(): _filled(path.read_text(encoding="utf-8"), words) for path in _templates()}
    texts[".gitignore"] = IGNORED
    texts |= {f"schemas/{kind}.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n" for kind, schema in schemas.items()}
    for path, text in texts.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    journal = folder / "journals" / "journal.sqlite"
    journal.parent.mkdir(mode=0o700)
    _write_journal(journal, now.date())
    return Started(folder, tuple(sorted([*texts, "journals/journal.sqlite"])))


def _templates() -> list[Path]:
    return sorted(path for path in FILES.rglob("*") if path.suffix in (".yaml", ".csv", ".md"))


def _words(name: str, person: str, today: date) -> dict[str, str]:
    """What stands for each @word@ of the templates."""
    ahead = today + AHEAD
    go_live = ahead + timedelta(days=(TUESDAY - ahead.weekday()) % 7)
    return {
        "programme": slug(name),
        "name": name,
        "title": json.dumps(name, ensure_ascii=False),  # a JSON text is a YAML text
        "person": person,
        "go_live": f"{go_live} 04:00",
        "freeze_from": f"{go_live.year}-12-20",
        "freeze_to": f"{go_live.year + 1}-01-07",
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    return re.sub("@([a-z_]+)@", lambda match: words[match[1]], text)


def slug(name: str) -> str:
    """A short name from any name: `Region Öst` becomes `region-ost`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "programme"


def _write_journal(path: Path, today: date) -> None:
    """Ten persons and their visits; one identifier is wrong, one code and one unit are unknown, one visit is struck out."""
    days, numbers = draw(np.arange(len(NAMES)), 7, np.datetime64(today) - 365)
    texts = identifiers(days, numbers, np.full(len(NAMES), int(Domain.PERSONNUMMER)))
    texts[-1:] = with_wrong_check(texts[-1:])
    given = [text.decode() for text in spelled(texts)]
    persons = [(str(at + 1), given[at], name, "Y" if at == 2 else "N") for at, name in enumerate(NAMES)]
    visits = []
    for at in range(2 * len(NAMES) - 1):
        day = today + timedelta(days=210 + at)
        unit, kind = UNITS[at % 2] if at != 4 else "SE2321000131-X0404", "NR"[at % 3 == 0] if at != 6 else "?"
        moment = f"{day} {8 + at % 8:02d}:30"
        visits.append((str(at + 1), str(at // 2 + 1), unit, moment, kind, "No fever.", "Y" if at == 8 else "N", f"{today} 08:00"))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for table in _TABLES:
            connection.execute(table)
        connection.executemany("insert into person values (?, ?, ?, ?)", persons)
        connection.executemany("insert into visit values (?, ?, ?, ?, ?, ?, ?, ?)", visits)
        connection.commit()
