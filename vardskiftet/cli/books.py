"""Do the books of a wave close? Read from the target and from counts of their own, now."""

from __future__ import annotations

from typing import Annotated

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Project, WaveName, given
from vardskiftet.model.books import Books


def run(
    ctx: typer.Context,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Also list the keys of missing parents; needs --reason, and is remembered.")
    ] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why the keys must be seen.")] = None,
) -> None:
    """Draw up the books of a wave: every mapping, unit and source table. Exits 8 if they do not close, 1 if a budget is passed.

    Example:  vardskiftet books south-1
    """
    from vardskiftet.cli import telling
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.cli.orphans import tell_orphans
    from vardskiftet.cli.values import remembered
    from vardskiftet.judge.books import exit_code, outlived
    from vardskiftet.run.balance import missing_parents, present_books
    from vardskiftet.run.lock import in_words
    from vardskiftet.run.status import standings

    options = given(ctx, project, as_json, None)
    desk = open_desk(options)
    if show_values:
        remembered(desk, f"books {wave}", reason)
    plan, books = present_books(desk, wave)
    found = standings(desk, (wave,))[0]
    gone = outlived(desk.programme, books)
    answer = console.Answer("vardskiftet.books/1", exit_code=exit_code(books, findings=bool(gone)))
    answer.own = {"plan": plan.name, "owes_delta": list(found.owes_delta), **telling.as_json(books)}
    if books.batches_done or books.total.in_target != 0:
        _tables(answer, books)
        telling.tell(answer, books, by_mapping=True)
    else:
        telling.reasons_of(answer, books)  # lines of noughts read like books that are broken
    if found.owes_delta:
        answer.say(f"{', '.join(found.owes_delta)}: {telling.OWES_DELTA}")
    tell_orphans(answer, missing_parents(desk, plan), keys=show_values)
    for finding in gone:
        answer.because("OUTLIVED", finding, where=finding.partition(":")[0])
    if found.lock is not None:
        how = "but its process is dead: the numbers are as it left them" if found.load == "dead" else "which is at work: the numbers move"
        answer.say(f"Held by {in_words(found.lock)}, {how}.")
    answer.next_steps = [f"vardskiftet report wave {wave}"] if books.complete else found.next_steps
    raise typer.Exit(console.show(answer, as_json=options.as_json))


def _tables(answer: console.Answer, books: Books) -> None:
    """The items line by line, then the source rows."""
    fates = ("extracted", "loaded", "merged", "rejected", "excluded", "unchanged")
    answer.table(
        "items",
        ("mapping", "unit", *fates, "left", "in target", ""),
        [
            (
                line.mapping,
                line.unit,
                *(getattr(line, fate) for fate in fates),
                sum(line.left.values()),
                "?" if line.in_target is None else line.in_target,
                _word(line.closes),
            )
            for line in books.lines
        ],
    )
    places = ("rows", "in_waves", "excluded_units", "no_unit", "no_care")
    answer.table(
        "source rows",
        ("table", "counted", *(place.replace("_", " ") for place in places), ""),
        [
            (
                f"{one.system}.{one.table}",
                "?" if one.counted is None else one.counted,
                *(getattr(one, place) for place in places),
                _word(one.closes),
            )
            for one in books.tables
        ],
    )


def _word(closes: bool) -> str:
    return "closes" if closes else "OPEN"
