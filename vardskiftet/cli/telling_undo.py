"""How is an undo told? What was taken out, and what stands still, by mapping and reason."""

from __future__ import annotations

from vardskiftet.cli.console import Answer
from vardskiftet.run.undo import Undone


def tell_undone(answer: Answer, done: Undone, wave: str, round_: str) -> None:
    """What was taken out, and what of it stands for which reason."""
    what = f"plan {round_} of wave {wave}" if round_ else f"wave {wave}"
    if done.batches:
        taken = f"{done.rows:,} rows of {done.batches} batches taken out of the record. Identities stay, as tombstones."
        answer.say(f"{what[0].upper()}{what[1:]}: {taken}")
    else:
        answer.say(f"Nothing to do: the record holds nothing of {what} any more.")
    if done.standing and not done.left:
        told = ", ".join(f"{rows:,} of {table}" for table, rows in sorted(done.standing.items()))
        answer.say(f"Rows that stayed when something was taken back, and are the new system's own since: {told}.")
    for word, rows_of in (("got back what stood there before", "restored"), ("stay, since another wave brought them too", "shared")):
        for mapping, rows in sorted(done.rows_by_mapping(rows_of).items()):
            answer.say(f"{mapping}: {rows:,} rows {word}.")
    if done.file:
        answer.say(f"Each of them by id: {done.file}")
    for mapping, rows in sorted(done.left.items()):
        answer.because(
            "LEFT_STANDING", f"{rows:,} rows were changed in the new system, or are referred to there; they stay.", where=mapping
        )
