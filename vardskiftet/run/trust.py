"""Whose code may run? What a person trusted by signing its digest, or whoever sits here says so with --trust-code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vardskiftet.declare.files import SOURCES
from vardskiftet.engine.python_code import calls
from vardskiftet.errors import Usage
from vardskiftet.model.code import Code
from vardskiftet.model.evidence import EvidenceSource
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
    return _signed(desk, "mappings trust", code.path, code.sha256, reason, said)


def trust_command(desk: Desk, source: EvidenceSource, reason: str, said: str | None) -> Trusted:
    """Sign the command that tells evidence: its words, its limits, and every file of checks/commands, as they stand.

    Raises Usage if the evidence is handed in, without a reason, or if nobody may sign.
    """
    if not reason.strip():
        raise Usage("A command is trusted for a reason.", hint="--reason TEXT")
    if source.command is None:
        raise Usage(f"'{source.evidence}' is handed in; no command tells it.", where=SOURCES)
    return _signed(desk, "evidence trust", f"{SOURCES} {source.evidence}", source.command.sha256, reason, said)


def _signed(desk: Desk, verb: str, path: str, sha256: str, reason: str, said: str | None) -> Trusted:
    signature = sign(desk.programme, said)
    payload = {"path": path, "sha256": sha256, "reason": reason.strip(), **signature.payload()}
    note(desk, verb, "", TRUSTED, payload)
    return Trusted(path, sha256, reason.strip(), signature)


def demand_trust(desk: Desk, mappings: Iterable[Mapping]) -> None:
    """Raise Usage if these mappings call code that nobody trusts."""
    needed = {function.partition(".")[0] for function, _ in calls(mappings)}
    if not needed or desk.trust_code:
        return
    signed = _signed_digests(desk)
    wanting: list[Code] = [code for code in desk.programme.codes if code.code in needed and code.sha256 not in signed]
    if wanting:
        first = wanting[0]
        raise Usage(
            f"{', '.join(code.path for code in wanting)} is code that nobody trusts as it stands.",
            where=first.path,
            hint=f"Read it, then: vardskiftet mappings trust {first.code} --reason TEXT, or --trust-code for this once.",
        )


def is_trusted(desk: Desk, sha256: str) -> bool:
    """Whether somebody signed it, as it stands, or whoever sits here lets it run."""
    return desk.trust_code or sha256 in _signed_digests(desk)


def _signed_digests(desk: Desk) -> frozenset[str]:
    with desk.reading_store() as store:
        return frozenset(str(event.payload["sha256"]) for event in store.events(TRUSTED))
