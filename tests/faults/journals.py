"""What must hold of the demo's four journals after a fault? The same oracle, on a wave of several systems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from records import is_there
from ward import WAVE, Done, Ward, batches_in, half_batches, litter, logical, manifests_named, manifests_on_disk, memory_of, rows_of

APPLY = ("apply", WAVE, "--quiet")
PATIENTS = 300
BATCH_ROWS = 150


def systems_in(ward: Ward) -> Counter[str]:
    """Batches in the target by system."""
    there = is_there(ward.target)
    return Counter(mapping.partition(".")[0] for _, mapping, _ in batches_in(ward.target).elements()) if there else Counter()


def assert_whole_batches_and_a_true_status(ward: Ward, wave: str = WAVE) -> int:
    """O2 and O3, whatever happened: whole batches or none, and `status` says what is there. Returns how many batches stand."""
    assert half_batches(ward.target, ward) == []
    before = logical(ward.target)
    (standing,) = ward.ask("status", wave, "--json").document["waves"]
    assert logical(ward.target) == before, "asking wrote"
    there = len(batches_in(ward.target)) if before else 0
    held = rows_of(ward.target, "select pid from vs_lock") if before else []
    assert standing["batches_done"] == there
    assert (standing["lock"] is not None) == bool(held)
    assert standing["load"] == ("dead" if held else "loaded" if there == standing["batches_planned"] else "partial" if there else "planned")
    return there


def assert_goes_on_to_the_same_end(ward: Ward, undisturbed: Ward, wave: str = WAVE, code: int = 0) -> Done:
    """O1 and O5: the same command comes to the undisturbed end, row for row; books close; once more commits nothing."""
    again = ward.ask("apply", wave, "--quiet")
    assert again.code == code, again.told
    assert logical(ward.target) == logical(undisturbed.target)
    assert memory_of(ward) == batches_in(ward.target)
    assert manifests_on_disk(ward.work / "manifests" / wave) == manifests_named(ward.target) == manifests_named(undisturbed.target)
    assert litter(ward) == []
    books = ward.ask("books", wave, "--json")
    assert books.code == 0 and books.document["closes"]
    assert ward.ask("audit", "verify").code == 0
    once_more = ward.ask("apply", wave, "--json")
    assert (once_more.code, once_more.document["committed"]) == (0, 0)
    return again


def values_of(ward: Ward) -> set[str]:
    """Names, numbers and notes of every journal: what no output may tell."""
    found: set[str] = set()
    for journal, query in (
        ("elvis", "select personnummer from person union select efternamn from person union select anteckning from bokning"),
        ("melior", "select personnr from patient"),
        ("asynjavisph", "select pnr from patient"),
    ):
        found |= {str(value) for (value,) in rows_of(ward.folder / "journals" / f"{journal}.sqlite", query) if value}
    return {value for value in found if len(value) > 7}


def assert_told_without_values(done: Iterable[Done], ward: Ward) -> None:
    """O4 and O6: no traceback, and nothing of a patient."""
    said = "".join(one.told for one in done)
    assert "Traceback" not in said
    hidden = values_of(ward)
    assert len(hidden) > PATIENTS, "nothing is hidden: then nothing is proved"
    assert [value for value in hidden if value in said] == []
