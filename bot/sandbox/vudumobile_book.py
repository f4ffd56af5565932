"""VuduMobile's address book: contacts, groups, and who is in which.

Its methods are what a person does in the vendor's web application. LookupError: there is no
such contact or group; ValueError: the application does not take it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.mails import is_address
from bot.sandbox.phones import e164
from bot.sandbox.vudumobile_account import VuduMobileAccount

TOUS, BLOCKED = "Tous", "Blocked"
BLOCKED_ID = 10
LANGUAGES = ("fr", "en")
LONGEST_ID = 9


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody in the book. `number` is as on phones (+1514…); it or `email` may be empty."""

    id: int
    created_at: datetime
    number: str = ""
    name: str = ""
    description: str = ""
    email: str = ""
    user_id: int = 0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group; a system group was never created by anybody."""

    id: int
    name: str
    created_at: datetime | None

    @property
    def system(self) -> bool:
        """Whether it can be neither renamed nor deleted."""
        return self.created_at is None


class TakenError(ValueError):
    """Another contact has that number, or another group that name."""


class SystemGroupError(ValueError):
    """System groups stay as they are."""


class Book:
    """Everybody is in Tous; who is in Blocked is blocked."""

    def __init__(self, clock: Clock, account: VuduMobileAccount) -> None:
        self._clock = clock
        self._account = account
        self.restart()

    def restart(self) -> None:
        """Nobody in it, and only the system groups."""
        self._contacts: dict[int, Contact] = {}
        self._groups: dict[int, Group] = {}
        self._members: dict[int, set[int]] = {}
        self._contact_ids, self._group_ids = count(1), count(BLOCKED_ID + 1)

    @property
    def contacts(self) -> list[Contact]:
        """All, oldest first."""
        return list(self._contacts.values())

    @property
    def groups(self) -> list[Group]:
        """All, the system's first."""
        names = (TOUS, BLOCKED)
        if self._account.capital_groups:
            names = (TOUS.upper(), BLOCKED.upper())
        ids = (self._account.tous_id, BLOCKED_ID)
        system = [Group(one, name, None) for one, name in zip(ids, names, strict=True)]
        return [*system, *self._groups.values()]

    def find(self, who: str | int) -> Contact:
        """The contact of an id, or of words: a number, which goes before an id, or an address."""
        if isinstance(who, int):
            found = self.by_id(str(who))
        else:
            found = self.by_number(who) or self.by_id(who) or self.by_email(who)
        if not found:
            raise LookupError(f"There is no contact {who!r}.")
        return found[0]

    def by_number(self, number: str) -> list[Contact]:
        """At most one."""
        try:
            wanted = "" if "@" in number else e164(number)
        except LookupError:
            return []
        return [contact for contact in self.contacts if wanted and contact.number == wanted]

    def by_id(self, contact_id: str) -> list[Contact]:
        """At most one."""
        return [contact for contact in self.contacts if str(contact.id) == contact_id.strip()]

    def by_email(self, email: str) -> list[Contact]:
        """All who share the address, whatever its case."""
        wanted = email.strip().casefold()
        return [c for c in self.contacts if wanted and c.email.casefold() == wanted]

    def group(self, group: str | int) -> Group:
        """By id where it is numeric, else by name in any case, as the document has it."""
        wanted = str(group).strip()
        for one in self.groups:
            shown = str(one.id) if _numeric(wanted) else one.name.casefold()
            if shown == wanted.casefold():
                return one
        raise LookupError(f"There is no group {group!r}.")

    def members(self, group: str | int) -> list[Contact]:
        """Who is in it, oldest first."""
        found = self.group(group)
        return [contact for contact in self.contacts if self._is_in(contact, found)]

    def groups_of(self, who: str | int) -> list[Group]:
        """The groups that a contact is in."""
        contact = self.find(who)
        return [group for group in self.groups if self._is_in(contact, group)]

    def blocked(self, contact: Contact) -> bool:
        """Whether it is in Blocked."""
        return contact.id in self._members.get(BLOCKED_ID, ())

    def add(self, number: str = "", *, groups: Iterable[str | int] = (), **more: str) -> Contact:
        """A new contact with a number, or `email`, or both."""
        found = [self.group(group) for group in groups]
        blank = Contact(0, self._now(), language=self._account.default_language)
        contact = _changed(blank, {"number": number} | more)
        self._check(contact)
        contact = replace(contact, id=next(self._contact_ids))
        self._contacts[contact.id] = contact
        for group in found:
            self._enter(contact, group)
        return contact

    def edit(self, who: str | int, **changes: str) -> Contact:
        """Change what is named; the rest stays."""
        old = self.find(who)
        new = _changed(old, changes)
        self._check(new)
        self._contacts[old.id] = new
        return new

    def remove(self, who: str | int) -> None:
        """Take a contact out of the book, and so out of every group: a block ends, too."""
        contact = self.find(who)
        del self._contacts[contact.id]
        for members in self._members.values():
            members.discard(contact.id)

    def add_group(self, name: str) -> Group:
        """A new group with nobody in it."""
        self._check_name(name)
        group = Group(next(self._group_ids), name, self._now())
        self._groups[group.id] = group
        return group

    def rename_group(self, group: str | int, name: str) -> Group:
        """Its members stay."""
        old = self._own(group)
        self._check_name(name, old.id)
        self._groups[old.id] = replace(old, name=name)
        return self._groups[old.id]

    def remove_group(self, group: str | int) -> None:
        """Its members stay in the book."""
        old = self._own(group)
        del self._groups[old.id]
        self._members.pop(old.id, None)

    def join(self, who: str | int, group: str | int) -> None:
        """Put a contact into a group; twice does no harm."""
        self._enter(self.find(who), self.group(group))

    def leave(self, who: str | int, group: str | int) -> None:
        """Take a contact out of a group if it is there; nobody leaves Tous."""
        contact, found = self.find(who), self.group(group)
        self._members.get(found.id, set()).discard(contact.id)

    def _own(self, group: str | int) -> Group:
        found = self.group(group)
        if found.system:
            raise SystemGroupError(f"{found.name} is a system group.")
        return found

    def _enter(self, contact: Contact, group: Group) -> None:
        self._members.setdefault(group.id, set()).add(contact.id)

    def _is_in(self, contact: Contact, group: Group) -> bool:
        is_tous = group.system and group.id != BLOCKED_ID
        return is_tous or contact.id in self._members.get(group.id, ())

    def _check(self, contact: Contact) -> None:
        if not (contact.number or contact.email):
            raise ValueError("number or email is missing.")
        for other in self.contacts:
            if contact.number and other.number == contact.number and other.id != contact.id:
                raise TakenError("Contact already exists with this number")

    def _check_name(self, name: str, group_id: int = 0) -> None:
        if not name.strip():
            raise ValueError("group_name is missing.")
        for other in self.groups:
            if other.name.casefold() == name.casefold() and other.id != group_id:
                raise TakenError("group already exists")

    def _now(self) -> datetime:
        """By the gateway's clock, which shows whole seconds."""
        now = self._clock.now() + timedelta(seconds=self._account.skew)
        return now.replace(microsecond=0)


NAMES = {field.name for field in fields(Contact)} - {"id", "created_at"}
"""What can be said of a contact."""


def _numeric(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _changed(contact: Contact, given: dict[str, str]) -> Contact:
    """With what is given. ValueError names what is wrong; the document has no text for it."""
    unknown = set(given) - NAMES
    if unknown:
        raise ValueError(f"A contact has {sorted(NAMES)}, not {sorted(unknown)}.")
    read: dict[str, Any] = dict(given)
    if given.get("number"):
        read["number"] = _number(given["number"])
    if given.get("email") and not is_address(given["email"]):
        raise ValueError("email is not a valid email address")
    if given.get("language", "fr") not in LANGUAGES:
        raise ValueError("language parameter is invalid")
    if "user_id" in given:
        user_id = given["user_id"] or "0"
        if not _numeric(user_id) or len(user_id) > LONGEST_ID:
            raise ValueError("user_id parameter is invalid")
        read["user_id"] = int(user_id)
    return replace(contact, **read)


def _number(text: str) -> str:
    try:
        return e164(text)
    except LookupError:
        raise ValueError("number parameter is invalid") from None
