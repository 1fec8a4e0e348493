"""Would this verifier see it? Controls that must be green first, then every corruption; seen is the right key, class and column."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from vardskiftet.engine.corrupt.catalogue import CATALOGUE
from vardskiftet.engine.corrupt.copy import Copy, copied, disordered, fresh
from vardskiftet.engine.corrupt.seed import Corruption, Seeded
from vardskiftet.engine.reconcile.staged import forget_stood
from vardskiftet.engine.targets.marks import REHEARSAL, marks_of
from vardskiftet.engine.targets.sqlite import SqliteTarget
from vardskiftet.errors import IntegrityBroken, VardskiftetError
from vardskiftet.model.difference import Difference, Level, Verdict
from vardskiftet.model.progress import Progress
from vardskiftet.model.verification import LevelVerdict, Selftest
from vardskiftet.run.verifying.bench import Bench
from vardskiftet.run.verifying.books import books_level
from vardskiftet.run.verifying.causes import Causes
from vardskiftet.run.verifying.derived import Seen, bring, everything, meet_again
from vardskiftet.run.verifying.found import Found
from vardskiftet.run.verifying.levels import DEEP, TAKERS, Judging, differences_of, explained_by_rows
from vardskiftet.run.verifying.stale import stale


@dataclass(frozen=True, slots=True)
class Tried:
    """One corruption, or one control, and what was seen of it."""

    name: str
    says: str
    seen: bool
    by: tuple[str, ...]
    """Levels that saw it."""
    why: str = ""
    """What was missed; empty where it was seen."""


UNTOUCHED = "untouched"
"""The first control: a copy of the wave as it stands."""

MAKERS = tuple(TAKERS[level] for level in DEEP)


@dataclass
class _Bed:
    """Where corruptions are tried: a bench whose record is a copy, with both sides brought once."""

    bench: Bench
    clean: Copy
    folder: Path
    seen: dict[str, Seen]

    def look_at(self, copy: Copy) -> None:
        """From now on the bench's record is this copy."""
        self.bench.target = SqliteTarget(copy.path, self.bench.frozen.record, marks_of(self.bench.frozen, REHEARSAL))

    def reread(self, mappings: Iterable[str]) -> None:
        """Read these mappings' rows again."""
        for name in mappings:
            forget_stood(self.bench.stage, name)
            self.seen[name] = replace(self.seen[name], stood=meet_again(self.bench, name, MAKERS))

    def differences(self, mappings: Iterable[str]) -> dict[Level, list[Difference]]:
        """What each level finds in these mappings, whether or not a cause is on record."""
        names = list(mappings)
        return {level: [one for name in names for one in differences_of(self.bench, level, name, Causes())] for level in DEEP}

    def verdicts(self) -> tuple[LevelVerdict, ...]:
        """The verdict of every level over the whole copy."""
        found = Found(self.folder / "found")
        judging = Judging(self.bench, found, self.seen)
        deep = {level: judging.level(level) for level in DEEP}
        found.close()
        return (*deep.values(), explained_by_rows(books_level(self.bench), deep[Level.ROWS]))


def selftest(bench: Bench, folder: Path, catalogue: tuple[Corruption, ...] = CATALOGUE) -> Iterator[Tried]:
    """Try all of it on copies of the bench's record, in `folder`; the controls come first, and nothing is kept."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        clean = copied(bench.target, bench.frozen, folder / "clean.sqlite", bench.plan)
        bed = _Bed(bench, clean, folder, {})
        bed.look_at(clean)
        bed.seen = {name: bring(bench, name, MAKERS, everything) for name in bench.plan.mappings}
        yield _control(UNTOUCHED, "an untouched copy", bed)
        bed.look_at(disordered(clean, folder / "disordered.sqlite"))
        bed.reread(bench.plan.mappings)
        yield _control("k17_disordered", "the same rows in another order and collation", bed)
        bed.look_at(clean)
        bed.reread(bench.plan.mappings)
        for place, corruption in enumerate(catalogue, 1):
            bench.desk.notify(Progress("seed corruptions", place, len(catalogue)))
            tried = _try(bed, corruption)
            if tried is not None:
                yield tried
        yield from (_try_verifier(bed, *one) for one in _AROUND)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def summed(tried: Iterable[Tried]) -> Selftest:
    """Seeded, seen and missed."""
    lines = tuple(tried)
    return Selftest(seeded=len(lines), seen=sum(one.seen for one in lines), missed=tuple(one.name for one in lines if not one.seen))


def _control(name: str, says: str, bed: _Bed) -> Tried:
    red = [one.level.value for one in bed.verdicts() if one.verdict is not Verdict.EQUAL]
    return Tried(name, f"control: {says}", not red, (), f"not green: {', '.join(red)}" if red else "")


def _try(bed: _Bed, corruption: Corruption) -> Tried | None:
    """One corruption, seeded and looked for; the clean copy is back on the bench afterwards. None if nothing could be so spoilt."""
    copy = fresh(bed.clean, bed.folder / "spoilt.sqlite")
    seeded = corruption.seed(copy)
    if seeded is None:
        return None
    bed.look_at(copy)
    try:
        bed.reread(seeded.mappings)
        found = bed.differences(seeded.mappings)
        missed = _missed(bed, seeded, found)
        by = tuple(level.value for level, differences in found.items() if differences)
    finally:
        bed.look_at(bed.clean)
        bed.reread(seeded.mappings)
    return Tried(corruption.name, corruption.says, not missed, by, "; ".join(missed))


def _missed(bed: _Bed, seeded: Seeded, found: dict[Level, list[Difference]]) -> list[str]:
    """What should have been seen and was not, and what was seen though it is not there."""
    rows = found[Level.ROWS]
    cells = {(one.id, one.column) for one in rows}
    wrong = sorted({one.kind.value for one in rows if one.kind not in seeded.kinds})
    missed = [f"{len(seeded.cells - cells)} of {len(seeded.cells)} cells not seen"] if seeded.cells - cells else []
    missed += [f"{len(cells - seeded.cells)} cells seen that were not touched"] if cells - seeded.cells else []
    missed += [f"taken for {', '.join(wrong)}"] if wrong else []
    missed += [f"not seen by {level.value}" for level in seeded.also if not found[level]]
    for level, verdict in seeded.verdicts:
        books = books_level(bed.bench) if level is Level.BOOKS else None
        if books is None or books.verdict is not verdict:
            missed.append(f"{level.value} is not {verdict.value}")
    return missed


def _try_verifier(bed: _Bed, name: str, says: str, sees: Callable[[_Bed], bool]) -> Tried:
    seen = sees(bed)
    return Tried(name, says, seen, (), "" if seen else "it went unnoticed")


def _skipped_is_told(bed: _Bed) -> bool:
    """K14: a table that the verifier never looked at must not be equal."""
    name = bed.bench.plan.mappings[-1]
    judging = Judging(bed.bench, Found(bed.folder / "found"), {one: seen for one, seen in bed.seen.items() if one != name})
    verdict = judging.level(Level.ROWS)
    return verdict.verdict is Verdict.NOT_VERIFIED and any(one.mapping == name and one.why for one in verdict.tables)


def _unreadable_is_told(bed: _Bed) -> bool:
    """K15: a record that cannot be read must end as a failure, never as a verdict."""
    spoilt = fresh(bed.clean, bed.folder / "unreadable.sqlite")
    spoilt.path.write_bytes(b"not a database, and long enough to be looked at as one" * 40)
    bed.look_at(spoilt)
    try:
        bed.reread(bed.bench.plan.mappings[:1])
    except VardskiftetError as error:
        return error.exit_code in (6, IntegrityBroken.exit_code)
    finally:
        bed.look_at(bed.clean)
        bed.reread(bed.bench.plan.mappings[:1])
    return False


def _changed_files_are_told(*names: str) -> Callable[[_Bed], bool]:
    """K16, K18: what was verified under other declarations is stale, and the rows that they made are named."""

    def sees(bed: _Bed) -> bool:
        programme = bed.bench.desk.programme
        chosen = next((path for path, _ in programme.files if any(name in path for name in names)), None)
        if chosen is None:
            return False
        files = tuple((path, "0" * 64 if path == chosen else digest) for path, digest in programme.files)
        desk = replace(bed.bench.desk, programme=programme.model_copy(update={"files": files}))
        return any(one.path == chosen for one in stale(desk, bed.bench.plan, bed.bench.batches))

    return sees


_AROUND: tuple[tuple[str, str, Callable[[_Bed], bool]], ...] = (
    ("k14_table_skipped", "a table that nobody looked at", _skipped_is_told),
    ("k15_unreadable", "a record that cannot be read", _unreadable_is_told),
    ("k16_questions_changed", "what is asked was changed after the answer", _changed_files_are_told("record.yaml")),
    ("k18_mapping_changed", "a mapping was edited after the load", _changed_files_are_told("mappings/")),
)
