"""What may stand in the files under waves/: the programme, its units, a wave, and what flows between waves?"""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.days import LONGEST_CUTOVER, OFFSET, STEP_LENGTH
from vardskiftet.declare.schemas.shapes import (
    Schema,
    count,
    day,
    flag,
    free_keys,
    keys,
    many,
    moment,
    names,
    offset,
    one_of,
    shaped,
    slug,
    specs,
    text,
    told,
)
from vardskiftet.model.unit import UnitKind
from vardskiftet.model.vocabulary import Vocabulary
from vardskiftet.model.wave import Precision, Scope


def programme(vocabulary: Vocabulary) -> Schema:
    """waves/programme.yaml."""
    person = keys(
        {
            "person": shaped(scalars.USER, "The operating-system user who signs."),
            "name": text(),
            "role": text("What the person decides on."),
        }
    )
    shape = keys(
        {
            "programme": slug("A short name of the programme."),
            "title": text("Its name as people say it."),
            "timezone": text("The zone of every local time, such as Europe/Stockholm."),
            "target": specs(vocabulary.targets, "Where the new record lies."),
            "systems": names(slug(), "Every legacy system, in the order in which they may name a person.", least=1),
        },
        {
            "store": keys(
                {"url_from": shaped(scalars.VARIABLE, "The environment variable that holds its URL.")},
                {"schema": text("Where its tables lie; vardskiftet if nothing is said.")},
            ),
            "synthetic": flag("Everything in it is invented; then the present may be fixed."),
            "clock": moment("The fixed present of a synthetic programme."),
            "batch_rows": count("Source rows in a batch, about."),
            "people": many(person, "Who may decide and sign."),
            "freezes": many(_freeze(of_programme=True), "Stretches of days in which something may not change."),
        },
    )
    invented = {"properties": {"synthetic": {"const": True}}, "required": ["synthetic"]}
    return {**shape, "dependentSchemas": {"clock": invented}}


def units(_vocabulary: Vocabulary) -> Schema:
    """waves/units.yaml and waves/units/*.yaml."""
    unit = keys(
        {
            "unit": slug("Its short name; waves and mappings use it."),
            "title": text(),
            "kind": one_of(UnitKind, "What kind of organisation it is."),
            "area": text("Where it belongs, for counting."),
            "hsa_id": shaped(scalars.HSA_ID, "Its HSA-id: SE, ten digits, a hyphen, letters or digits."),
        },
        {
            "illustrative": flag("Not from a source; invented for the example."),
            "systems": names(slug(), "Legacy systems that it uses today."),
            "excluded": text("Why it takes part in no wave."),
            "principal": text("Who answers for it, where that is not the region."),
            "opens": day("Its first day, where that lies in the programme's time."),
            "closes": day("Its last day, where it is closed, merged or split."),
            "replaces": names(slug(), "Units that it takes over from."),
        },
    )
    return keys({"units": many(unit, "Organisations; each is in exactly one wave, or excluded with a reason.")})


def wave(_vocabulary: Vocabulary) -> Schema:
    """waves/WAVE.yaml."""
    move = keys(
        {"from": slug("The wave that it came from."), "decision": text("Which decision moved it."), "date": day(), "because": text()}
    )
    member = keys(
        {"unit": slug("A unit of waves/units."), "scope": one_of(Scope, "How much of the new system it takes.")},
        {"moved": many(move, "Every change of wave, with its decision.")},
    )
    budgets = keys(
        {},
        {
            "no_unit": count("Rows that may lack a known unit."),
            "rejected": free_keys(count("Items."), "Reject reason to how many items may be lost to it.", scalars.REASON),
        },
        "What may be lost; what is not named may not happen at all.",
    )
    season = shaped(scalars.SEASON, "A season, together with `precision: season`.")
    return keys(
        {
            "wave": slug("The file's name without its ending."),
            "title": text(),
            "go_live": {"anyOf": [moment("The local moment of go-live: YYYY-MM-DD HH:MM."), season]},
            "units": many(member, "Who goes live together.", least=1),
        },
        {
            "precision": one_of(Precision, "`season` while the day is not known."),
            "after": names(slug(), "Waves that must be stabilised first."),
            "tolerance": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "How far a count may lie from the plan's, as a share of it.",
            },
            "budgets": budgets,
            "distance_days": count("At least so many days after the waves in `after`."),
            "cutover_hours": count("How many hours before go-live the cutover begins.", 1, LONGEST_CUTOVER),
            "runbook": slug("What is done in these hours: the name of a file in waves/runbooks."),
            "milestones": many(_milestone(), "What is due, in the order of time."),
            "freezes": many(_freeze(of_programme=False), "Stretches of days around go-live in which something may not change."),
            "duties": many(_duty(), "Who works for the wave, and when."),
        },
    )


def runbook(_vocabulary: Vocabulary) -> Schema:
    """waves/runbooks/NAME.yaml."""
    step = keys(
        {"step": slug(), "title": text(), "takes": shaped(STEP_LENGTH, "How long it is planned to take: 30m, 2h; 0m for a milestone.")},
        {"after": names(slug(), "The steps that it waits for."), "owner": text("A person of the programme.")},
    )
    return keys(
        {
            "runbook": slug("The file's name without its ending."),
            "title": text(),
            "steps": many(step, "What is done, in any order.", least=1),
        },
        {},
    )


def coexistence(_vocabulary: Vocabulary) -> Schema:
    """waves/coexistence.yaml."""
    parties = names(text(), 'Units, kinds of unit, or "*" for all.', least=1)
    flow = keys(
        {"flow": slug(), "title": text(), "from": parties, "to": parties},
        {
            "critical": flag("Care stops where it stops."),
            "routine": text("The temporary routine while waves are apart."),
            "approved": text("The decision that approved the routine."),
        },
    )
    return keys({"coexistence": many(flow, "What passes between units while some are live and others are not.")})


def _milestone() -> Schema:
    may = {"at": offset(), "on": day("A fixed day, instead of `at`."), "owner": text("A person of the programme, or a role.")}
    shape = keys({"milestone": shaped(scalars.MILESTONE, "Its name, such as G90."), "title": text()}, may)
    return {**shape, "oneOf": [{"required": ["at"]}, {"required": ["on"]}]}


def _freeze(*, of_programme: bool) -> Schema:
    end = day() if of_programme else {"anyOf": [day(), offset()]}
    may = {"no_go_live": flag("No wave may go live in it.")} if of_programme else {}
    return keys({"freeze": slug(), "title": text(), "from": end, "to": end, "because": text()}, may)


def _duty() -> Schema:
    away = told(shaped(OFFSET), "A distance from go-live, such as T-28d.")
    return keys({"person": shaped(scalars.USER), "role": text(), "from": away, "to": away})
