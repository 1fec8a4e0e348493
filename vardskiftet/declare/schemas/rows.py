"""What may stand in the record, in a system's file and in a codebook?"""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.schemas.shapes import Schema, count, flag, keys, many, names, one_of, shaped, slug, specs, text
from vardskiftet.model.record import ColumnType
from vardskiftet.model.system import CONDITIONS, Route
from vardskiftet.model.vocabulary import Vocabulary


def record(_vocabulary: Vocabulary) -> Schema:
    """mappings/record.yaml."""
    name = shaped(scalars.NAME)
    column = keys(
        {"column": name, "type": one_of(ColumnType, "Identifiers are text; decimals are exact; instants are UTC.")},
        {
            "required": flag("A row without a value here is rejected REQUIRED_EMPTY."),
            "references": shaped(scalars.NAME, "The table that it points at; filled by a find."),
            "code_system": slug("Its values are codes of this system."),
            "max_length": count("Longer texts are rejected TOO_LONG, never cut.", 1),
            "protected": flag("Patients' data that no page shows."),
            "safety_critical": flag("A lost value here stops the wave."),
            "recipient": flag("It names the unit that is to receive what the row says; `verify` asks whether that unit can."),
        },
    )
    table = keys(
        {
            "table": name,
            "title": text(),
            "key": shaped(scalars.NAME, "Its key, a uuid; filled by the tool."),
            "columns": many(column, "Its columns, the key among them."),
        },
        {
            "identity": flag("One row per person, over all systems and waves."),
            "waiting": keys(
                {
                    "column": shaped(scalars.NAME, "The column that tells the state."),
                    "states": names(text(), "States in which a row still waits for somebody."),
                    "title": text("What waits, in words."),
                }
            ),
            "open_care": _open_care(),
        },
    )
    code_system = keys(
        {"code_system": slug(), "title": text(), "version": text("The version in force.")}, {"source": text("Where it stands.")}
    )
    return keys(
        {"record": slug("A short name."), "title": text(), "version": text(), "tables": many(table, "Tables of the record.", least=1)},
        {
            "code_systems": many(code_system, "Code systems, each with a version."),
            "negations": names(text(), "Words that no text may lose on its way; instead of the usual ones."),
            "partners": names(shaped(scalars.HSA_ID), "HSA-ids of receivers outside the programme."),
        },
    )


def _open_care() -> Schema:
    """Care that goes on across a go-live."""
    condition = text("DuckDB SQL over the table's columns, and `go_live` of the wave.")
    first = keys({"when": condition, "because": text("What it is called in a worklist.")}, {"rank": count("Lower numbers come first.", 0)})
    more = {"flow": slug("A flow of waves/coexistence.yaml."), "first": first}
    return keys({"when": condition}, more, "Which rows are care that goes on.")


def system(vocabulary: Vocabulary) -> Schema:
    """mappings/SYSTEM/system.yaml."""
    conditions = {name: flag("One of the five conditions for an automatic route; recorded, not assumed.") for name in CONDITIONS}
    auto = keys(
        {
            "information": text("What kind of information."),
            "route": {"const": Route.AUTO.value},
            "owner": text("Who answers for it."),
            "conditions": keys({name: {**shape, "const": True} for name, shape in conditions.items()}),
        },
        {"because": text()},
    )
    whose = keys(
        {
            "table": text("One of the route's tables."),
            "by": text("The column with the patient's key."),
            "in": text("The mapping whose key that is: SYSTEM.NAME, one that brings persons."),
        }
    )
    others = [route for route in Route if route is not Route.AUTO]
    other = keys(
        {
            "information": text("What kind of information."),
            "route": one_of([route.value for route in others], "How it travels instead."),
            "owner": text("Who answers for it."),
            "because": text("Why it is not automatic."),
        },
        {
            "conditions": keys({}, conditions),
            "tables": names(text(), "Source tables that it covers."),
            "patients": many(whose, "Of a manual route: whose rows stand in which table."),
        },
    )
    ignored = keys({"table": text(), "because": text("Why it carries nothing of the record.")})
    retires = keys({"wave": slug("The last wave that uses it."), "days": count("Days after that go-live.")}, {"because": text()})
    return keys(
        {
            "system": slug("The folder's name."),
            "title": text(),
            "source": specs(vocabulary.sources, "Where its rows lie."),
            "routes": many({"anyOf": [auto, other]}, "How each kind of information travels."),
        },
        {
            "encoding": text("The encoding of its texts; utf-8 if absent."),
            "timezone": text("The zone of its local times; the programme's if absent."),
            "ignored": many(ignored, "Tables that carry nothing of the record."),
            "retires": retires,
        },
    )


def codebook(_vocabulary: Vocabulary) -> Schema:
    """mappings/codes/NAME.csv: its rows under the heading `source,target`; above it stands `# code_system: NAME`."""
    code = {"type": "string", "pattern": r"\S"}
    pair = keys({"source": code, "target": {"type": "string", "pattern": r"^\S(?:.*\S)?$"}})
    return many(pair, "Rows of the CSV file; its first line is `# code_system: NAME`, its second `source,target`.", least=1)
