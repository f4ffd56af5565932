"""`textobot vudumobile`: broadcasts."""

from __future__ import annotations

from typing import Any

import click

from bot.options import YES, for_account
from bot.vendors.asked import Asked


@click.command("get-broadcasts")
@for_account
def get_broadcasts(asked: Asked) -> int:
    """List all broadcasts: pending, in_progress, completed, failed (it could not begin)."""
    from bot.vendors import vudumobile_broadcasts

    return vudumobile_broadcasts.get_broadcasts(asked)


@click.command("get-broadcast")
@click.argument("broadcast", metavar="ID")
@for_account
def get_broadcast(asked: Asked, broadcast: str) -> int:
    """Show the broadcast ID: what it says, to whom it went, and what became of each message."""
    from bot.vendors import vudumobile_broadcasts

    return vudumobile_broadcasts.get_broadcast(asked, broadcast)


@click.command("post-broadcast")
@click.option("--id", "broadcast", help="Change the broadcast that has this id, if it is pending.")
@click.option("--name", help="What you call it.")
@click.option(
    "--group", "from_groups", multiple=True, help="To whom: a group, name or id. Again for more."
)
@click.option("--fr", "fr_message", help="The text in French, ten segments at most.")
@click.option("--en", "en_message", help="The text in English.")
@click.option("--fr-subject", help="Where an e-mail goes out, too: its subject in French.")
@click.option("--en-subject", help="The e-mail's subject in English.")
@click.option("--fr-email", help="The e-mail in French.")
@click.option("--en-email", help="The e-mail in English.")
@click.option(
    "--launch",
    default="",
    help='When it goes out by itself, like "2026-12-24 10:00".  [default: by start-broadcast]',
)
@YES
@for_account
def post_broadcast(asked: Asked, launch: str, **given: Any) -> int:  # noqa: ANN401 - strings, and tuples of them
    """Make a broadcast, a message to everybody in some groups; with --id change one.

    A new one needs --name, --group, and --fr or --en; each contact gets the text of its language.
    _NAME_, _EMAIL_, _NUMBER_ and _NOTES_ in a text are filled in from the contacts. With --launch
    it goes out by itself, which costs money, and so it asks; the time is of the configuration's
    timezone.

    \b
    textobot vudumobile post-broadcast --name Concours --group Radio --fr "Bonjour _NAME_!"
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import vudumobile_broadcasts

    given["from_groups"] = given["from_groups"] or None
    return vudumobile_broadcasts.post_broadcast(asked, launch=launch, **given)


@click.command("delete-broadcast")
@click.argument("broadcast", metavar="ID")
@YES
@for_account
def delete_broadcast(asked: Asked, broadcast: str) -> int:
    """Delete the broadcast ID for good. Messages that went out stay out."""
    from bot.vendors import vudumobile_broadcasts

    return vudumobile_broadcasts.delete_broadcast(asked, broadcast)


@click.command("start-broadcast")
@click.argument("broadcast", metavar="ID")
@YES
@for_account
def start_broadcast(asked: Asked, broadcast: str) -> int:
    """Send the broadcast ID now, to everybody in its groups.

    It says to how many and what a message costs, and asks. It cannot be taken back.
    """
    from bot.vendors import vudumobile_broadcasts

    return vudumobile_broadcasts.start_broadcast(asked, broadcast)


@click.command("test-broadcast")
@click.argument("broadcast", metavar="ID")
@click.argument("contact")
@YES
@for_account
def test_broadcast(asked: Asked, broadcast: str, contact: str) -> int:
    """Send the broadcast ID to one CONTACT (a number, an e-mail address or an id) alone.

    To see what is filled in for _NAME_ and the like. It costs a message.
    """
    from bot.vendors import vudumobile_broadcasts

    return vudumobile_broadcasts.test_broadcast(asked, broadcast, contact)


COMMANDS = (
    get_broadcasts,
    get_broadcast,
    post_broadcast,
    delete_broadcast,
    start_broadcast,
    test_broadcast,
)
