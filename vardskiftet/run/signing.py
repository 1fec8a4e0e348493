"""Who signs? The operating-system user who is a person of the programme; in a synthetic programme whoever is named."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass

from vardskiftet.errors import Usage
from vardskiftet.model.programme import Person, Programme


@dataclass(frozen=True, slots=True)
class Signature:
    """A person's name under something, and how it was known that it was they."""

    person: str
    name: str
    role: str
    os_user: str
    said: str
    """Whom `--as` named; kept beside the signature, and a signature itself in a synthetic programme only."""
    synthetic: bool

    def payload(self) -> dict[str, str | bool]:
        """The signature as an event carries it."""
        return {
            "person": self.person,
            "name": self.name,
            "role": self.role,
            "os_user": self.os_user,
            "as": self.said,
            "synthetic": self.synthetic,
        }


def sign(programme: Programme, said: str | None) -> Signature:
    """The signature of whoever sits here. Raises Usage if they are no person of the programme."""
    people = {person.person: person for person in programme.people}
    user = system_user()
    known = ", ".join(sorted(people)) or "nobody"
    if said is not None and said not in people:
        raise Usage(f"'{said}' is no person of this programme.", where="waves/programme.yaml", hint=f"Known under people: {known}.")
    person: Person | None = people.get(said) if said is not None and programme.synthetic else people.get(user)
    if person is None:
        hint = "Name yourself with --as PERSON" if programme.synthetic else "Add your user to people:, or let one of them do it"
        raise Usage(
            f"The user '{user}' is no person of this programme, and only a person can sign.",
            where="waves/programme.yaml",
            hint=f"{hint}. Known under people: {known}.",
        )
    return Signature(person.person, person.name, person.role, user, said or "", programme.synthetic)


def system_user() -> str:
    """The user whose process this is, by the system's own table: the environment can say anything."""
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
