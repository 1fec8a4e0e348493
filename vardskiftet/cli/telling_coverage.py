"""How is coverage told? Fields, codes without an answer, and what is a finding."""

from __future__ import annotations

from vardskiftet.cli.console import Answer
from vardskiftet.run.coverage import Coverage, FieldCoverage

SHOWN = 5
"""Codes in a sentence; all of them stand in the table."""


def tell_coverage(answer: Answer, found: Coverage, budget: int) -> None:
    """Every coded field, every code without an answer, and the findings."""
    answer.table(
        "coded fields",
        ("field", "codebook", "codes", "rows", "mapped", "empty", "patients", "without", ""),
        [(*_figures(one), _standing(one)) for one in found.fields],
    )
    _tell_missing(answer, found)
    _judge(answer, found, budget)


def _judge(answer: Answer, found: Coverage, budget: int) -> None:
    """What is a finding, as reasons; what the wave's budget says to it, in words."""
    told_critical(answer, found)
    for one in found.fields:
        fresh = [code.code for code in one.missing if code.new]
        if fresh:
            where = f"{one.mapping} › {one.column}"
            answer.because("NEW_UNMAPPED", f"{len(fresh):,} codes without an answer were not there before: {_some(fresh)}.", where=where)
    if found.rejected:
        answer.say(
            f"{found.rejected:,} rows hold a code without an answer and are rejected, for it or for what speaks against them first;"
            f" the wave's budget for UNMAPPED_CODE is {budget:,}."
        )
    answer.exit_code = 1 if answer.reasons else 0
    books = sorted({one.codebook for one in found.fields if one.missing})
    answer.next_steps = [f"vardskiftet plan {found.wave}"]
    if books:
        answer.say(f"To be completed: {', '.join(f'mappings/codes/{book}.csv' for book in books)}.")


def told_critical(answer: Answer, found: Coverage) -> None:
    """Safety-critical fields with a code that is not mapped, as reasons."""
    for one in found.critical:
        rows = one.rows - one.rows_mapped
        codes = ", ".join(repr(code.code) for code in one.missing[:5]) + (
            f" and {len(one.missing) - 5:,} more" if len(one.missing) > 5 else ""
        )
        answer.because(
            "UNMAPPED_CRITICAL",
            f"{rows:,} rows of a safety-critical field hold codes without an answer: {codes}.",
            where=f"{one.mapping} › {one.column}",
            hint=f"Complete mappings/codes/{one.codebook}.csv; see vardskiftet coverage {found.wave}",
        )


def _some(codes: list[str]) -> str:
    """The first codes, and how many more there are."""
    return ", ".join(repr(code) for code in codes[:SHOWN]) + (f" and {len(codes) - SHOWN:,} more" if len(codes) > SHOWN else "")


def _figures(one: FieldCoverage) -> tuple[object, ...]:
    people = ("?", "?") if one.patients is None else (one.patients, one.patients_unmapped)
    return (f"{one.mapping}.{one.column}", one.codebook, one.codes, one.rows, share(one.rows_mapped, one.rows), one.rows_empty, *people)


def _standing(one: FieldCoverage) -> str:
    return "complete" if not one.missing else "SAFETY-CRITICAL" if one.safety_critical else one.unmapped.replace("_", " ")


def share(part: int, whole: int) -> str:
    """Part of whole in percent with one decimal, never rounded up to 100."""
    if not whole:
        return "no rows"
    tenths = part * 1000 // whole
    return f"{tenths / 10:.1f} %"


def _tell_missing(answer: Answer, found: Coverage) -> None:
    rows = [
        (
            f"{one.mapping}.{one.column}",
            code.code,
            code.rows,
            "?" if code.patients is None else code.patients,
            f"nearly {code.near}" if code.near else "",
            "new" if code.new else "",
        )
        for one in found.fields
        for code in one.missing
    ]
    if rows:
        answer.table("codes without an answer", ("field", "code", "rows", "patients", "", ""), rows)
    else:
        answer.say("Every code has an answer.")
