"""Clever's contacts, by the user whom they belong to; additional fields; predefined messages.

Its methods are what a person does on the vendor's site. LookupError: there is no such contact;
ValueError: the site does not take it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import count
from typing import Any

from bot.sandbox.criteria import read_criteria
from bot.sandbox.mails import is_address

FIRST_ID = 214_905
_PHONE = re.compile(r"\+\d{6,15}", re.ASCII)
_PLAIN = re.compile(r"[\w .'’-]*")


@dataclass(frozen=True, slots=True)
class CleverContact:
    """Somebody in the book. `user` empty: of the account itself. `more`: additional fields."""

    id: int
    user: str = ""
    name: str = ""
    lastname: str = ""
    gsm_primary: str = ""
    email: str = ""
    gsm_secondary: str = ""
    landline_primary: str = ""
    landline_secondary: str = ""
    fax_primary: str = ""
    fax_secondary: str = ""
    zip_code: str = ""
    city: str = ""
    street: str = ""
    street_number: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[str, ...]:
        """All that can be texted or called, the primary first."""
        known = (
            *(self.gsm_primary, self.gsm_secondary),
            *(self.landline_primary, self.landline_secondary),
        )
        return tuple(dict.fromkeys(number for number in known if _PHONE.fullmatch(number)))

    def said(self) -> dict[str, str]:
        """Every field by its name in small letters, as criteria see it."""
        own = {name: str(getattr(self, name)) for name in NAMES}
        return own | {name.casefold(): value for name, value in self.more.items()}


NAMES = {one.name for one in fields(CleverContact)} - {"id", "user", "more"}
"""What can be said of a contact over the API."""
FIELDS = ("diffusion", "BRINGUP")
"""The additional fields of the samples."""
MESSAGES = {"Bienvenue": "Bonjour et bienvenue!"}
"""Title and text; the document has no sample."""


class NumberTakenError(ValueError):
    """Another contact has that number."""


class CleverBook:
    """All contacts by id.

    `fields` are the names of the additional ones, `messages` texts by their titles.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Nobody in it."""
        self._contacts: dict[int, CleverContact] = {}
        self.fields: list[str] = list(FIELDS)
        self.messages: dict[str, str] = dict(MESSAGES)
        self._ids = count(FIRST_ID)

    @property
    def contacts(self) -> list[CleverContact]:
        """All, oldest first."""
        return list(self._contacts.values())

    def of(self, user: str = "") -> list[CleverContact]:
        """Whose they are; empty: the account's own."""
        return [contact for contact in self.contacts if contact.user == user]

    def find(self, who: str | int) -> CleverContact:
        """The contact of an id, or the oldest of a number (+33…)."""
        for contact in self.contacts:
            if who == contact.id or (isinstance(who, str) and who == contact.gsm_primary):
                return contact
        raise LookupError(f"There is no contact {who!r}.")

    def add(
        self,
        gsm_primary: str,
        name: str,
        lastname: str,
        *,
        user: str = "",
        duplicates: bool = True,
        **more: str,
    ) -> CleverContact:
        """A new contact. Without `duplicates` its number must be new to its user."""
        said = {"gsm_primary": gsm_primary, "name": name, "lastname": lastname} | more
        contact = _changed(CleverContact(0, user), said)
        self._check(contact, duplicates=duplicates)
        contact = replace(contact, id=next(self._ids))
        self._contacts[contact.id] = contact
        return contact

    def edit(self, who: str | int, *, duplicates: bool = True, **changes: str) -> CleverContact:
        """Change what is named; the rest stays."""
        contact = _changed(self.find(who), changes)
        self._check(contact, duplicates=duplicates)
        self._contacts[contact.id] = contact
        return contact

    def mark(self, who: str | int, **more: str) -> CleverContact:
        """Fill in additional fields of a contact. ValueError: there is no such field."""
        if unknown := set(more) - set(self.fields):
            raise ValueError(f"There are the fields {self.fields}, not {sorted(unknown)}.")
        contact = self.find(who)
        contact = replace(contact, more={**contact.more, **more})
        self._contacts[contact.id] = contact
        return contact

    def matching(self, criteria: str) -> list[CleverContact]:
        """Whom criteria mean, of the account's own. WrongCriteriaError."""
        matches = read_criteria(criteria, [*NAMES, *self.fields])
        return [contact for contact in self.of() if matches(contact.said())]

    def remove(self, who: str | int) -> None:
        """Take a contact out of the book."""
        del self._contacts[self.find(who).id]

    def _check(self, contact: CleverContact, *, duplicates: bool) -> None:
        for other in self.of(contact.user):
            equal = other.gsm_primary == contact.gsm_primary and other.id != contact.id
            if equal and not duplicates:
                raise NumberTakenError("gsm_primary: le contact existe")


def _changed(contact: CleverContact, given: Mapping[str, str]) -> CleverContact:
    """With what is given. ValueError names what is wrong; the document has no text for it."""
    unknown = set(given) - NAMES
    if unknown:
        raise ValueError(f"A contact has {sorted(NAMES)}, not {sorted(unknown)}.")
    read: dict[str, Any] = dict(given)
    new = replace(contact, **read)
    wrong = {
        "name: obligatoire": not new.name.strip(),
        "lastname: obligatoire": not new.lastname.strip(),
        "name: pas de caractères spéciaux": not _PLAIN.fullmatch(new.name),
        "lastname: pas de caractères spéciaux": not _PLAIN.fullmatch(new.lastname),
        "gsm_primary: format international": not _PHONE.fullmatch(new.gsm_primary),
        "email: adresse de courriel": bool(new.email) and not is_address(new.email),
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            raise ValueError(what)
    return new
