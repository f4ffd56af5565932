"""VuduMobile's contacts and groups: a method for each of the vendor's functions, under its name.

Types differ between the document's samples (`number` a string or an integer, `system` 1 or "1",
ids 51 or "51"): all are read. Errors have no numbers to tell them apart, so their words do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.gateways.base import AccountHeld, GatewayError, Rejected
from bot.gateways.book import EXISTS, UNKNOWN
from bot.gateways.http import Answer
from bot.gateways.limiter import Kind
from bot.gateways.numbers import e164, spelled
from bot.gateways.payload import UnreadableError, clean, read_json, rows_of, whole_number
from bot.gateways.vudumobile_api import Api, form_of
from bot.gateways.vudumobile_rows import COUNTRY, UNREADABLE, identity

T = TypeVar("T")
LANGUAGES = ("fr", "en")
LONGEST = 200
"""Characters kept of what a contact says of itself."""
REFUSALS: Mapping[str, str] = {
    r"(?i)not found|doesn't exist": UNKNOWN,
    r"(?i)already exists": EXISTS,
}
"""What the words of an error mean, as the document prints them."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group. Groups of the system can be neither renamed nor deleted."""

    id: str
    name: str
    system: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody in the book."""

    id: str
    number: str
    """As we write it; empty for who has an address alone."""
    name: str
    description: str
    email: str
    language: str
    blocked: bool
    groups: tuple[str, ...] | None = None
    """Ids of groups; None where they were not told: `get_contact` alone tells them."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """The functions. All raise `GatewayError`: `Rejected` has the code `UNKNOWN` or `EXISTS`."""

    api: Api

    async def get_groups(self) -> list[Group]:
        """List all groups, those of the system too."""
        return await self._ask("get_groups", {}, lambda said: _all(said, "groups", read_group))

    async def get_contacts(self, group: str) -> tuple[list[Contact], int]:
        """List who is in a group, and count the rows that make no sense. `group`: an id."""

        def understood(said: object) -> tuple[list[Contact], int]:
            rows = rows_of(said.get("contacts") if isinstance(said, dict) else said)
            read = [_read(row) for row in rows]
            found = [contact for contact in read if contact is not None]
            return found, len(read) - len(found)

        return await self._ask("get_contacts", {"group": group}, understood)

    async def get_contact(self, number: str) -> Contact | None:
        """Find the contact of a number; None: there is none."""
        try:
            found = await self._ask(
                "get_contact",
                {"number": digits(number)},
                lambda said: _all(said, "contact", read_contact),
            )
        except Rejected as error:
            if error.code != UNKNOWN:
                raise
            return None
        return next((one for one in found if one.number == number), None)

    async def post_contact(
        self, number: str, *, contact: str = "", language: str = "", **more: str
    ) -> Contact:
        """Add a contact, or, with its id, change it. `more`: `name`, `description`, `email`."""
        fields = {"number": digits(number), **more}
        if contact:
            fields = {"id": contact, **fields}
        if language in LANGUAGES:
            fields["language"] = language
        made = await self._ask(
            "post_contact", fields, lambda said: _all(said, "contact", read_contact)
        )
        if not made:
            raise Rejected("VuduMobile says that it made a contact, and shows none")
        return made[0]

    async def post_group(self, name: str, *, group: str = "") -> Group:
        """Make a group, or, with its id, rename it."""
        fields = {"group_id": group} if group else {}
        return await self._ask("post_group", {**fields, "group_name": name}, _one_group)

    async def add_group_contact(self, group: str, contact: str) -> None:
        """Put a contact into a group; twice does no harm. `group`: an id; `contact`: a number."""
        await self._ask(
            "add_group_contact", {"group": group, "contact": digits(contact)}, _is_done
        )

    async def delete_group_contact(self, group: str, contact: str) -> None:
        """Take a contact out of a group; who is not in it is out."""
        await self._ask(
            "delete_group_contact", {"group": group, "contact": digits(contact)}, _is_done
        )

    async def _ask(
        self, function: str, fields: Mapping[str, str], understand: Callable[[object], T]
    ) -> T:
        def understood(answer: Answer) -> T:
            said = self._said(answer)
            try:
                return understand(said)
            except (UnreadableError, IndexError, *UNREADABLE) as error:
                why = error if isinstance(error, UnreadableError) else "not as documented"
                raise self.api.failures.unreadable(answer, why) from None

        return await self.api.ask(
            Kind.BOOK, self.api.request(function, form_of(fields)), understood
        )

    def _said(self, answer: Answer) -> object:
        try:
            return self.api.understood(answer, one_of_many=True)
        except AccountHeld:
            raise
        except GatewayError as error:
            word = _refusal(answer)
            if not word:
                raise
            raise Rejected(error.reason, code=word) from None


def digits(number: str) -> str:
    """Write a number as the vendor wants it: 11 digits with the 1."""
    return number.removeprefix("+")


def read_group(row: Mapping[str, Any]) -> Group:
    """Read a group. Raises what `UNREADABLE` lists."""
    name = row["group_name"]
    return Group(_id(row), _text(name), whole_number(row.get("system")) == 1)


def read_contact(row: Mapping[str, Any]) -> Contact:
    """Read a contact. Raises what `UNREADABLE` lists."""
    number = row.get("number")
    groups = row.get("groups")
    return Contact(
        id=_id(row),
        number=_phone(number) if number else "",
        name=_text(row.get("name")),
        description=_text(row.get("description")),
        email=_text(row.get("email")),
        language=_text(row.get("language")).lower()[:2],
        blocked=whole_number(row.get("is_blocked")) == 1,
        groups=tuple(read_group(one).id for one in groups) if isinstance(groups, list) else None,
    )


def _read(row: Any) -> Contact | None:  # noqa: ANN401 - whatever stands in a list
    try:
        return read_contact(row)
    except UNREADABLE:
        return None


def _phone(number: object) -> str:
    """Read a number; what is none that can be texted is empty."""
    read = e164(spelled(number), COUNTRY)
    return read if read.startswith("+") else ""


def _id(row: Mapping[str, Any]) -> str:
    found = identity(row["id"])
    if found is None:
        raise ValueError("without an id")
    return str(found)


def _text(value: object) -> str:
    return clean(value)[:LONGEST] if isinstance(value, str) else ""


def _all(said: object, key: str, read: Callable[[Mapping[str, Any]], T]) -> list[T]:
    inner = said.get(key) if isinstance(said, dict) else said
    rows: Sequence[Any] = [inner] if isinstance(inner, dict) else rows_of(inner)
    return [read(row) for row in rows]


def _one_group(said: object) -> Group:
    return _all(said, "group", read_group)[0]


def _is_done(said: object) -> None:
    if not isinstance(said, dict) or said.get("status") is not True:
        raise UnreadableError("without a status")


def _refusal(answer: Answer) -> str:
    """Say what the words of a refusal mean, where they are known."""
    try:
        said = read_json(answer.body)
    except UnreadableError:
        return ""
    complaint = said.get("error") if isinstance(said, dict) and answer.status < 500 else None
    if not isinstance(complaint, str):
        return ""
    return next((word for form, word in REFUSALS.items() if re.search(form, complaint)), "")
