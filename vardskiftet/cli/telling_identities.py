"""How are persons in doubt told? By reviews and their states, by whom a row might be, and by what somebody decided."""

from __future__ import annotations

from collections import Counter

from vardskiftet.cli.console import Answer
from vardskiftet.model.identity import MEANING, Person, Said, Standing, State, Verdict
from vardskiftet.run.identities import Compared, Looked

WAITING = (State.DECIDED, State.TAKEN_BACK)


def tell_list(answer: Answer, wave: str, found: Looked, limit: int) -> None:
    """Reviews, those that are open first."""
    shown, total = found.standings[:limit], len(found.standings)
    states = Counter(one.state.value for one in found.standings)
    answer.own = {
        "wave": wave,
        "plan": found.plan.name,
        "total": total,
        "states": dict(sorted(states.items())),
        "reviews": [one.model_dump(mode="json") for one in shown],
    }
    answer.table(
        "identities in doubt",
        ("review", "mapping", "state", "doubt", "might be", "decided"),
        [(one.review, one.mapping, one.state.value, one.doubt or "", len(one.candidates), _said(one.said)) for one in shown],
    )
    if not found.standings:
        answer.say(f"No row of wave {wave} is in doubt.")
    if total > limit:
        answer.say(f"{limit:,} of {total:,}; all of them: vardskiftet identities export {wave}, or a larger --limit.")
    to_decide = next((one for one in found.standings if one.state in (State.OPEN, State.LAPSED)), None)
    waits = any(one.state in WAITING for one in found.standings)
    answer.next_steps = [f"vardskiftet identities show {wave} {to_decide.review}"] if to_decide else []
    answer.next_steps += [f"vardskiftet plan {wave}"] if waits else []


def _said(said: Said | None) -> str:
    if said is None:
        return ""
    return f"{_verdict(said)}, {said.by}"


def _verdict(said: Said) -> str:
    return {Verdict.SAME: "the same as one of them", Verdict.DIFFERENT: "nobody of them", Verdict.OPEN: "taken back"}[said.verdict]


def tell_review(answer: Answer, wave: str, one: Standing, persons: tuple[Person, ...], values: Compared | None) -> None:
    """One row, whom it might be, and side by side what each says, where that was asked for."""
    answer.own = {"wave": wave, "review": one.model_dump(mode="json"), "persons": [person.model_dump(mode="json") for person in persons]}
    answer.say(f"{one.review}: a row of {one.mapping}, {one.state.value}.")
    if one.doubt:
        answer.say(MEANING[one.doubt])
    answer.table(
        "whom it might be",
        ("person", "", "brought by", "known by"),
        [(person.person, _place(one, person), ", ".join(person.brought_by), ", ".join(person.known_by)) for person in persons],
    )
    if one.said:
        is_them = f" ({one.said.person})" if one.said.verdict is Verdict.SAME else ""
        answer.say(f"{one.said.by} decided {one.said.at}: {_verdict(one.said)}{is_them}. {one.said.because}")
    if values is not None:
        _side_by_side(answer, values)
    first = one.candidates[0] if one.candidates else ""
    same = [f'vardskiftet identities decide {wave} {one.review} --same-as {first} --because "…"'] if first else []
    answer.next_steps = [*same, f'vardskiftet identities decide {wave} {one.review} --different --because "…"']


def _place(one: Standing, person: Person) -> str:
    if not person.stands:
        return "not in the record"
    return "the row as it stands" if person.person == one.own else ""


def _side_by_side(answer: Answer, values: Compared) -> None:
    answer.own |= {"row": values.row, "rows_of_persons": values.persons}
    names = list(dict.fromkeys(name for row in (values.row, *values.persons.values()) for name in row))
    heading = ("column", "the row", *values.persons)
    answer.table(
        "side by side",
        heading,
        [(name, _cell(values.row.get(name)), *(_cell(row.get(name)) for row in values.persons.values())) for name in names],
    )


def _cell(value: str | None) -> str:
    return "" if value is None else value


def tell_decided(answer: Answer, wave: str, one: Standing, verdict: Verdict) -> None:
    """What was taken down, and what it takes until the record knows it."""
    answer.own = {"wave": wave, "review": one.model_dump(mode="json")}
    said = {Verdict.SAME: "It is the same person.", Verdict.DIFFERENT: "It is somebody of their own.", Verdict.OPEN: "Taken back."}
    answer.say(f"{one.review}: {said[verdict]} The record is as it was; the next plan of every wave with this row carries it out.")
    answer.next_steps = [f"vardskiftet plan {wave}"]
