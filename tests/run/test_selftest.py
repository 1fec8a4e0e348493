"""Does the selftest turn red when the verifier is weakened, in each of the ways in which verifiers have failed?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ward import WAVE, Ward, make_ward

from vardskiftet.engine.corrupt.catalogue import CATALOGUE
from vardskiftet.engine.reconcile import clinical, digests, staged, totals
from vardskiftet.engine.targets import open_target
from vardskiftet.judge import differences
from vardskiftet.run.desk import Desk
from vardskiftet.run.verify import loaded_plan
from vardskiftet.run.verifying import books, cells, derived, rows, selftest
from vardskiftet.run.verifying.bench import laid
from vardskiftet.run.verifying.levels import Judging
from vardskiftet.run.verifying.selftest import Tried

BY_NAME = {one.name: one for one in CATALOGUE}
Patch = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    ward = make_ward(tmp_path_factory.mktemp("selftest") / "ward", batch_rows=10_000)
    for command in (("plan", WAVE, "--quiet"), ("apply", WAVE, "--quiet")):
        assert ward.ask(*command).code == 0
    return ward


def tried(ward: Ward, folder: Path, *names: str) -> dict[str, Tried]:
    """The selftest with a few corruptions, and all of what it tries around them."""
    programme = ward.programme()
    assert programme.clock is not None
    moment = programme.clock
    desk = Desk(programme, lambda: moment, "0.1.0", "test", lambda _: None)
    target = open_target(programme)
    with laid(desk, loaded_plan(desk, WAVE, target), target, folder, "selftest") as bench:
        return {one.name: one for one in selftest.selftest(bench, folder / "copies", tuple(BY_NAME[name] for name in names))}


class Xor:
    """Makes of a sum over ids and contents an XOR over contents."""

    def format(self, summed: str) -> str:
        assert summed.startswith("hash(id, ")
        return f"bit_xor({summed.removeprefix('hash(id, ').removesuffix(')')})"


def xor(monkeypatch: pytest.MonkeyPatch) -> None:
    """ACE: two rows of one content cancel each other."""
    monkeypatch.setattr(digests, "SUM", Xor())
    real = digests.hashes
    # Without the row's own key in it, as a digest over contents alone.
    monkeypatch.setattr(staged, "hashes", lambda columns: real(columns).replace("_key, _unit, ", "").replace(", _unit, _key", ""))
    monkeypatch.setattr(digests, "BUCKETS", 1)
    plain = digests.unequal
    monkeypatch.setattr(rows, "unequal", lambda stage, name: _only_contents(plain, stage, name))


def _only_contents(plain: Callable[[Any, str], None], stage: Any, name: str) -> None:
    """Nothing differs where the one bucket's XOR is the same, however many rows are in it."""
    plain(stage, name)
    same = "select l.s1 = r.s1 and l.s2 = r.s2 from left_bucket as l, right_bucket as r"
    if stage.execute(same).fetchall() == [(True,)]:
        stage.execute("delete from unequal")


def float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """DVT: numbers compared as float32, rounded."""
    real = digests.seen
    monkeypatch.setattr(
        digests, "seen", lambda column: f"round({real(column)}::float / 1e4, 2)" if column.type.value == "decimal" else real(column)
    )


def trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """DVT: blanks at the end are never seen."""
    real = digests.seen
    monkeypatch.setattr(digests, "seen", lambda column: f"rtrim({real(column)})" if column.type.value == "text" else real(column))


def folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A collation that knows neither case nor rings."""
    real = digests.seen
    monkeypatch.setattr(
        digests, "seen", lambda column: f"lower(strip_accents({real(column)}))" if column.type.value == "text" else real(column)
    )


def emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    """ACE: NULL and the empty text hash alike."""
    real = digests.seen
    monkeypatch.setattr(digests, "seen", lambda column: f"coalesce({real(column)}, '')")


def joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """ACE: columns joined without their borders."""

    def hashes(columns: Any) -> str:
        text = f"concat({', '.join(digests.seen(one) for one in columns)})"
        return f"hash({text}, _key, _unit) as h1, hash('2', {text}, _key, _unit) as h2"

    monkeypatch.setattr(staged, "hashes", hashes)


def sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """VDiff: ten samples and no more; here one cell of a mapping, held against no other."""
    keep = cells.keep
    monkeypatch.setattr(cells, "keep", lambda stage, found: keep(stage, found[:1]))
    monkeypatch.setattr(rows, "cell_differences", _first_of(rows.cell_differences))


def _first_of(real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: list(real(*given))[:1]


def keys_counted_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts: as many rows on either side is enough."""
    monkeypatch.setattr(rows, "unequal", _if_counts_differ(digests.unequal))


def _if_counts_differ(plain: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    def unequal(stage: Any, name: str) -> None:
        plain(stage, name)
        if stage.execute("select (select sum(rows) from left_bucket) = (select sum(rows) from right_bucket)").fetchall() == [(True,)]:
            stage.execute("delete from unequal")

    return unequal


def no_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    """ACE: what lies beyond the last key is not looked at."""
    real = rows.unequal_lines
    monkeypatch.setattr(rows, "unequal_lines", lambda *part: real(*part)[:-1])


def zones_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times compared by their day and minute, whatever the hour."""
    real = digests.seen
    monkeypatch.setattr(
        digests,
        "seen",
        lambda column: f"concat({real(column)}[1:10], {real(column)}[14:])" if column.type.value == "instant" else real(column),
    )


def classless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unequal, and nobody can say how."""
    monkeypatch.setattr(differences, "likeness", lambda *_: None)


def manifests_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The books are believed as they are."""
    monkeypatch.setattr(books, "_held_against_manifest", lambda *_: "")


def negations_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a clinician reads is left to the rows."""
    monkeypatch.setattr(clinical, "look_at_texts", lambda *_: None)
    monkeypatch.setattr(clinical, "look_at_source", lambda *_: None)
    monkeypatch.setattr(clinical, "look_at_rows", lambda *_: None)


def sums_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts alone, no sums."""
    monkeypatch.setattr(totals, "_figures", lambda _column: "null, null, null, null, null")


def skipping(monkeypatch: pytest.MonkeyPatch) -> None:
    """ACE: a table that failed is left out of the summary."""
    monkeypatch.setattr(Judging, "_why", lambda *_: "")


def unreachable_is_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    """reladiff: what could not be read is passed over."""
    monkeypatch.setattr(selftest, "meet_again", lambda *_: 0)


def ageless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verification that never grows old."""
    monkeypatch.setattr(selftest, "stale", lambda *_: ())


def order_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vitess: both sides are taken to come in one order; what comes out of it is passed over."""
    real = derived.rows_of

    def in_order(*given: Any) -> pa.Table:
        found = real(*given)
        kept, last = [], ""
        for place, id in enumerate(found["_id"].to_pylist()):
            if id >= last:
                kept.append(place)
                last = id
        return found.take(kept)

    monkeypatch.setattr(derived, "rows_of", in_order)


WEAKNESSES: list[tuple[Patch, str, tuple[str, ...]]] = [
    (no_tail, "k1_last_row_lost", ()),
    (xor, "k2_row_doubled_evenly", ()),
    (sampled, "k3_values_exchanged", ()),
    (keys_counted_only, "k4_children_exchanged", ()),
    (emptied, "k5_null_became_empty", ()),
    (joined, "k5_border_moved", ()),
    (float32, "k6_one_more", ()),
    (trimmed, "k7_trailing_space", ()),
    (folded, "k7_rings_lost", ()),
    (zones_forgiven, "k8_summer_times", ()),
    (classless, "k9_cut_short", ()),
    (sums_unread, "k10_notes_emptied", ()),
    (negations_unread, "k11_codes_unknown", ()),
    (keys_counted_only, "k12_one_lost_one_invented", ()),
    (manifests_unread, "k13_reason_erased", ()),
    (skipping, "k14_table_skipped", ("around",)),
    (unreachable_is_equal, "k15_unreadable", ("around",)),
    (ageless, "k16_questions_changed", ("around",)),
    (order_matters, "k17_disordered", ("around",)),
    (ageless, "k18_mapping_changed", ("around",)),
    (negations_unread, "negation_dropped", ()),
    (negations_unread, "protection_cleared", ()),
]


FAST = (emptied, skipping)
"""Two ways are tried each time; the others take a copy and a verification each, and are told among the stories."""


@pytest.mark.parametrize(
    ("weaken", "name", "where"),
    [pytest.param(*one, id=f"{one[1]} {one[0].__name__}", marks=() if one[0] in FAST else (pytest.mark.story,)) for one in WEAKNESSES],
)
def test_a_weakened_verifier_is_found_out(
    loaded: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weaken: Patch, name: str, where: tuple[str, ...]
) -> None:
    weaken(monkeypatch)
    seen = tried(loaded, tmp_path, *(() if where else (name,)))
    assert name in seen
    assert not seen[name].seen, "the corruption was seen though the verifier was weakened: the weakness is none"
    assert seen[name].why


def test_every_one_of_the_eighteen_is_tried() -> None:
    around = ("k17_disordered", *(name for name, _, _ in selftest._AROUND))
    names = {name.partition("_")[0] for name in (*BY_NAME, *around)}
    assert {f"k{number}" for number in range(1, 19)} <= names
    assert len([name for name in BY_NAME if not name.startswith("k")]) >= 12


@pytest.mark.story
def test_the_verifier_sees_all_that_is_seeded_into_a_demo(tmp_path: Path) -> None:
    ward = make_ward(tmp_path / "ward", 300, batch_rows=10_000, journals=("elvis", "melior", "asynjavisph", "obstetrix"))
    for command in (("plan", WAVE, "--quiet"), ("apply", WAVE, "--quiet")):
        assert ward.ask(*command).code == 0
    done = ward.ask("verify", WAVE, "--selftest", "--json")
    told = done.document["selftest"]
    assert told["missed"] == []
    assert (done.code, told["seen"]) == (0, told["seeded"])
    assert told["seeded"] >= 40


def test_a_miss_closes_the_gate(loaded: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    trimmed(monkeypatch)
    monkeypatch.setattr(selftest.selftest, "__defaults__", ((BY_NAME["k7_trailing_space"],),))
    done = loaded.ask("verify", WAVE, "--selftest", "--json")
    assert (done.code, done.document["selftest"]["missed"]) == (1, ["k7_trailing_space"])
