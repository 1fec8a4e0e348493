"""How are books told? The same lines after `apply`, `rehearse` and in `books`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vardskiftet.cli.console import Answer
from vardskiftet.model.books import BookLine, Books

OWES_DELTA = (
    "rows come from more than one moment; the wave is complete only after a closing delta, made when nobody writes any more:"
    " `frozen:` in system.yaml then says so."
)
"""What is said of a system whose rows come from more than one moment."""


def local_minute(moment: str | datetime, timezone: str) -> str:
    """A moment in the programme's zone, to the minute; empty if there is none."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def in_days(days: int) -> str:
    """How far away a day is, as a person says it."""
    if days == 0:
        return "today"
    many = "1 day" if abs(days) == 1 else f"{abs(days)} days"
    return f"in {many}" if days > 0 else f"{many} ago"


def identity(line: BookLine) -> str:
    """The items' identity as one sentence of numbers."""
    right = " + ".join(f"{name} {getattr(line, name):,}" for name in ("loaded", "merged", "rejected", "excluded", "unchanged"))
    return f"extracted {line.extracted:,} = {right}"


def as_json(books: Books) -> dict[str, Any]:
    """The books' own keys of a JSON document."""
    lines = [line.model_dump(mode="json") | {"closes": line.closes} for line in books.lines]
    instances = _instances(books)
    return {
        "wave": books.wave,
        "closes": books.closes,
        "complete": books.complete,
        "within_budget": books.within_budget,
        "lines": lines,
        "tables": [table.model_dump(mode="json") | {"closes": table.closes} for table in books.tables],
        "total": books.total.model_dump(mode="json") | {"closes": books.total.closes},
        "rejects": [line.model_dump(mode="json") | {"within": line.within} for line in books.rejects],
        "no_unit": books.no_unit.model_dump(mode="json") | {"within": books.no_unit.within},
        "rejects_by_mapping": [
            {"mapping": mapping, "reason": reason, "items": items, "for_instance": instances.get((mapping, reason), "")}
            for mapping, reason, items in books.rejects_by
        ],
        "flagged": [{"mapping": mapping, "flag": flag, "detail": detail, "items": items} for mapping, flag, detail, items in books.flagged],
        "exclusions": [{"mapping": mapping, "because": because, "items": items} for mapping, because, items in books.exclusions],
        "taken_over": [{"mapping": mapping, "by": by, "rows": rows} for mapping, by, rows in books.taken_over],
        "batches": {"done": books.batches_done, "planned": books.batches_planned},
    }


def _instances(books: Books) -> dict[tuple[str, str], str]:
    return {(mapping, reason): detail for mapping, reason, detail in books.instances}


def tell(answer: Answer, books: Books, *, by_mapping: bool = False) -> None:
    """Verdict, identity, rejects against budget, and every reason why it is not green; rejects by mapping where it must be looked for."""
    verdict = "The books close." if books.closes else "THE BOOKS DO NOT CLOSE." if books.complete else "THE BOOKS ARE NOT COMPLETE."
    answer.say(f"{books.wave}: {identity(books.total)}")
    answer.say(f"in the target: {'not readable' if books.total.in_target is None else format(books.total.in_target, ',')}. {verdict}")
    if books.total.left:
        stand = ", ".join(f"{rows:,} {why}" for why, rows in books.total.left.items())
        answer.say(f"Left from earlier plans, no item of this one: {stand}.")
    for mapping, by, moved in books.taken_over:
        answer.say(
            f"{mapping}: {moved:,} of its rows were taken over by wave {by}, whose books count them too; they stand as it wrote them."
        )
    lost = [line for line in (*books.rejects, books.no_unit) if line.items]
    if lost:
        answer.table(
            "rejected, by reason",
            ("reason", "items", "budget", ""),
            [(line.reason, line.items, line.budget, "within" if line.within else "OVER") for line in lost],
        )
    if books.rejects_by and (by_mapping or not books.within_budget):
        instances = _instances(books)
        rows = [(mapping, reason, items, instances.get((mapping, reason), "")) for mapping, reason, items in books.rejects_by]
        answer.table("rejected, by mapping", ("mapping", "reason", "items", "for instance"), rows)
    if books.flagged:
        answer.table("kept and flagged", ("mapping", "flag", "", "items"), list(books.flagged))
    reasons_of(answer, books)


def reasons_of(answer: Answer, books: Books) -> None:
    """Every line that does not close, and every budget that is passed, as reasons."""
    if not books.complete and not books.batches_done:
        message = f"Nothing of wave {books.wave} is loaded yet; a plan of {books.batches_planned} batches is there."
        answer.because("NOT_LOADED", message, severity="integrity")
        return
    if not books.complete:
        answer.because("NOT_COMPLETE", f"{books.batches_done} of {books.batches_planned} batches are in the target.", severity="integrity")
    for line in books.lines:
        if not line.closes:
            found = "not readable" if line.in_target is None else f"{line.in_target:,}"
            left = f", of earlier plans {sum(line.left.values()):,}" if line.left else ""
            answer.because(
                "LINE_OPEN", f"{identity(line)}; in the target {found}{left}", severity="integrity", where=f"{line.mapping} × {line.unit}"
            )
    for table in books.tables:
        if not table.closes:
            counted = "could not be counted" if table.counted is None else f"counts {table.counted:,}"
            answer.because(
                "TABLE_OPEN", f"{table.rows:,} rows seen, the source {counted}", severity="integrity", where=f"{table.system}.{table.table}"
            )
    for reject in (*books.rejects, books.no_unit):
        if not reject.within:
            answer.because(
                "OVER_BUDGET", f"{reject.reason}: {reject.items:,}, the budget is {reject.budget:,}", where=f"waves/{books.wave}.yaml"
            )
