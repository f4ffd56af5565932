"""`textobot vudumobile`: groups."""

from __future__ import annotations

import click

from bot.options import YES, for_account
from bot.vendors.asked import Asked


@click.command("get-groups")
@for_account
def get_groups(asked: Asked) -> int:
    """List all groups, with their ids.

    Two are VuduMobile's own, and cannot be renamed or deleted: Tous has everybody in it, Blocked
    those who want no more messages.
    """
    from bot.vendors import vudumobile_groups

    return vudumobile_groups.get_groups(asked)


@click.command("post-group")
@click.argument("name")
@click.option("--id", "group_id", help="Rename the group that has this id.")
@for_account
def post_group(asked: Asked, name: str, group_id: str | None) -> int:
    """Make a group called NAME; with --id rename one.

    \b
    textobot vudumobile post-group Marketing
    textobot vudumobile post-group "Clients 2026" --id 26
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import vudumobile_groups

    return vudumobile_groups.post_group(asked, name, group_id=group_id)


@click.command("add-group-contact")
@click.argument("group")
@click.argument("contact")
@for_account
def add_group_contact(asked: Asked, group: str, contact: str) -> int:
    """Put CONTACT (a number, an e-mail address or an id) into GROUP (a name or an id).

    Who is in it already stays there. A new contact is made with post-contact first.
    """
    from bot.vendors import vudumobile_groups

    return vudumobile_groups.add_group_contact(asked, group, contact)


@click.command("delete-group-contact")
@click.argument("group")
@click.argument("contact")
@YES
@for_account
def delete_group_contact(asked: Asked, group: str, contact: str) -> int:
    """Take CONTACT (a number, an e-mail address or an id) out of GROUP (a name or an id).

    The contact itself stays.
    """
    from bot.vendors import vudumobile_groups

    return vudumobile_groups.delete_group_contact(asked, group, contact)


@click.command("delete-group")
@click.argument("group")
@YES
@for_account
def delete_group(asked: Asked, group: str) -> int:
    """Delete GROUP (a name or an id), for good. Its contacts stay."""
    from bot.vendors import vudumobile_groups

    return vudumobile_groups.delete_group(asked, group)


COMMANDS = (
    get_groups,
    post_group,
    add_group_contact,
    delete_group_contact,
    delete_group,
)
