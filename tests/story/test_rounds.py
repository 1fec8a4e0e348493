"""Do the books of three waves close after every step, and is the record what plain Python says? Plans, loads, deltas, in any order."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import hypothesis.strategies as st
import pytest
from ends import ON_SERVERS, two_ends
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from story.killed import killed_at
from story.plain import Expected
from story.three_waves import WAVES, WRONG, Journal, Region, Visit, number, region

from vardskiftet.errors import Usage

NOTES = st.sampled_from(["a", "b!", "ab", "bad", "Inga blödningar."])
UNITS = st.sampled_from([*WAVES.values(), "nowhere"])
PIDS = st.sampled_from(["p1", "p2", "p3"])
VIDS = st.sampled_from([f"v{place}" for place in range(1, 6)])
AIDS = st.sampled_from([f"a{place}" for place in range(1, 4)])
ROUNDS = st.sampled_from(list(WAVES))


PLACES = ("target.rows.before", "target.commit.before", "target.commit.after", "store.event.after", "manifest.rename.after")


class Rounds(RuleBasedStateMachine):
    """A journal that its users change, a record that its users change, and three waves over it."""

    @initialize(marked=st.booleans())
    def begin(self, marked: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vardskiftet-rounds-"))
        units = list(WAVES.values())
        persons = {f"p{place}": (number(place), f"Person {place}") for place in range(1, 4)}
        visits = {f"v{place}": Visit(f"p{1 + place % 3}", units[place % 3], "a") for place in range(1, 5)}
        self.journal = Journal(persons, visits, {"a1": ("v1", "x"), "a2": ("v2", "y")})
        self.region = self.of(marked=marked)
        self.expected = Expected()
        self.made = 0
        self.said: dict[tuple[object, ...], str] = {}
        """A visit's row, exactly as it was written, to the note that a clerk wrote instead."""
        self.read: dict[str, Journal] = {}
        """Plan to the journal as it read it."""
        self.rounds: dict[str, list[tuple[tuple[str, int], str]]] = {wave: [] for wave in WAVES}
        """Wave to its rounds in the record, each with the name of its plan."""

    def of(self, *, marked: bool) -> Region:
        return region(self.folder, self.journal, marked=marked)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)

    @rule(vid=VIDS, pid=PIDS, unit=UNITS, note=NOTES, struck=st.booleans())
    def visit_changes_or_comes(self, vid: str, pid: str, unit: str, note: str, struck: bool) -> None:
        self.journal.visits[vid] = Visit(pid, unit, note, struck)

    @rule(vid=VIDS)
    def visit_vanishes(self, vid: str) -> None:
        self.journal.visits.pop(vid, None)

    @rule(pid=PIDS, name=st.sampled_from(["Anna", "Bo"]), right=st.booleans())
    def person_changes_or_comes(self, pid: str, name: str, right: bool) -> None:
        self.journal.persons[pid] = (number(int(pid[1:])) if right else WRONG, name)

    @rule(pid=PIDS)
    def person_vanishes(self, pid: str) -> None:
        self.journal.persons.pop(pid, None)

    @rule(aid=AIDS, vid=VIDS, note=NOTES)
    def act_changes_or_comes(self, aid: str, vid: str, note: str) -> None:
        self.journal.acts[aid] = (vid, note)

    @rule(wave=ROUNDS)
    def load(self, wave: str) -> None:
        """A plan and its load: a first one, or a delta."""
        self.journal.write(self.folder / "old.sqlite")
        plan = self.region.plan(wave)
        self.region.apply(plan)
        self.noted(wave, plan.name)

    @rule(wave=ROUNDS, place=st.sampled_from(PLACES), nth=st.integers(1, 9))
    def load_is_killed_and_goes_on(self, wave: str, place: str, nth: int) -> None:
        """The same, stopped dead somewhere, and given again; the journal goes on in between, its held copy does not."""
        self.journal.write(self.folder / "old.sqlite")
        plan = self.region.plan(wave)
        with killed_at(place, nth):
            self.region.apply(plan)
        held = self.folder / "work" / "held" / plan.name / "old.sqlite"
        if held.is_file():
            Journal().write(self.folder / "old.sqlite")
        self.region.apply(plan)
        self.noted(wave, plan.name)

    def noted(self, wave: str, plan: str) -> None:
        self.made += 1
        read = self.journal.mended({})
        self.expected.apply((wave, self.made), self.journal.mended(self.said))
        self.rounds[wave].append(((wave, self.made), plan))
        self.read[plan] = read

    @precondition(lambda self: any(self.rounds.values()))
    @rule(data=st.data(), words=NOTES, kill=st.integers(0, 2))
    def rejects_are_mended_and_replayed(self, data: st.DataObject, words: str, kill: int) -> None:
        """A clerk mends visits with a bad note in a sheet; they, and what waited for them, come into the round, killed or not."""
        self.mend(data.draw(st.sampled_from([wave for wave, rounds in self.rounds.items() if rounds])), words, kill)

    def mend(self, wave: str, words: str, kill: int) -> None:
        by, plan = self.rounds[wave][-1]
        if not (self.folder / "work" / "held" / plan / "old.sqlite").is_file():
            return  # the source would be read as it is now
        mended, read = self.region.correct(wave, words), self.read[plan]
        for (table, *row), changed in read.written.items():
            if table == "visit" and row[0] in mended:
                self.said[(*row, changed)] = words
        waits = self.region.waiting(wave, plan.rpartition("-")[2]) if self.said else set()
        if kill:
            with killed_at("target.amend.after", kill):
                self.region.replay(wave)
        self.region.replay(wave)
        self.expected.replay(by, read.mended(self.said), {*(("visit", vid) for vid in mended), *waits})

    @precondition(lambda self: any(self.rounds.values()))
    @rule(data=st.data(), whole=st.booleans(), kill=st.integers(0, 4))
    def undo(self, data: st.DataObject, whole: bool, kill: int) -> None:
        """A wave, or its newest round, is taken back; broken off, and given again."""
        wave = data.draw(st.sampled_from([wave for wave, rounds in self.rounds.items() if rounds]))
        going = self.rounds[wave] if whole else self.rounds[wave][-1:]
        named = "" if whole else going[-1][1]
        if self.expected.leans([by for by, _ in going]):
            with pytest.raises(Usage, match="cannot be taken back yet"):
                self.region.undo(wave, named)
            return
        if kill:
            with killed_at("undo.commit.after", kill):
                self.region.undo(wave, named)
        self.region.undo(wave, named)
        self.expected.undo([by for by, _ in going])
        self.rounds[wave] = self.rounds[wave][: -len(going)]

    @rule(data=st.data(), words=st.sampled_from(["edited", "edited twice"]))
    def user_edits(self, data: st.DataObject, words: str) -> None:
        rows = sorted(self.expected.rows)
        if rows:
            table, key = data.draw(st.sampled_from(rows))
            self.region.edit(table, key, words)
            found = self.expected.rows[table, key]
            place = {"patient": 1, "visit": 1, "act": 1}[table]
            found.stands = (*found.stands[:place], words, *found.stands[place + 1 :])

    @invariant()
    def books_close(self) -> None:
        for wave in (wave for wave, rounds in getattr(self, "rounds", {}).items() if rounds):
            assert self.region.open_lines(wave) == [], wave

    @invariant()
    def record_is_as_plain_python_says(self) -> None:
        if hasattr(self, "region"):
            assert self.region.standing() == self.expected.contents()


@pytest.mark.parametrize(("marked", "kill"), [(True, 2), (False, 0)])
@pytest.mark.story
def test_a_round_of_corrections_is_as_plain_python_says_and_so_is_what_comes_after_it(marked: bool, kill: int) -> None:
    machine = Rounds()
    try:
        machine.begin(marked=marked)
        (wave, unit), visits = next(iter(WAVES.items())), machine.journal.visits
        visits["v3"] = Visit("p1", unit, "bad")
        visits["v5"] = Visit("p2", unit, "a")
        machine.journal.acts["a1"] = ("v3", "waits for its visit")
        machine.load(wave)
        for words, change in (("bad", "still bad"), ("Inga blödningar.", "mended"), ("never asked", "again")):
            machine.mend(wave, words, kill)
            machine.books_close()
            machine.record_is_as_plain_python_says()
            visits["v5"].note = change
            machine.load(wave)
            machine.books_close()
            machine.record_is_as_plain_python_says()
        assert ("act", "a1") in machine.expected.rows, "nothing was released: this test shows nothing"
        visits["v3"].struck = True  # the source's row is another now: what was said of it lapses
        machine.load(wave)
        machine.books_close()
        machine.record_is_as_plain_python_says()
    finally:
        machine.teardown()


FEW = settings(max_examples=3, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=3, stateful_step_count=9, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))


def test_three_waves_in_any_order() -> None:
    run(FEW)


@pytest.mark.story
def test_three_waves_in_many_orders() -> None:
    run(MANY)


def run(how: settings) -> None:
    """Let the machine go."""
    run_state_machine_as_test(Rounds, settings=how)


@pytest.mark.story
@pytest.mark.parametrize("pair", ON_SERVERS)
def test_three_waves_in_any_order_between_two_servers(pair: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    class OnServers(Rounds):
        """The same, the journal on one server and the record on another: each run with databases of its own."""

        def of(self, *, marked: bool) -> Region:
            self.closing = ExitStack()
            ends = self.closing.enter_context(two_ends(pair, request.getfixturevalue, monkeypatch.setenv))
            return region(self.folder, self.journal, marked=marked, ends=ends)

        def teardown(self) -> None:
            super().teardown()
            if hasattr(self, "closing"):
                self.closing.close()

    run_state_machine_as_test(OnServers, settings=SOME)
