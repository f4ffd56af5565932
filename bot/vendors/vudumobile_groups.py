"""`textobot vudumobile`: groups, and who is in which."""

from __future__ import annotations

from bot.clients import VuduMobile
from bot.clients.vudumobile_models import Group
from bot.terminal import count
from bot.vendors.asked import Asked
from bot.vendors.doing import Told, beforehand, carry_out, expect_yes, vudumobile
from bot.vendors.remedies import Function
from bot.vendors.showing import instant, yes_no

HEADS = ("id", "group", "of the system", "made")
LISTING = "`textobot vudumobile get-groups`"
CHANGING = Function(look=LISTING, known=LISTING)


def get_groups(asked: Asked) -> int:
    """List all groups."""

    async def act(account: VuduMobile) -> Told:
        groups = await account.get_groups()
        rows = [_row(one) for one in groups]
        return Told(groups, f"{count(len(groups), 'group')}.", HEADS, rows)

    return carry_out(asked, vudumobile, Function(), act)


def post_group(asked: Asked, name: str, *, group_id: str | None) -> int:
    """Make a group, or rename one."""

    async def act(account: VuduMobile) -> Told:
        group = await account.post_group(name, group_id=group_id)
        done = "renamed" if group_id else "made"
        return Told(group, f"The group {group.name} (id {group.id}) was {done}.")

    return carry_out(asked, vudumobile, CHANGING, act)


def add_group_contact(asked: Asked, group: str, contact: str) -> int:
    """Put a contact into a group."""

    async def act(account: VuduMobile) -> Told:
        await account.add_group_contact(group, contact)
        return Told(sentence=f"{contact} is in the group {group}.")

    return carry_out(asked, vudumobile, MEMBER, act)


def delete_group_contact(asked: Asked, group: str, contact: str) -> int:
    """Take a contact out of a group."""

    async def act(account: VuduMobile) -> Told:
        expect_yes(asked, f"Take {contact} out of the group {group}?")
        await account.delete_group_contact(group, contact)
        return Told(sentence=f"{contact} is not in the group {group}.")

    return carry_out(asked, vudumobile, MEMBER, act)


MEMBER = Function(
    look="`textobot vudumobile get-contacts GROUP`",
    known="`textobot vudumobile get-groups`, or `get-contacts Tous`,",
)


def delete_group(asked: Asked, group: str) -> int:
    """Delete a group, after saying how many are in it."""

    async def act(account: VuduMobile) -> Told:
        found = await beforehand(account.get_contacts(group))
        name = found.group.name if found.group else group
        people = count(len(found.contacts) + len(found.unreadable), "contact")
        expect_yes(asked, f"Delete the group {name}? It has {people}, who stay contacts.")
        await account.delete_group(group)
        return Told(sentence=f"The group {name} was deleted; its contacts are still there.")

    return carry_out(asked, vudumobile, CHANGING, act)


def _row(group: Group) -> tuple[str, ...]:
    return group.id, group.name, yes_no(group.system), instant(group.created_at)
