"""Clever's contacts: chapters 3.5 to 3.10, a method for each function; and what they are to us.

The one place that asks for them: for lists that are kept equal to the whole of them, and for
`bot.clients`, where each is described.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pydantic import Field

from bot.gateways import clever_forms as forms
from bot.gateways.base import Rejected
from bot.gateways.book import EXISTS, UNKNOWN, Members, Person
from bot.gateways.clever_api import Api
from bot.gateways.clever_pushes import inner
from bot.gateways.clever_rows import readable
from bot.gateways.clever_types import Id, Phone, Said, Seen, Words
from bot.gateways.payload import UnreadableError, rows_of

NAME = "Contact"
"""The first name of who is known by number alone: both names are mandatory."""
EVERYBODY = "all"
"""Clever has no groups but the whole of its contacts."""


class Contact(Said):
    """Somebody in the address book."""

    id: Id
    name: Words = ""
    lastname: Words = ""
    gsm_primary: Phone = ""
    """The first mobile, as we write it: +33600000001."""
    email: Words = ""
    gsm_secondary: Phone = ""
    landline_primary: Phone = ""
    landline_secondary: Phone = ""
    fax_primary: Phone = ""
    fax_secondary: Phone = ""
    zip_code: Words = ""
    city: Words = ""
    street: Words = ""
    street_number: Words = ""
    longitude: Words = ""
    latitude: Words = ""

    @property
    def phone(self) -> str:
        """The first mobile, if it is one that can be texted."""
        return self.gsm_primary if self.gsm_primary.startswith("+") else ""


class AllContacts(Said):
    """Everybody who is in a book."""

    contacts: tuple[Contact, ...] = Field((), alias="contact")
    unreadable: tuple[Any, ...] = ()
    """Rows that make no sense, as they came. Anybody may stand in one of them."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """The functions. All raise `GatewayError`: `Rejected` has the code `UNKNOWN` or `EXISTS`."""

    api: Api

    async def list_contacts(self, login: str = "") -> AllContacts:
        """List all contacts, of the account or of one of its users."""
        path = f"contactlists/{quote(login, safe='')}" if login else "contactlists"
        return await self.api.call("GET", path, _all)

    async def create_contact(self, contact: forms.Datas) -> Contact:
        """Make a contact. `EXISTS` where its number is there already and may not be twice."""
        return await self.api.call("POST", "contacts", _one, contact)

    async def find_contact(self, contact: str) -> Contact:
        """Read the contact of an id."""
        return await self.api.call("GET", _path(contact), _one)

    async def modify_contact(self, contact: str, changed: forms.Datas) -> None:
        """Change the contact of an id; what is left out stays."""
        await self.api.call("PUT", _path(contact), nothing, changed)

    async def delete_contact(self, contact: str) -> None:
        """Delete the contact of an id. Nothing here does it by itself."""
        await self.api.call("DELETE", _path(contact), nothing)


class CleverBook:
    """Satisfies `Book`: one group, `all`.

    Who is taken out of it is deleted, which is left to people; and there is no place for opt-outs.
    """

    removes = False
    blocks = False
    everybody = ""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    async def members(self, group: str) -> Members:
        """Read everybody."""
        _expect_all(group)
        found = await self._contacts.list_contacts()
        people = {one.phone: Person(one.id) for one in found.contacts if one.phone}
        return Members(people, len(found.unreadable))

    async def holds(self, group: str, number: str, contact: str) -> bool:
        """Look whether the contact is there, and still of that number."""
        _expect_all(group)
        if not contact:
            return True
        try:
            found = await self._contacts.find_contact(contact)
        except Rejected as error:
            if error.code != UNKNOWN:
                raise
            return False
        return found.phone == number

    async def make(self, group: str) -> None:
        """It is there."""
        _expect_all(group)

    async def add(self, group: str, number: str, language: str) -> str:
        """Make a contact, unless the number has one; that one's id is not told."""
        del language
        _expect_all(group)
        try:
            made = await self._contacts.create_contact(
                forms.contact(number, NAME, number.removeprefix("+"))
            )
        except Rejected as error:
            if error.code != EXISTS:
                raise
            return ""
        return made.id

    async def remove(self, group: str, number: str) -> None:
        """Refuse: see `removes`."""
        del group, number
        raise Rejected("Clever has no groups to take somebody out of")

    async def blocked(self) -> Members:
        """Nobody."""
        return Members()

    async def block(self, number: str, language: str) -> None:
        """Refuse: see `blocks`."""
        del number, language
        raise Rejected("Clever has no place for opt-outs")

    async def unblock(self, number: str) -> None:
        """Refuse: see `blocks`."""
        await self.block(number, "")


def _expect_all(group: str) -> None:
    if group.casefold() != EVERYBODY:
        raise Rejected(f"Clever has no groups: {EVERYBODY!r} alone", code=UNKNOWN)


def read_contact(row: object) -> Contact:
    """Read a contact, whichever way its fields are spelled. Raises what `UNREADABLE` lists."""
    return Contact.model_validate(row)


def nothing(said: object, seen: Seen) -> None:
    """204, or an object that comes with a success. Raises `UnreadableError` for all else."""
    del seen
    if said is not None and not isinstance(said, dict):
        raise UnreadableError("with what is no answer")


def _path(contact: str) -> str:
    return f"contacts/{quote(contact, safe='')}"


def _all(said: object, seen: Seen) -> AllContacts:
    del seen
    shown = inner(said, "contact")
    rows = [shown] if isinstance(shown, dict) and shown is not said else rows_of(shown)
    found, rest = readable(rows, read_contact)
    return AllContacts(contact=found, unreadable=rest)


def _one(said: object, seen: Seen) -> Contact:
    del seen
    shown = inner(said, "contact")
    if isinstance(shown, list) and len(shown) == 1:
        shown = shown[0]
    if not isinstance(shown, dict):
        raise UnreadableError("without a contact")
    return read_contact(shown)
