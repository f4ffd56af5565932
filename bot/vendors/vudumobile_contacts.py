"""`textobot vudumobile`: the address book, contact by contact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.clients import VuduMobile
from bot.clients.vudumobile_models import Contact
from bot.terminal import Misused, count
from bot.vendors.asked import Asked
from bot.vendors.doing import Told, beforehand, carry_out, expect_yes, vudumobile
from bot.vendors.remedies import Function
from bot.vendors.showing import figure, instant, unread, yes_no

HEADS = ("id", "number", "name", "language", "blocked", "e-mail", "description", "user", "since")
GROUPS = "`textobot vudumobile get-groups`"
CHANGING = Function(
    look="`textobot vudumobile get-contact`", known="`textobot vudumobile get-contacts Tous`"
)


def get_contacts(asked: Asked, group: str) -> int:
    """List who is in a group."""

    async def act(account: VuduMobile) -> Told:
        found = await account.get_contacts(group)
        rows = [_row(one) for one in found.contacts]
        sentence = f"{count(len(rows), 'contact')}{unread(found.unreadable)}."
        return Told(found, sentence, HEADS, rows)

    return carry_out(asked, vudumobile, Function(known=GROUPS), act)


def get_contact(asked: Asked, **by: str | None) -> int:
    """Show a contact, with its groups. `by`: `number`, `email` or `id`."""

    async def act(account: VuduMobile) -> Told:
        found = await account.get_contact(**by)
        rows = [(*_row(one), ", ".join(group.name for group in one.groups or ())) for one in found]
        sentence = f"{count(len(rows), 'contact')}." if rows else "There is no such contact."
        return Told(found, sentence, (*HEADS, "groups"), rows)

    return carry_out(asked, vudumobile, Function(), act)


def post_contact(asked: Asked, **given: Any) -> int:  # noqa: ANN401 - as `VuduMobile.post_contact`
    """Add a contact, or change one."""

    async def act(account: VuduMobile) -> Told:
        contact = await account.post_contact(**given)
        done = "changed" if given.get("id") else "added"
        return Told(contact, f"The contact {_named(contact)} was {done}.")

    return carry_out(asked, vudumobile, CHANGING, act)


def delete_contact(asked: Asked, **by: str | None) -> int:
    """Delete a contact, after saying whom. `by`: `number`, `email` or `id`."""

    async def act(account: VuduMobile) -> Told:
        found = await beforehand(account.get_contact(**by))
        if len(found) > 1:
            ids = ", ".join(one.id for one in found)
            raise Misused(f"several contacts have this address; name one of them: --id {ids}")
        if not found:
            await account.delete_contact(**by)  # for the vendor's own word
            return Told(sentence="The contact was deleted.")
        (contact,) = found
        blocked = ", who is blocked, and would be so no more" if contact.is_blocked else ""
        expect_yes(asked, f"Delete the contact {_named(contact)}{blocked}, for good?")
        await account.delete_contact(id=contact.id)
        return Told(sentence=f"The contact {_named(contact)} was deleted.")

    return carry_out(asked, vudumobile, CHANGING, act)


def import_contacts(asked: Asked, file: Path, email: str, *, overwrite: bool) -> int:
    """Hand over a file; what comes of it the vendor writes by e-mail."""

    async def act(account: VuduMobile) -> Told:
        content = _content(file)
        over = ", and write over those who are there" if overwrite else ""
        expect_yes(asked, f"Add the contacts of {file.name} to the account{over}?")
        told = await account.import_contacts(content, email, overwrite=overwrite)
        said = {"status": True, "email": told}
        return Told(said, f"VuduMobile took the file; it writes what came of it to {told}.")

    return carry_out(asked, vudumobile, Function(look=f"the mailbox of {email}"), act)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Misused(f"{file} cannot be read: {error.strerror}") from error


def _named(contact: Contact) -> str:
    """Name a contact for people."""
    who = " ".join(one for one in (contact.name, contact.number or contact.email) if one)
    return f"{who} (id {contact.id})"


def _row(contact: Contact) -> tuple[str, ...]:
    return (
        contact.id,
        contact.number,
        contact.name,
        contact.language,
        yes_no(contact.is_blocked),
        contact.email,
        contact.description,
        figure(contact.user_id),
        instant(contact.created_at or contact.created_at_unix),
    )
