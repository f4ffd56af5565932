"""`textobot vudumobile` on the command line: each function of the vendor, under its name."""

from __future__ import annotations

import click

from bot.cli_vendors import (
    vudumobile_broadcasts,
    vudumobile_contacts,
    vudumobile_groups,
    vudumobile_messages,
)


@click.group()
def vudumobile() -> None:
    """Do by hand what VuduMobile's API offers: texts, contacts, groups, broadcasts.

    Each command is one function of VuduMobile, under its name. It needs an account in the
    configuration that has its key, and asks before something costs money or is lost.
    """


for command in (
    *vudumobile_messages.COMMANDS,
    *vudumobile_contacts.COMMANDS,
    *vudumobile_groups.COMMANDS,
    *vudumobile_broadcasts.COMMANDS,
):
    vudumobile.add_command(command)
