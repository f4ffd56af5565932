"""VuduMobile's contacts as a `Book`: groups by name, and Blocked for who wants no more."""

from __future__ import annotations

from bot.gateways.base import Rejected
from bot.gateways.book import EXISTS, UNKNOWN, Members, Person
from bot.gateways.vudumobile_contacts import LANGUAGES, Contact, Contacts
from bot.gateways.vudumobile_forms import digits

BLOCKED = "blocked"
"""The system's group, whatever the case of its name; so is "Tous", in which everybody is."""


class VuduMobileBook:
    """Satisfies `Book`. Groups go by ids once their names are known: a digit would be taken for
    an id, and ids differ from account to account.
    """

    removes = True
    blocks = True
    everybody = "Tous"

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._ids: dict[str, str] = {}

    async def members(self, group: str) -> Members:
        """Read a group, its id asked anew: it may have been renamed, or made again."""
        self._ids = {}
        found = await self._contacts.get_contacts(await self._id(group))
        people = {
            one.phone: Person(one.id, one.language.lower()[:2])
            for one in found.contacts
            if one.phone
        }
        return Members(people, len(found.unreadable))

    async def holds(self, group: str, number: str, contact: str) -> bool:
        """Look whether the contact of a number says that it is in the group."""
        del contact
        found = await self._found(number)
        if found is None:
            return False
        if found.groups is None:
            return True
        wanted = await self._id(group)
        return any(one.id == wanted for one in found.groups)

    async def make(self, group: str) -> None:
        """Make the group, unless it is there."""
        try:
            self._ids[group.casefold()] = (await self._contacts.post_group(group)).id
        except Rejected as error:
            if error.code != EXISTS:
                raise

    async def add(self, group: str, number: str, language: str) -> str:
        """Put somebody into a group; who is no contact yet is made one."""
        contact = await self._contact(number, language)
        await self._contacts.add_group_contact(await self._id(group), digits(number))
        return contact.id

    async def remove(self, group: str, number: str) -> None:
        """Take somebody out of a group; who is no contact is in none."""
        found = await self._id(group)
        try:
            await self._contacts.delete_group_contact(found, digits(number))
        except Rejected as error:
            # The group, or the contact: in neither case is anybody in it.
            if error.code != UNKNOWN:
                raise
            self._ids = {}

    async def blocked(self) -> Members:
        """Read the group Blocked."""
        return await self.members(BLOCKED)

    async def block(self, number: str, language: str) -> None:
        """Put somebody into Blocked."""
        await self.add(BLOCKED, number, language)

    async def unblock(self, number: str) -> None:
        """Take somebody out of Blocked."""
        await self.remove(BLOCKED, number)

    async def _contact(self, number: str, language: str) -> Contact:
        found = await self._found(number)
        if found is not None:
            return found
        fields = {"number": digits(number)}
        if language in LANGUAGES:
            fields["language"] = language
        try:
            return await self._contacts.post_contact(fields)
        except Rejected as error:
            # Somebody made it meanwhile, or it is there under another spelling of the number.
            again = await self._found(number) if error.code == EXISTS else None
            if again is None:
                raise
            return again

    async def _found(self, number: str) -> Contact | None:
        found = await self._contacts.get_contact("number", digits(number))
        return next((one for one in found if one.phone == number), None)

    async def _id(self, group: str) -> str:
        """Give a group's id. Raises `Rejected` with `UNKNOWN` where there is no such group."""
        name = group.casefold()
        if name not in self._ids:
            groups = await self._contacts.get_groups()
            # What is the system's goes before what somebody named alike.
            ours = sorted(groups, key=lambda one: one.system)
            self._ids = {one.name.strip().casefold(): one.id for one in ours}
        if name not in self._ids:
            raise Rejected(f"VuduMobile has no group {group!r}", code=UNKNOWN)
        return self._ids[name]
