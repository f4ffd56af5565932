"""`textobot clever`: campaigns of mails, and what became of them."""

from __future__ import annotations

from typing import Any

import click

from bot.cli_vendors.clever_messages import AT, DUPLICATES, PREDEFINED
from bot.options import YES, for_account, with_options
from bot.vendors.asked import Asked

HOW = (
    click.option("--html", is_flag=True, help="TEXT is a page."),
    AT,
    click.option("--filename", help="An attachment, a .pdf that Clever has."),
    click.option("--open-tag", is_flag=True, help="Notice who opens it."),
    DUPLICATES,
)
TO_CONTACTS = (
    PREDEFINED,
    click.option(
        "--address",
        "addresses",
        multiple=True,
        help="Addresses, which the document wants and its example has not. Again for more.",
    ),
)


@click.command("push-mails")
@click.argument("subject")
@click.argument("text")
@click.argument("addresses", nargs=-1, required=True)
@with_options(*HOW)
@YES
@for_account
def push_mails(asked: Asked, **given: Any) -> int:  # noqa: ANN401 - strings, flags
    """Send an e-mail, SUBJECT and TEXT, to ADDRESSES: as one campaign, which has a reference.

    \b
    textobot clever push-mails "Rendez-vous" "Mardi, 10 h." ana@example.com ben@example.com
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import clever_mails

    return clever_mails.push_mails(asked, **given)


@click.command("push-mails-by-criteria")
@click.argument("criteria")
@click.argument("subject")
@click.argument("text")
@with_options(*HOW, *TO_CONTACTS)
@YES
@for_account
def push_mails_by_criteria(asked: Asked, **given: Any) -> int:  # noqa: ANN401 - strings, flags
    """Send an e-mail, SUBJECT and TEXT, to the contacts that fit CRITERIA.

    Clever chooses whom: how many they are is known only when it has gone.
    """
    from bot.vendors import clever_mails

    return clever_mails.push_mails_by_criteria(asked, **given)


@click.command("push-mails-to-all")
@click.argument("subject")
@click.argument("text")
@with_options(*HOW, *TO_CONTACTS)
@YES
@for_account
def push_mails_to_all(asked: Asked, **given: Any) -> int:  # noqa: ANN401 - strings, flags
    """Send an e-mail, SUBJECT and TEXT, to all contacts of the account."""
    from bot.vendors import clever_mails

    return clever_mails.push_mails_to_all(asked, **given)


@click.command("find-mail-push")
@click.argument("reference")
@for_account
def find_mail_push(asked: Asked, reference: str) -> int:
    """Show the campaign REFERENCE: what it says, to whom, whether it has been sent."""
    from bot.vendors import clever_mails

    return clever_mails.find_mail_push(asked, reference)


@click.command("delete-mail-push")
@click.argument("reference")
@YES
@for_account
def delete_mail_push(asked: Asked, reference: str) -> int:
    """Delete the campaign REFERENCE before it is sent. It shows which that is, and asks."""
    from bot.vendors import clever_mails

    return clever_mails.delete_mail_push(asked, reference)


@click.command("mail-deliveries")
@click.argument("reference")
@for_account
def mail_deliveries(asked: Asked, reference: str) -> int:
    """Show what became of each e-mail of the campaign REFERENCE."""
    from bot.vendors import clever_mails

    return clever_mails.mail_deliveries(asked, reference)


COMMANDS = (
    push_mails,
    push_mails_by_criteria,
    push_mails_to_all,
    find_mail_push,
    delete_mail_push,
    mail_deliveries,
)
