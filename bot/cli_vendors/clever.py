"""`textobot clever` on the command line: each function of the vendor, in its words."""

from __future__ import annotations

import click

from bot.cli_vendors import clever_account, clever_contacts, clever_mails, clever_messages


@click.group()
def clever() -> None:
    """Do by hand what Clever Multimedias' API offers: campaigns, contacts, users.

    Each command is one function of Clever. It needs an account in the configuration that has its
    login and password, and asks before something costs money or is lost.
    """


for command in (
    *clever_account.COMMANDS,
    *clever_contacts.COMMANDS,
    *clever_messages.COMMANDS,
    *clever_mails.COMMANDS,
):
    clever.add_command(command)
