"""What may stand in a mapping: where rows come from, whose they are, and what fills each column?"""

from __future__ import annotations

import re

from vardskiftet.declare import scalars
from vardskiftet.declare.fields import PERSONAL_IDENTITY
from vardskiftet.declare.schemas.shapes import (
    Schema,
    cell,
    free_keys,
    keys,
    many,
    names,
    needed,
    one_of,
    options,
    shaped,
    slug,
    text,
    told,
)
from vardskiftet.declare.through import CODEBOOK, UNMAPPED
from vardskiftet.model.mapping import WHOLE_ROW, Conflict, FollowParent
from vardskiftet.model.vocabulary import Kind, Vocabulary

TABLE_COLUMN = re.compile(r".*\S.*\..*\S.*")
SQL = "DuckDB SQL over the row's columns."


def mapping(vocabulary: Vocabulary) -> Schema:
    """mappings/SYSTEM/NAME.yaml."""
    identity = keys({"from": text("A source column."), "through": _identifying(vocabulary)})
    return keys(
        {
            "mapping": told(shaped(scalars.SLUG), "SYSTEM.NAME, as the folder and the file are called.")
            | {"pattern": f"^{scalars.SLUG.pattern}\\.{scalars.SLUG.pattern}$"},
            "information": text("Which kind of information of the system's routes."),
            "reads": text("The source table."),
            "into": shaped(scalars.NAME, "The record's table."),
            "key": {"anyOf": [names(text(), "The source's natural key.", least=1), told({"const": WHOLE_ROW}, "There is no key.")]},
            "unit": _unit(),
            "fields": free_keys(
                _field(vocabulary), "Column of the record to what fills it; the key is filled by the tool.", scalars.NAME, least=1
            ),
        },
        {
            "changed": text("The column that says when a row was changed last."),
            "exclude": many(keys({"when": text(SQL), "because": text()}), "Rows that stay behind, first match wins; source columns only."),
            "identities": many(identity, "A person's identifiers; only into identity tables."),
            "reject": many(
                keys({"when": text(SQL), "reason": shaped(scalars.REASON)}), "Rows that may not pass; record columns are typed here."
            ),
            "conflict": one_of(Conflict, "Two rows with one key, or two persons with one identifier."),
            "follow_parent": one_of(FollowParent, "What becomes of the child of an excluded parent."),
            "examples": many(_example(), "Rows, and what must become of them."),
        },
    )


def _unit() -> Schema:
    via = keys(
        {"via": text("Another table."), "on": text("Its key in this row."), "from": text("The column with the unit, there.")},
        {"to": text("The column in that table, if it is called otherwise.")},
    )
    ways = [
        keys({"from": text("The column with the unit's HSA-id or name.")}),
        via,
        keys({"is": slug("One unit for every row.")}),
        keys({"wherever": names(shaped(TABLE_COLUMN), "Persons: TABLE.COLUMN of every table that holds this key.", least=1)}),
    ]
    return {"anyOf": ways, "description": "Which unit, and so which wave, a row belongs to."}


def _field(vocabulary: Vocabulary) -> Schema:
    through = _through(vocabulary)
    find = keys(
        {"find": shaped(scalars.NAME, "The record's table."), "by": text("The source column that names the row.")},
        {
            "through": _identifying(vocabulary),
            "in": text("The parent mapping, where the system has several into that table."),
            "missing": one_of(("reject", "empty"), "What happens where there is no such row."),
        },
    )
    of_column = keys({"from": text("A source column.")}, {"through": through})
    coded = keys(
        {"from": text("A source column."), "through": _coding(vocabulary), UNMAPPED: text("reject, keep_local, or the code to take.")}
    )
    constant = keys({"is": {"type": ["string", "number", "boolean"], "description": "The same for every row."}})
    return {"anyOf": [of_column, coded, find, keys({"sql": text(SQL)}), constant]}


def _through(vocabulary: Vocabulary) -> Schema:
    step = _any_step(vocabulary)
    return {"anyOf": [step, many(step, "A chain, in order.", least=1)], "description": "Named transforms."}


def _coding(vocabulary: Vocabulary) -> Schema:
    """A codebook, or a chain that has one."""
    book = _step(CODEBOOK, vocabulary.transforms[CODEBOOK])
    return {"anyOf": [book, {**many(_any_step(vocabulary), least=1), "contains": book}], "description": "A codebook."}


def _any_step(vocabulary: Vocabulary) -> Schema:
    return {"anyOf": [_step(name, kind) for name, kind in sorted(vocabulary.transforms.items())]}


def _step(name: str, kind: Kind) -> Schema:
    """A transform by its name alone where it needs no option, or with its main option beside further ones."""
    given = options(kind)
    ways: list[Schema] = [] if needed(kind) else [told({"const": name}, kind.says)]
    if kind.main:
        further = {option: shape for option, shape in given.items() if option != kind.main}
        required = {option: further[option] for option in needed(kind) if option != kind.main}
        ways.append(keys({name: told(given[kind.main], kind.says), **required}, further, kind.says))
    return ways[0] if len(ways) == 1 else {"anyOf": ways}


def _identifying(vocabulary: Vocabulary) -> Schema:
    """The one transform that makes a person's identifier."""
    kind = vocabulary.transforms[PERSONAL_IDENTITY]
    further = {option: shape for option, shape in options(kind).items() if option != kind.main}
    return {"anyOf": [told({"const": PERSONAL_IDENTITY}, kind.says), keys({PERSONAL_IDENTITY: {"const": "id"}}, further)]}


def _example() -> Schema:
    rejected = keys({"rejected": shaped(scalars.REASON, "It is rejected for this reason.")})
    excluded = keys({"excluded": told({"const": True}, "It is excluded.")})
    columns = free_keys(cell(), "Column of the record to its value.")
    columns["propertyNames"] = {"not": {"enum": ["rejected", "excluded"]}}
    gives = {"anyOf": [rejected, excluded, columns]}
    return keys({"row": free_keys(cell(), "Source column to its text; null is no value."), "gives": gives})
