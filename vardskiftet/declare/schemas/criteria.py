"""What may stand in the files under checks/: evidence, gates, and the checks of a topic?"""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.bounds import AGE, BOUND, CHECK, EXIT_CODE, PATIENCE
from vardskiftet.declare.schemas.shapes import (
    Schema,
    cell,
    count,
    flag,
    free_keys,
    keys,
    many,
    names,
    offset,
    one_of,
    shaped,
    slug,
    text,
    told,
)
from vardskiftet.model.check import How, Per
from vardskiftet.model.evidence import ColumnKind, Format
from vardskiftet.model.outcome import Severity
from vardskiftet.model.own import OWN
from vardskiftet.model.unit import UnitKind
from vardskiftet.model.vocabulary import Vocabulary
from vardskiftet.model.wave import Scope


def sources(_vocabulary: Vocabulary) -> Schema:
    """checks/sources.yaml."""
    kind = one_of(ColumnKind, "What the column holds, and how people write it.")
    column = keys({}, {"heading": text("What heads it in the file."), "kind": kind, "may_be_empty": flag("A cell may be empty.")})
    source = keys(
        {
            "evidence": slug("Its name; checks say `in: NAME`."),
            "title": text(),
            "columns": free_keys({"anyOf": [kind, column]}, "Columns by the name that checks use.", scalars.NAME, 1),
            "key": names(text(), "Columns that name a row: no two rows share them.", 1),
            "max_age": shaped(AGE, "How old it may be: 7d, 36h."),
            "owner": text("Who hands it in."),
        },
        {
            "command": _command(),
            "format": one_of(Format, "How the file is written, where its ending does not say."),
            "unit": text("The column that names the unit."),
            "wave": text("The column that names the wave."),
            "as_of": text("The column that says when the row was true."),
            "open_while": text("SQL over a row: while it holds the matter is open, also when a later file leaves it out."),
            "parts": many(keys({"part": text(), "whole": text()}), "Columns of which the first is never above the second."),
            "rules": many(keys({"must": text("SQL over a row."), "because": text()}), "What every row must be."),
            "may_be_empty": flag("A file without rows says that there is nothing."),
            "small_counts": count("Figures over fewer than so many are shown to nobody."),
        },
    )
    return keys({"sources": many(source, "Evidence that people hand in as files.")})


def _command() -> Schema:
    """What tells evidence that nobody hands in."""
    return keys(
        {
            "words": many(cell(), "A program and its words; no shell sees them. The project's own lie in checks/commands.", 1),
            "within": shaped(PATIENCE, "How long it may take: 30s, 5m; then it is ended with all that it started."),
        },
        {
            "exit_codes": names(shaped(EXIT_CODE), "Those with which its output counts; 0, where they are left out."),
            "environment": names(shaped(scalars.VARIABLE), "Variables that it may see."),
        },
        "What prints the evidence: JSON, or what `format:` says. It runs only where a person trusts it.",
    )


def gates(_vocabulary: Vocabulary) -> Schema:
    """checks/gates.yaml."""
    gate = keys(
        {"gate": shaped(scalars.MILESTONE, "Its name, such as G90."), "title": text(), "question": text(), "at": offset()},
        {"title_sv": text("The title in Swedish."), "question_sv": text("The question in Swedish.")},
    )
    return keys(
        {"gates": many(gate, "Points in time, in their order.", 1)},
        {"freeze": shaped(scalars.MILESTONE, "The gate by which criteria are frozen.")},
    )


def checks(_vocabulary: Vocabulary) -> Schema:
    """checks/TOPIC.yaml."""
    applies = keys(
        {},
        {
            "kinds": names(one_of(UnitKind, "A kind of unit.")),
            "scopes": names(one_of(Scope, "A scope level.")),
            "units": names(slug()),
        },
        "Which units are asked; all, where it is left out.",
    )
    bound = shaped(BOUND, 'A comparison, such as ">= 0.95".')
    waivable = {"anyOf": [{"enum": ["no", "false", False]}, keys({"by": names(text(), least=1), "days": count("For so many days.")})]}
    check = keys(
        {
            "check": shaped(CHECK, "Its id."),
            "title": text(),
            "question": text(),
            "why": text(),
            "per": one_of(Per, "Asked of every unit, or once."),
            "measure": _measure(),
            "threshold": keys({"pass": bound}, {"warn": bound, "fail": bound}, "What passes; what still warns; all the rest fails."),
            "severity": one_of(Severity, "hard closes the gate, soft makes it conditional."),
            "gate": shaped(scalars.MILESTONE, "The first gate that asks it; all later ones do too."),
            "owner": text("Who answers for it."),
            "remedy": text("What to do when it does not pass."),
        },
        {
            "title_sv": text("The title in Swedish."),
            "question_sv": text("The question in Swedish."),
            "remedy_sv": text("The remedy in Swedish."),
            "source": text("Why it exists: keys of sources."),
            "applies_to": applies,
            "threshold_from": text("Where the threshold comes from; our proposal, where it is left out."),
            "target": offset("By when it is meant to pass."),
            "max_age": shaped(AGE, "How old its evidence may be."),
            "deputy": text(),
            "waivable": told(waivable, "Who may accept a result that does not pass, for how long; or no."),
            "shadow": flag("Asked and shown, of no weight yet."),
            "was": shaped(CHECK, "What it was called before."),
        },
    )
    return keys({"topic": slug("The file's name without its ending."), "title": text(), "checks": many(check, "", 1)}, {"title_sv": text()})


def _measure() -> Schema:
    sql, evidence = text("SQL over a row."), slug("Evidence of checks/sources.yaml.")
    of, by = text("SQL over a row: which rows count."), names(text(), "Columns that make groups; the worst speaks.")
    least = count("Below so many there is no data.")
    part = keys({"part": text(), "whole": text()})
    ways = [
        keys({How.SHARE.value: sql, "in": evidence}, {"of": of, "by": by, "at_least": least}),
        keys({How.RATIO.value: part, "in": evidence}, {"of": of, "by": by, "at_least": least}),
        *(keys({how.value: sql, "in": evidence}, {"of": of, "by": by}) for how in (How.COUNT, How.LARGEST, How.SMALLEST)),
        keys({How.DAYS_SINCE.value: text("A column of days."), "in": evidence}, {"of": of}),
        keys({How.SQL.value: slug("checks/TOPIC/NAME.sql, which returns id and why."), "on": slug("A system, or record.")}),
        keys({How.OWN.value: told({"enum": sorted(OWN)}, "What the tool knows itself.")}),
    ]
    return {"anyOf": ways, "description": "How the value comes about."}
