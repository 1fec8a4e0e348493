"""Do the codebooks know the codes that a wave's rows hold?"""

from __future__ import annotations

from dataclasses import asdict, replace

import typer

from vardskiftet.cli import console
from vardskiftet.cli.options import AsJson, Now, Project, Quiet, TrustCode, WaveName, given
from vardskiftet.run.coverage import Coverage, FieldCoverage

SHOWN = 5
"""Codes in a sentence; all of them stand in the table."""


def run(
    ctx: typer.Context,
    wave: WaveName,
    project: Project = None,
    as_json: AsJson = False,
    now: Now = None,
    quiet: Quiet = False,
    trust_code: TrustCode = False,
) -> None:
    """Count every code of a wave's rows, mapped and not, by rows and patients, and what is new since the last time.

    Exits 1 for a safety-critical field with an unmapped code, or for an unmapped code that was not there the last time.

    Example:  vardskiftet coverage south-1
    """
    from vardskiftet.cli.opening import open_desk
    from vardskiftet.run.coverage import measure

    options = given(ctx, project, as_json, now, quiet)
    desk = replace(open_desk(options), trust_code=trust_code)
    found = measure(desk, wave)
    answer = console.Answer("vardskiftet.coverage/1")
    answer.own = {"wave": wave, "before": found.before, "fields": [asdict(one) for one in found.fields]}
    answer.table(
        "coded fields",
        ("field", "codebook", "codes", "rows", "mapped", "patients", "without", ""),
        [(*_figures(one), _standing(one)) for one in found.fields],
    )
    _tell_missing(answer, found)
    judge(answer, found, desk.programme.wave(wave).budgets.rejected.get("UNMAPPED_CODE", 0))
    raise typer.Exit(console.show(answer, as_json=options.as_json))


def judge(answer: console.Answer, found: Coverage, budget: int) -> None:
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


def told_critical(answer: console.Answer, found: Coverage) -> None:
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
    return (f"{one.mapping}.{one.column}", one.codebook, one.codes, one.rows, share(one.rows_mapped, one.rows), *people)


def _standing(one: FieldCoverage) -> str:
    return "complete" if not one.missing else "SAFETY-CRITICAL" if one.safety_critical else one.unmapped.replace("_", " ")


def share(part: int, whole: int) -> str:
    """Part of whole in percent with one decimal, never rounded up to 100."""
    if not whole:
        return "no rows"
    tenths = part * 1000 // whole
    return f"{tenths / 10:.1f} %"


def _tell_missing(answer: console.Answer, found: Coverage) -> None:
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
