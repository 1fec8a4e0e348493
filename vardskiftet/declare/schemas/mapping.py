"""What may stand in a mapping: where rows come from, whose they are, and what fills each column?"""

from __future__ import annotations

import re

from vardskiftet.declare import scalars
from vardskiftet.declare.fields import PERSONAL_IDENTITY
from vardskiftet.declare.schemas.shapes import (
    Schema,
    cell,
    count,
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
from vardskiftet.model.mapping import WHOLE_ROW, Conflict, FollowParent, OnVanish, WithoutNumber
from vardskiftet.model.vocabulary import Kind, Vocabulary

TABLE_COLUMN = re.compile(r".*\S.*\..*\S.*")
SQL = "DuckDB SQL over the row's columns."
ONE_QUERY = r"^\s*([sS][eE][lL][eE][cC][tT]|[wW][iI][tT][hH]|--|/\*)"


def mapping(vocabulary: Vocabulary) -> Schema:
    """mappings/SYSTEM/NAME.yaml."""
    identity = keys({"from": text("A source column."), "through": _identifying(vocabulary)})
    shape = keys(
        {
            "mapping": told(shaped(scalars.SLUG), "SYSTEM.NAME, as the folder and the file are called.")
            | {"pattern": f"^{scalars.SLUG.pattern}\\.{scalars.SLUG.pattern}$"},
            "information": text("Which kind of information of the system's routes."),
            "into": shaped(scalars.NAME, "The record's table."),
            "key": {"anyOf": [names(text(), "The source's natural key.", least=1), told({"const": WHOLE_ROW}, "There is no key.")]},
            "unit": _unit(),
            "fields": free_keys(
                _field(vocabulary), "Column of the record to what fills it; the key is filled by the tool.", scalars.NAME, least=1
            ),
        },
        {
            "reads": text("The source table."),
            "sql": told(
                {"type": "string", "pattern": ONE_QUERY}, "A query in the source's own SQL, instead of a table; beside it `counts`."
            ),
            "counts": text("The source table whose rows the query gives, each once."),
            "split": _split(),
            "changed": _changed(),
            "exclude": many(keys({"when": text(SQL), "because": text()}), "Rows that stay behind, first match wins; source columns only."),
            "identities": many(identity, "A person's identifiers; only into identity tables."),
            "without_number": one_of(WithoutNumber, "What becomes of a person whose row has no number in any of these columns."),
            "reject": many(
                keys({"when": text(SQL), "reason": shaped(scalars.REASON)}), "Rows that may not pass; record columns are typed here."
            ),
            "flag": many(
                keys({"when": text(SQL), "reason": shaped(scalars.REASON)}),
                "Rows that are loaded as they are, and counted under the reason; record columns are typed here.",
            ),
            "conflict": _conflict(),
            "follow_parent": one_of(FollowParent, "What becomes of the child of an excluded parent."),
            "on_vanish": one_of(OnVanish, "What is said of a row that stands in the record and has gone from the source."),
            "correct": names(text(), "Source columns that a person may correct in a rejected row; never the key, nor the unit's."),
            "examples": many(_example(), "Rows, and what must become of them."),
        },
    )
    table = {"required": ["reads"], "not": {"anyOf": [{"required": ["sql"]}, {"required": ["counts"]}]}}
    query = {"required": ["sql", "counts"], "not": {"required": ["reads"]}}
    return {**shape, "oneOf": [table, query]}


def _changed() -> Schema:
    overlap = count("How far before the last mark a delta reads again: minutes, or steps of the number.")
    column = text("The column that says when a row was changed last: a moment, or a number that only grows.")
    return {"anyOf": [column, keys({"from": column}, {"overlap": overlap})]}


def _split() -> Schema:
    each = keys(
        {"each": text("The source column that holds a list."), "as": text("What each part is called.")}, {"by": text("What parts them.")}
    )
    own = {"item": slug("The item's name."), "when": text(SQL)}
    piece = {"type": "object", "properties": own, "required": list(own), "additionalProperties": text(SQL)}
    return {"anyOf": [each, many(piece)], "description": "One row, several items: named pieces, or each part of a cell."}


def _conflict() -> Schema:
    plain = one_of([Conflict.REVIEW, Conflict.FIRST], "A person decides, or the lowest in source order stands.")
    by = [keys({word: text("The source column that tells.")}) for word in (Conflict.LATEST.value, Conflict.EARLIEST.value)]
    return {"anyOf": [plain, *by], "description": "Two rows with one key, or two persons with one identifier."}


def _unit() -> Schema:
    book = {"codebook": text("The codebook that gives the unit for what stands in the column.")}
    via = keys(
        {"via": text("Another table."), "on": text("Its key in this row."), "from": text("The column with the unit, there.")},
        {"to": text("The column in that table, if it is called otherwise."), **book},
    )
    ways = [
        keys({"from": text("The column with the unit's HSA-id or name.")}, book),
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
    made = keys({"sql": text(SQL)}, {"through": through})
    made_coded = keys({"sql": text(SQL), "through": _coding(vocabulary), UNMAPPED: text("reject, keep_local, or the code to take.")})
    return {"anyOf": [of_column, coded, find, made, made_coded, constant]}


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
