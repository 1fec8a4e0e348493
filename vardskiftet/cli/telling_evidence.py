"""How is evidence told? What it is, how old, how many rows; never what a row says."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from vardskiftet.cli.console import Answer
from vardskiftet.cli.telling import local_minute
from vardskiftet.model.evidence import AddedEvidence, EvidenceSource
from vardskiftet.model.runbook import in_hours
from vardskiftet.run.evidence import Taken
from vardskiftet.run.trust import Trusted


def entry(one: AddedEvidence) -> dict[str, Any]:
    """Evidence in a document."""
    return one.model_dump(mode="json")


def source_entry(source: EvidenceSource, held: AddedEvidence | None, now: datetime) -> dict[str, Any]:
    """A source in a document, with what is in force of it."""
    return {
        "name": source.evidence,
        "title": source.title,
        "command": source.command.model_dump(mode="json") if source.command is not None else None,
        "owner": source.owner,
        "max_age_hours": source.max_age.total_seconds() / 3600,
        "state": state(source, held, now),
        "in_force": entry(held) if held is not None else None,
    }


def state(source: EvidenceSource, held: AddedEvidence | None, now: datetime) -> str:
    """missing, stale or fresh."""
    if held is None:
        return "missing"
    return "stale" if now - held.as_of > source.max_age else "fresh"


def tell_taken(answer: Answer, taken: Taken, timezone: str) -> None:
    """What was taken in, what of it counts, and what to do next."""
    one = taken.evidence
    what = f"{one.rows:,} rows of '{one.name}' as of {local_minute(one.as_of, timezone)}"
    answer.say(f"{what} were taken in." if taken.new else f"{what} were there already; nothing was changed.")
    answer.say(f"    {one.file}  {one.format.value}{f', {one.encoding}' if one.encoding else ''}  SHA-256 {one.digest[:16]}")
    if one.ignored:
        answer.say(f"    columns that nobody asked for were passed over: {', '.join(one.ignored)}")
    if one.identifiers:
        answer.say(f"    {one.identifiers:,} cells hold a person's identifier. None of them is shown anywhere; ask for an export without.")
    if taken.newer is not None:
        answer.say(f"    What is in force is newer: as of {local_minute(taken.newer.as_of, timezone)}.")
    answer.next_steps = ["vardskiftet check run WAVE", f"vardskiftet evidence show {one.name}"]


def tell_sources(
    answer: Answer, sources: Sequence[EvidenceSource], held: Mapping[str, AddedEvidence], now: datetime, timezone: str
) -> None:
    """Every kind of evidence on a line."""
    if not sources:
        answer.say("No evidence is declared: write checks/sources.yaml.")
        return
    rows = []
    for source in sources:
        one = held.get(source.evidence)
        dated = local_minute(one.as_of, timezone) if one else ""
        rows.append((source.evidence, state(source, one, now), dated, one.rows if one else 0, source.owner))
    answer.table("", ("evidence", "state", "as of", "rows", "owner"), rows)
    missing = [source for source in sources if source.evidence not in held]
    if missing:
        answer.next_steps = [_how_to_get(missing[0])]


def tell_source(
    answer: Answer, source: EvidenceSource, every: Sequence[AddedEvidence], checks: Sequence[str], timezone: str, *, trusted: bool
) -> None:
    """One kind of evidence: what a file must look like, and what was handed in."""
    answer.say(f"{source.evidence}: {source.title}")
    if source.command is not None:
        limit = f"within {source.command.within.total_seconds():g} seconds"
        answer.say(f"    told by the command {shlex.join(source.command.words)}, {limit}; {'trusted' if trusted else 'trusted by nobody'}")
    answer.say(f"    owner {source.owner}; not older than {in_hours(source.max_age)}; asked by {', '.join(checks) or 'no check'}")
    answer.table(
        "a file's columns",
        ("heading", "holds", "in checks", ""),
        [(one.heading, one.kind.value, one.column, "may be empty" if one.may_be_empty else "") for one in source.columns],
    )
    if every:
        answer.table(
            "handed in",
            ("as of", "rows", "file", "by", "SHA-256"),
            [(local_minute(one.as_of, timezone), one.rows, one.file, one.importer, one.digest[:16]) for one in every],
        )
    else:
        answer.say("Nothing was handed in yet.")
        answer.next_steps = [_how_to_get(source)]


def _how_to_get(source: EvidenceSource) -> str:
    return f"vardskiftet evidence add {source.evidence} FILE" if source.command is None else "vardskiftet check run WAVE"


def tell_trusted(answer: Answer, source: EvidenceSource, done: Trusted) -> None:
    """What was signed, word for word and file for file."""
    if source.command is None:
        return
    answer.own["command"] = source.command.model_dump(mode="json")
    signed = f"signed by {done.signature.name}, {done.signature.role}"
    answer.say(f"{shlex.join(source.command.words)} may run as it stands ({done.sha256[:12]}), {signed}.")
    for path, digest in source.command.files:
        answer.say(f"    with {path}  SHA-256 {digest[:16]}")
    answer.next_steps = ["vardskiftet check run WAVE"]
