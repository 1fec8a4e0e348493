"""Whose code may run? What a person trusted by signing its digest, or whoever sits here says so with --trust-code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vardskiftet.engine.python_code import calls
from vardskiftet.errors import Usage
from vardskiftet.model.code import Code
from vardskiftet.model.mapping import Mapping
from vardskiftet.run.desk import Desk
from vardskiftet.run.noted import note
from vardskiftet.run.signing import Signature, sign

TRUSTED = "code.trusted"


@dataclass(frozen=True, slots=True)
class Trusted:
    """A file of code, as it was signed."""

    path: str
    sha256: str
    reason: str
    signature: Signature


def trust(desk: Desk, name: str, reason: str, said: str | None) -> Trusted:
    """Sign a file of code as it stands. Raises Usage if there is no such file, no reason, or nobody who may sign."""
    if not reason.strip():
        raise Usage("Code is trusted for a reason.", hint="--reason TEXT")
    code = next((one for one in desk.programme.codes if name in (one.code, one.path)), None)
    if code is None:
        known = ", ".join(one.path for one in desk.programme.codes) or "none"
        raise Usage(f"'{name}' is no file of code of this programme.", hint=f"Known: {known}.")
    signature = sign(desk.programme, said)
    payload = {"path": code.path, "sha256": code.sha256, "reason": reason.strip(), **signature.payload()}
    note(desk, "mappings trust", "", TRUSTED, payload)
    return Trusted(code.path, code.sha256, reason.strip(), signature)


def demand_trust(desk: Desk, mappings: Iterable[Mapping]) -> None:
    """Raise Usage if these mappings call code that nobody trusts."""
    needed = {function.partition(".")[0] for function, _ in calls(mappings)}
    if not needed or desk.trust_code:
        return
    with desk.reading_store() as store:
        signed = {str(event.payload["sha256"]) for event in store.events() if event.kind == TRUSTED}
    wanting: list[Code] = [code for code in desk.programme.codes if code.code in needed and code.sha256 not in signed]
    if wanting:
        first = wanting[0]
        raise Usage(
            f"{', '.join(code.path for code in wanting)} is code that nobody trusts as it stands.",
            where=first.path,
            hint=f"Read it, then: vardskiftet mappings trust {first.code} --reason TEXT, or --trust-code for this once.",
        )
