"""VuduMobile's contacts and groups: a method for each of the vendor's functions, under its name.

The one place that asks them: for lists that are kept equal to a group (`vudumobile_book`), and for
`bot.clients`, where each is described.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import Field

from bot.gateways.base import Rejected
from bot.gateways.book import UNKNOWN
from bot.gateways.limiter import Kind
from bot.gateways.payload import UnreadableError, rows_of
from bot.gateways.vudumobile_api import Api, form_of, multipart_of
from bot.gateways.vudumobile_rows import UNREADABLE
from bot.gateways.vudumobile_types import Figure, Flag, Id, Instant, Phone, Said, Second, Words

T = TypeVar("T")
LANGUAGES = ("fr", "en")


class Group(Said):
    """A group. Those of the system, Tous and Blocked, can be neither renamed nor deleted."""

    id: Id
    name: Words = Field(alias="group_name")
    system: Flag = False
    created_at: Instant = None
    """None for those of the system."""


class Contact(Said):
    """Somebody in the address book."""

    id: Id
    number: Phone = ""
    """As we write it, +15145550001; as it came where it is no number; empty: there is none."""
    name: Words = ""
    description: Words = ""
    email: Words = ""
    language: Words = ""
    is_blocked: Flag = False
    user_id: Figure = None
    """Of the user of the account whom the contact belongs to; 0: to nobody."""
    icon: Words = ""
    created_at: Instant = None
    """`get_contacts` alone tells it."""
    created_at_unix: Second = None
    """The same instant, told everywhere."""
    groups: tuple[Group, ...] | None = None
    """None where they were not told: `get_contact` alone tells them."""

    @property
    def phone(self) -> str:
        """The number, if it is one that can be texted."""
        return self.number if self.number.startswith("+") else ""


class Members(Said):
    """A group, and who is in it."""

    group: Group | None = None
    contacts: tuple[Contact, ...] = ()
    unreadable: tuple[Any, ...] = ()
    """Rows that make no sense, as they came. Anybody may stand in one of them."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """The functions. All raise `GatewayError`: `Rejected` has a code of `REFUSALS`.

    `group`: an id, or a name that has not only digits. `contact`: a number, an address or an id.
    """

    api: Api

    async def get_groups(self) -> list[Group]:
        """List all groups, those of the system too."""
        return await self._ask("get_groups", {}, lambda said: _all(said, "groups", read_group))

    async def get_contacts(self, group: str) -> Members:
        """List who is in a group."""
        return await self._ask("get_contacts", {"group": group}, _members)

    async def get_contact(self, by: str, value: str) -> list[Contact]:
        """Find by `number`, `email` or `id`; several may share an address. Empty: nobody."""
        try:
            return await self._ask("get_contact", {by: value}, _contacts)
        except Rejected as error:
            if error.code != UNKNOWN:
                raise
            return []

    async def post_contact(self, fields: Mapping[str, str]) -> Contact:
        """Add a contact, or, with its `id`, change it."""
        made = await self._ask("post_contact", fields, _contacts)
        if not made:
            raise Rejected("VuduMobile says that it made a contact, and shows none")
        return made[0]

    async def delete_contact(self, by: str, value: str) -> None:
        """Delete a contact by `number`, `email` or `id`."""
        await self._ask("delete_contact", {by: value}, is_done)

    async def import_contacts(self, name: str, content: bytes, fields: Mapping[str, str]) -> str:
        """Hand over a file; give the address to which the result will be written."""
        form, media = multipart_of(fields, name, content)
        request = self.api.request("import_contacts", form, media=media)
        return await self.api.call(Kind.BOOK, request, _address)

    async def post_group(self, name: str, *, group: str = "") -> Group:
        """Make a group, or, with its id, rename it."""
        fields = {"group_id": group} if group else {}
        return await self._ask("post_group", {**fields, "group_name": name}, _one_group)

    async def add_group_contact(self, group: str, contact: str) -> None:
        """Put a contact into a group; twice does no harm."""
        await self._ask("add_group_contact", {"group": group, "contact": contact}, is_done)

    async def delete_group_contact(self, group: str, contact: str) -> None:
        """Take a contact out of a group; who is not in it is out."""
        await self._ask("delete_group_contact", {"group": group, "contact": contact}, is_done)

    async def delete_group(self, group: str) -> None:
        """Delete a group; its contacts stay."""
        await self._ask("delete_group", {"group": group}, is_done)

    async def _ask(
        self, function: str, fields: Mapping[str, str], understand: Callable[[object], T]
    ) -> T:
        request = self.api.request(function, form_of(fields))
        return await self.api.call(Kind.BOOK, request, understand)


def read_group(row: Mapping[str, Any]) -> Group:
    """Read a group. Raises what `UNREADABLE` lists."""
    return Group.model_validate(row)


def read_contact(row: Mapping[str, Any]) -> Contact:
    """Read a contact. Raises what `UNREADABLE` lists."""
    return Contact.model_validate(row)


def is_done(said: object) -> None:
    """Expect that something was done, with nothing to be told of it."""
    if not isinstance(said, dict) or said.get("status") is not True:
        raise UnreadableError("without a status")


def _members(said: object) -> Members:
    inner = said if isinstance(said, dict) else {}
    found, unreadable = [], []
    for row in rows_of(inner.get("contacts") if inner else said):
        try:
            found.append(read_contact(row))
        except UNREADABLE:
            unreadable.append(row)
    group = read_group(inner["group"]) if isinstance(inner.get("group"), dict) else None
    return Members(group=group, contacts=tuple(found), unreadable=tuple(unreadable))


def _contacts(said: object) -> list[Contact]:
    return _all(said, "contact", read_contact)


def _all(said: object, key: str, read: Callable[[Mapping[str, Any]], T]) -> list[T]:
    inner = said.get(key) if isinstance(said, dict) else said
    rows: Sequence[Any] = [inner] if isinstance(inner, dict) else rows_of(inner)
    return [read(row) for row in rows]


def _one_group(said: object) -> Group:
    return _all(said, "group", read_group)[0]


def _address(said: object) -> str:
    is_done(said)
    return str(said["email"]) if isinstance(said, dict) and said.get("email") else ""
