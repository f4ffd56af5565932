"""`textobot clever`: the address book, contact by contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.clients import Clever
from bot.clients.clever_limits import ContactOptions
from bot.clients.clever_models import Contact
from bot.terminal import Misused, count
from bot.vendors.asked import Asked
from bot.vendors.doing import Told, beforehand, carry_out, clever, expect_yes
from bot.vendors.remedies import Function
from bot.vendors.showing import unread

HEADS = ("id", "number", "name", "last name", "e-mail", "address")
LISTING = "`textobot clever list-contacts`"
KNOWN = Function(known=LISTING)
CHANGING = Function(look=LISTING, known=LISTING)
MORE = tuple(name for name in ContactOptions.__annotations__ if name != "duplicates")
"""What may be known of a contact beside its number and names."""


def list_contacts(asked: Asked, login: str = "") -> int:
    """List the contacts of the account, or of one of its users."""

    async def act(account: Clever) -> Told:
        if login:
            found = await account.list_user_contacts(login)
        else:
            found = await account.list_contacts()
        rows = [row_of(one) for one in found.contacts]
        return Told(
            found, f"{count(len(rows), 'contact')}{unread(found.unreadable)}.", HEADS, rows
        )

    return carry_out(asked, clever, Function(known="Clever's site"), act)


def find_contact(asked: Asked, id: str) -> int:  # noqa: A002 - the vendor's name
    """Show a contact."""

    async def act(account: Clever) -> Told:
        found = await account.find_contact(id)
        return Told(found, heads=HEADS, rows=[row_of(found)])

    return carry_out(asked, clever, KNOWN, act)


def create_contact(
    asked: Asked,
    number: str,
    name: str,
    lastname: str,
    *,
    duplicates: bool,
    **more: str | None,
) -> int:
    """Add a contact."""

    async def act(account: Clever) -> Told:
        made = await account.create_contact(
            number, name, lastname, **options(more, duplicates=duplicates)
        )
        return Told(made, f"The contact {named(made)} was added.")

    return carry_out(asked, clever, CHANGING, act)


def modify_contact(
    asked: Asked,
    id: str,  # noqa: A002 - the vendor's name
    *,
    number: str | None,
    name: str | None,
    lastname: str | None,
    duplicates: bool,
    **more: str | None,
) -> int:
    """Change a contact, all of which the vendor wants to be told again."""
    changed = {key: value for key, value in more.items() if value is not None}

    async def act(account: Clever) -> Told:
        if not (number or name or lastname or changed):
            raise Misused("nothing is to be changed; say what: --name, --email and the like")
        found = await beforehand(account.find_contact(id))
        kept = {key: value for key in MORE if (value := getattr(found, key))}
        await account.modify_contact(
            id,
            number or found.gsm_primary,
            name or found.name,
            lastname or found.lastname,
            **options(kept | changed, duplicates=duplicates),
        )
        return Told(sentence=f"The contact {named(found)} was changed.")

    return carry_out(asked, clever, CHANGING, act)


def delete_contact(asked: Asked, id: str) -> int:  # noqa: A002 - the vendor's name
    """Delete a contact, after saying whom."""

    async def act(account: Clever) -> Told:
        found = await beforehand(account.find_contact(id))
        expect_yes(asked, f"Delete the contact {named(found)}, for good?")
        await account.delete_contact(id)
        return Told(sentence=f"The contact {named(found)} was deleted.")

    return carry_out(asked, clever, CHANGING, act)


def options(more: Mapping[str, str | None], *, duplicates: bool) -> ContactOptions:
    """Give what is known of a contact as the client takes it."""
    known: Any = {key: value for key, value in more.items() if value is not None}
    if duplicates:
        known["duplicates"] = True
    options: ContactOptions = known
    return options


def named(contact: Contact) -> str:
    """Name a contact for people."""
    who = (contact.name, contact.lastname, contact.gsm_primary)
    return f"{' '.join(one for one in who if one)} (id {contact.id})"


def row_of(one: Contact) -> tuple[str, ...]:
    """Write a contact in a row of a table."""
    street = " ".join(part for part in (one.street_number, one.street) if part)
    town = " ".join(part for part in (one.zip_code, one.city) if part)
    address = ", ".join(part for part in (street, town) if part)
    return one.id, one.gsm_primary, one.name, one.lastname, one.email, address
