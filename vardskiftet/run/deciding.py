"""How does somebody say who a row is? By name and with a because, kept for ever; the record changes with the next plan and not before."""

from __future__ import annotations

from vardskiftet.engine.decisions import keep_decisions
from vardskiftet.errors import Usage
from vardskiftet.model.identity import Decided, Standing, State, Verdict
from vardskiftet.run.decided import DECIDED, decisions_folder
from vardskiftet.run.desk import Desk
from vardskiftet.run.identities import Looked, look, the_review
from vardskiftet.run.noted import note
from vardskiftet.run.signing import sign


def decide(desk: Desk, wave: str, review: str, verdict: Verdict, person: str, because: str, who: str | None) -> Standing:
    """Write down whose a row is; `person` is the one whom it is the same as. Returns the review as it stands then.

    Raises Usage for an unknown review, a person whom it cannot be, a decision that says nothing new, no because, or nobody who may sign.
    """
    if not because.strip():
        raise Usage("A decision on who is who has a because.", hint='--because "The same address and telephone number"')
    signature = sign(desk.programme, who)
    looked = look(desk, wave)
    standing = the_review(looked, wave, review)
    if verdict is Verdict.SAME and person not in standing.candidates:
        known = ", ".join(standing.candidates) or "nobody"
        raise Usage(f"'{person}' is nobody whom this row might be.", where=review, hint=f"It might be: {known}.")
    word = _word(looked, standing, verdict, person)
    _refuse_again(looked, standing, word)
    digest = keep_decisions(decisions_folder(desk), [word])
    told = {"wave": wave, "plan": looked.plan.fingerprint, "review": review, "mapping": word.mapping, "verdict": word.verdict.value}
    payload = told | {"is": word.person, "candidates": list(word.candidates), "file": digest, "because": because.strip()}
    note(desk, "identities decide", wave, DECIDED, payload | signature.payload())
    return the_review(look(desk, wave), wave, review) if _is_told(looked, standing, word) else standing


def _word(looked: Looked, standing: Standing, verdict: Verdict, person: str) -> Decided:
    """What is decided, for the numbers that the row has: as it is rejected now, or as it was decided before."""
    about = looked.open.get(standing.review) or looked.decided[standing.review]
    return Decided(
        review=about.review,
        mapping=about.mapping,
        key=about.key,
        numbers=about.numbers,
        verdict=verdict,
        person={Verdict.SAME: person, Verdict.DIFFERENT: about.own, Verdict.OPEN: ""}[verdict],
        candidates=about.candidates,
        own=about.own,
    )


def _refuse_again(looked: Looked, standing: Standing, word: Decided) -> None:
    before = looked.decided.get(standing.review)
    if before is None and word.verdict is Verdict.OPEN:
        raise Usage("Nothing was decided of this row: there is nothing to take back.", where=standing.review)
    if before is not None and (before.verdict, before.person, before.numbers) == (word.verdict, word.person, word.numbers):
        by = f" by {standing.said.by}: {standing.said.because}" if standing.said else ""
        raise Usage(f"This is decided so already{by}", where=standing.review)


def _is_told(looked: Looked, standing: Standing, word: Decided) -> bool:
    """Whether the review is still listed: one that was taken back before any plan knew it is as if nothing had been said."""
    return word.verdict is not Verdict.OPEN or standing.review in looked.open or standing.state in (State.CARRIED_OUT, State.TAKEN_BACK)
