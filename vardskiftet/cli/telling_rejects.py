"""How are rejects told? Counts by mapping and reason, rows by their ids, and what came of a worklist and of a replay."""

from __future__ import annotations

from vardskiftet.cli.console import Answer
from vardskiftet.cli.telling import tell
from vardskiftet.model.reject import Waiting
from vardskiftet.run.correcting import Brought
from vardskiftet.run.lapsed import Lapsed
from vardskiftet.run.looking import Seen
from vardskiftet.run.reject_trend import Trends
from vardskiftet.run.replay import Replayed

WHY = {"changed": "the source has changed the row since", "gone": "the wave has no such row any more"}


def tell_list(answer: Answer, wave: str, found: tuple[Waiting, ...], old: tuple[Lapsed, ...]) -> None:
    """Counts, and corrections that lapsed."""
    answer.table(
        "rejects",
        ("mapping", "reason", "items", "rows", "corrected", "may be corrected"),
        [(one.mapping, one.reason, one.items, one.rows, one.corrected, ", ".join(one.columns) or "-") for one in found],
    )
    if not found:
        answer.say(f"Wave {wave} has no rejects.")
    if old:
        answer.table(
            "corrections that lapsed: what the source says stands",
            ("mapping", "reject", "because"),
            [(one.mapping, one.reject, WHY[one.because]) for one in old[:20]],
        )
        if len(old) > 20:
            answer.say(f"20 of {len(old):,} lapsed corrections; all with --json.")
    waits = any(one.corrected for one in found)
    answer.next_steps = [f"vardskiftet rejects replay {wave}"] if waits else [f'vardskiftet rejects export {wave} --reason "Corrections"']


def tell_rows(answer: Answer, wave: str, found: tuple[Seen, ...], limit: int, values: bool) -> None:
    """Rows by their ids; with their values only where they were asked for."""
    shown = found[:limit]
    answer.own = {"wave": wave, "total": len(found), "rejects": [_document(one, values) for one in shown]}
    answer.table(
        "rejected rows",
        ("reject", "mapping", "reason", "detail", "unit", "items", "may be corrected", ""),
        [
            (
                one.original.reject,
                one.original.mapping,
                ", ".join(one.original.reasons),
                one.original.detail,
                one.original.unit,
                one.original.items,
                ", ".join(one.may_correct) or "-",
                "corrected" if one.corrected else "",
            )
            for one in shown
        ],
    )
    if values:
        for one in shown:
            said = dict(one.corrected)
            pairs = zip(one.columns, one.original.values, strict=True)
            rows = [(column, _cell(value), _cell(said[column]) if column in said else "") for column, value in pairs]
            answer.table(f"{one.original.reject}", ("column", "in the source", "corrected"), rows)
    if len(found) > limit:
        answer.say(f"{len(shown):,} of {len(found):,}; all of them: vardskiftet rejects export {wave}")
    answer.next_steps = [f'vardskiftet rejects export {wave} --reason "Corrections"']


def _cell(value: str | None) -> str:
    return "(null)" if value is None else value


def _document(one: Seen, values: bool) -> dict[str, object]:
    row = one.original
    told: dict[str, object] = {
        "reject": row.reject,
        "mapping": row.mapping,
        "reasons": list(row.reasons),
        "detail": row.detail,
        "unit": row.unit,
        "items": row.items,
        "may_correct": list(one.may_correct),
        "corrected": bool(one.corrected),
    }
    shown = {"values": dict(zip(one.columns, row.values, strict=True)), "corrections": dict(one.corrected)}
    return told | (shown if values else {})


def tell_brought(answer: Answer, wave: str, done: Brought) -> None:
    """What a worklist brought."""
    corrected, withdrawn = sum(done.corrected.values()), sum(done.withdrawn.values())
    if corrected or withdrawn:
        answer.say(f"{done.rows:,} rows looked at: {corrected:,} corrected, {withdrawn:,} corrections withdrawn. The record is as it was.")
    else:
        answer.say(f"{done.rows:,} rows looked at: nothing new in them.")
    if done.released:
        answer.say(f"{done.released:,} rows say what is in the record already.")
    if "cp1252" in done.encodings:
        answer.say("The file is no UTF-8 and was read as Windows-1252; no cell that may not change differs from the source.")
    answer.next_steps = [f"vardskiftet rejects replay {wave}" if corrected or withdrawn else f"vardskiftet rejects list {wave}"]


def tell_replay(answer: Answer, wave: str, done: Replayed) -> None:
    """What a replay released, what it could not, and the books."""
    released = sum(done.released.values())
    if not done.corrections and not released:
        answer.say("Nothing to do: no reject has a correction, and none waits for a row that was released.")
    else:
        answer.say(f"{done.corrections:,} corrected rows carried through: {released:,} items released, in {done.batches:,} batches.")
    if released:
        answer.table("released", ("mapping", "items"), sorted(done.released.items()))
    if done.still:
        answer.table("corrected, and rejected all the same", ("reason", "items"), list(done.still.items()))
    for mapping, rows in sorted(done.held_back.items()):
        message = f"{rows:,} corrected rows would take an item out of the record that stands there; they are left as they were."
        answer.because("HELD_BACK", message, where=mapping, hint="Mend them in the source, and make a new plan.")
    tell(answer, done.books)
    answer.next_steps = [f"vardskiftet rejects list {wave}", f"vardskiftet report wave {wave}"]


def tell_trends(answer: Answer, wave: str, found: Trends) -> None:
    """Every reason with its budget and its trend, and the runs."""
    rows = []
    for one in found.reasons:
        before = "?" if one.before is None else one.before
        rows.append((one.reason, one.items, one.budget, before, _trend(one.items, one.before), _over(one.items, one.budget)))
    answer.table("rejects by reason", ("reason", "items", "budget", "before", "", ""), rows)
    runs = [(run.run_id, run.kind.removeprefix("books."), run.rejected) for run in found.runs]
    answer.table("runs", ("run", "books", "rejected"), runs[-10:])
    if len(runs) > 10:
        answer.say(f"10 of {len(runs):,} runs; all with --json.")
    for one in found.reasons:
        if one.items > one.budget:
            answer.because("OVER_BUDGET", f"{one.reason}: {one.items:,}, the budget is {one.budget:,}", where=f"waves/{wave}.yaml")
    answer.exit_code = 1 if answer.reasons else 0
    answer.next_steps = [f"vardskiftet rejects list {wave}"]


def _trend(now: int, before: int | None) -> str:
    if before is None or now == before:
        return ""
    return f"{now - before:+,}"


def _over(items: int, budget: int) -> str:
    return "within" if items <= budget else "OVER"
