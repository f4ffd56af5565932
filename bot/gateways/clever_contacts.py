"""Clever's contacts: chapters 3.5 to 3.9, a method for each function; and what they are to us.

Field names differ between the samples (`gsmPrimary`, `gsm_primary`), and so do types (ids as
numbers or strings) and numbers (+33… or what follows it): all are read. Written are the names of
the samples of requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from bot.gateways.base import GatewayError, Rejected
from bot.gateways.book import EXISTS, UNKNOWN, Members, Person
from bot.gateways.clever_api import Api
from bot.gateways.clever_rows import COUNTRY, UNREADABLE
from bot.gateways.http import Answer
from bot.gateways.numbers import e164, spelled
from bot.gateways.payload import UnreadableError, clean, read_json, rows_of, whole_number

T = TypeVar("T")
LONGEST = 200
"""Characters kept of what a contact says of itself."""
NAME = "Contact"
"""The first name of who is known by number alone: both names are mandatory."""
EVERYBODY = "all"
"""Clever has no groups but the whole of its contacts."""
CODES: Mapping[int, str] = {404: UNKNOWN, 409: EXISTS}


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody in the book."""

    id: str
    number: str
    """Of the first mobile, as we write it; empty where there is none."""
    name: str
    lastname: str
    email: str


@dataclass(frozen=True, slots=True)
class Contacts:
    """The functions. All raise `GatewayError`: `Rejected` has the code `UNKNOWN` or `EXISTS`."""

    api: Api

    async def list_contacts(self) -> tuple[list[Contact], int]:
        """List all, and count the rows that make no sense."""

        def understood(said: object) -> tuple[list[Contact], int]:
            inner = said.get("contact") if isinstance(said, dict) else said
            rows = [inner] if isinstance(inner, dict) else rows_of(inner)
            read = [_read(row) for row in rows]
            found = [contact for contact in read if contact is not None]
            return found, len(read) - len(found)

        return await self._ask("GET", "contactlists", understood)

    async def create_contact(
        self, number: str, name: str, lastname: str, *, duplicates: bool = False, **more: str
    ) -> Contact:
        """Make a contact. `more`: `email`, `gsm_secondary`, `zipCode`, as the vendor names them.

        Without `duplicates`, `Rejected` with `EXISTS` where the number is there already.
        """
        datas = _datas(number, name, lastname, duplicates=duplicates) | more
        return await self._ask("POST", "contacts", _one, datas)

    async def find_contact(self, contact: str) -> Contact:
        """Read the contact of an id."""
        return await self._ask("GET", f"contacts/{quote(contact, safe='')}", _one)

    async def modify_contact(
        self,
        contact: str,
        number: str,
        name: str,
        lastname: str,
        *,
        duplicates: bool = False,
        **more: str,
    ) -> None:
        """Change the contact of an id; what is left out stays."""
        datas = _datas(number, name, lastname, duplicates=duplicates) | more
        await self._ask("PUT", f"contacts/{quote(contact, safe='')}", _nothing, datas)

    async def delete_contact(self, contact: str) -> None:
        """Delete the contact of an id. Nothing here does it by itself."""
        await self._ask("DELETE", f"contacts/{quote(contact, safe='')}", _nothing)

    async def _ask(
        self,
        method: str,
        path: str,
        understand: Callable[[object], T],
        datas: Mapping[str, Any] | None = None,
    ) -> T:
        def understood(answer: Answer) -> T:
            self._expect_success(answer)
            try:
                said = read_json(answer.body) if answer.body.strip() else None
                return understand(said)
            except (UnreadableError, *UNREADABLE) as error:
                why = error if isinstance(error, UnreadableError) else "not as documented"
                raise self.api.failures.unreadable(answer, why) from None

        return await self.api.ask(method, path, understood, datas)

    def _expect_success(self, answer: Answer) -> None:
        failure: GatewayError | None = self.api.failures.of(answer, one_of_many=True)
        if answer.status in CODES:
            failure = Rejected(self.api.failures.said(answer), code=CODES[answer.status])
        if failure is not None:
            raise failure


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
        found, unreadable = await self._contacts.list_contacts()
        return Members({one.number: Person(one.id) for one in found if one.number}, unreadable)

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
        return found.number == number

    async def make(self, group: str) -> None:
        """It is there."""
        _expect_all(group)

    async def add(self, group: str, number: str, language: str) -> str:
        """Make a contact, unless the number has one; that one's id is not told."""
        del language
        _expect_all(group)
        try:
            made = await self._contacts.create_contact(number, NAME, number.removeprefix("+"))
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


def _datas(number: str, name: str, lastname: str, *, duplicates: bool) -> dict[str, Any]:
    """Write a contact as the samples of requests do."""
    return {
        "name": name,
        "lastName": lastname,
        "gsmPrimary": number,
        "duplicates": int(duplicates),
    }


def read_contact(row: Mapping[str, Any]) -> Contact:
    """Read a contact, whichever way its fields are spelled. Raises what `UNREADABLE` lists."""
    said = {name.replace("_", "").lower(): value for name, value in row.items()}
    found = whole_number(said["id"])
    if found is None:
        raise ValueError("without an id")
    number = said["gsmprimary"]
    return Contact(
        id=str(found),
        number=_phone(number) if number else "",
        name=_text(said.get("name")),
        lastname=_text(said.get("lastname")),
        email=_text(said.get("email")),
    )


def _read(row: Any) -> Contact | None:  # noqa: ANN401 - whatever stands in a list
    try:
        return read_contact(row)
    except UNREADABLE:
        return None


def _one(said: object) -> Contact:
    inner = said.get("contact", said) if isinstance(said, dict) else said
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    if not isinstance(inner, dict):
        raise UnreadableError("without a contact")
    return read_contact(inner)


def _nothing(said: object) -> None:
    """204, or whatever else comes with a success."""
    del said


def _phone(number: object) -> str:
    """Read a number; what is none that can be texted is empty."""
    read = e164(spelled(number), COUNTRY)
    return read if read.startswith("+") else ""


def _text(value: object) -> str:
    return clean(value)[:LONGEST] if isinstance(value, str) else ""
