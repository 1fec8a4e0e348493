"""Does a wave of several synthetic journals come to what their keys say? Loaded by the engine, held against the keys line by line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ward import WAVE, Ward, make_ward, rows_of

FATES = ("extracted", "loaded", "merged", "rejected", "excluded")
PERSONS = {"person", "patient", "kvinna", "barn"}
"""Tables of persons: who has care without a unit is counted there, and the budget counts the rows of care alone."""
PLACES = ("rows", "in_waves", "excluded_units", "no_unit", "no_care")


@dataclass(frozen=True)
class Moved:
    """A loaded project of several journals, and their keys by system."""

    ward: Ward
    keys: dict[str, dict[str, Any]]
    books: dict[str, Any]

    def mappings(self) -> dict[str, dict[str, Any]]:
        """Mapping to what was planted in it."""
        return {name: found for key in self.keys.values() for name, found in key["waves"][WAVE]["mappings"].items()}


def moved(folder: Path, *journals: str, patients: int = 300) -> Moved:
    """A project with these journals, planned and loaded; both must be without finding."""
    ward = make_ward(folder / "project", patients, batch_rows=400, journals=journals)
    for verb in ("plan", "apply"):
        done = ward.ask(verb, WAVE, "--quiet")
        assert done.code == 0, done.told
    keys = {name: json.loads((ward.folder / "journals" / f"{name}.planted.json").read_text(encoding="utf-8")) for name in journals}
    return Moved(ward, keys, ward.ask("books", WAVE, "--json").document)


def assert_books_agree(found: Moved) -> None:
    """Every line, table, reason, exclusion and identity is the planted one; the budgets are exact."""
    books, mappings = found.books, found.mappings()
    assert books["closes"] and books["ok"]
    lines = {(line["mapping"], line["unit"]): {fate: line[fate] for fate in FATES} for line in books["lines"]}
    key = {(name, unit): {fate: tally[fate] for fate in FATES} for name, one in mappings.items() for unit, tally in one["units"].items()}
    assert {line: tally for line, tally in lines.items() if tally["extracted"]} == key
    excluded = {(one["mapping"], one["because"]): one["items"] for one in books["exclusions"]}
    assert excluded == {(name, because): items for name, one in mappings.items() for because, items in one["excluded"].items()}
    tables = {(system, table): places for system, one in found.keys.items() for table, places in one["tables"].items()}
    assert {(table["system"], table["table"]): {place: table[place] for place in PLACES} for table in books["tables"]} == tables
    rejected: dict[str, int] = {}
    for one in mappings.values():
        for reason, items in one["rejected"].items():
            rejected[reason] = rejected.get(reason, 0) + items
    told = {line["reason"]: (line["items"], line["budget"]) for line in books["rejects"]}
    assert told == {reason: (items, items) for reason, items in rejected.items()}
    assert books["no_unit"]["items"] == sum(places["no_unit"] for (_, table), places in tables.items() if table not in PERSONS)
    identities: dict[str, int] = {}
    for one in found.keys.values():
        for domain, items in one["waves"][WAVE]["identities"].items():
            identities[domain] = identities.get(domain, 0) + items
    marks = ", ".join("?" for _ in found.keys)
    held = rows_of(found.ward.target, f"select domain, count(*) from vs_identity where domain not in ({marks}) group by 1", *found.keys)
    assert dict(held) == {domain: items for domain, items in identities.items() if items}


def assert_codes_agree(found: Moved) -> None:
    """`coverage` names the planted unmapped codes and no others, with rows and patients."""
    fields = found.ward.ask("coverage", WAVE, "--json").document["fields"]
    told = {(one["mapping"], one["column"], code["code"]): (code["rows"], code["patients"]) for one in fields for code in one["missing"]}
    assert told == {
        (name, column, code): (items["rows"], items["patients"])
        for name, one in found.mappings().items()
        for column, codes in one["unmapped"].items()
        for code, items in codes.items()
    }
