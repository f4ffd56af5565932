"""`textobot vudumobile`: texts, e-mails and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.options import YES, for_account
from bot.vendors.asked import Asked

if TYPE_CHECKING:
    from bot.clients.vudumobile_limits import Direction, Language, MailFormat


@click.command("get-feed")
@click.option(
    "--since",
    default="1d",
    show_default=True,
    help='Since when: 30m, 2h, 7d, or a time like "2026-12-24 23:00".',
)
@click.option(
    "--direction",
    type=click.Choice(["mo", "mt"]),
    default="mo",
    show_default=True,
    help="mo: texts that people sent you; mt: messages that you sent, with what became of them.",
)
@click.option(
    "--timezone",
    "zone",
    default="",
    help="Of the times, like America/Montreal.  [default: the configuration's; JSON has UTC]",
)
@for_account
def get_feed(asked: Asked, since: str, direction: Direction, zone: str) -> int:
    """List the texts that came in, or with --direction mt the messages that left.

    VuduMobile lists all of them since a time, in one go: the longer ago, the longer the list.

    \b
    textobot vudumobile get-feed --since 2h
    textobot vudumobile get-feed --since 7d --direction mt
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import vudumobile_messages

    return vudumobile_messages.get_feed(asked, since=since, direction=direction, zone=zone)


@click.command("send")
@click.argument("number")
@click.argument("text")
@YES
@for_account
def send(asked: Asked, number: str, text: str) -> int:
    """Send TEXT to NUMBER. It costs a segment at least, and asks before.

    It goes past the rules, lists, opt-outs and quiet hours of Textobot: `textobot send` heeds
    them. A second call sends a second text.

    \b
    textobot vudumobile send "514 555-0001" "Votre commande est prete."
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import vudumobile_messages

    return vudumobile_messages.send(asked, number, text)


@click.command("send-email")
@click.argument("to")
@click.argument("subject")
@click.argument("message")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "htm"]),
    default="text",
    show_default=True,
    help="text: MESSAGE is shown as it is; htm: it is a page in HTML.",
)
@YES
@for_account
def send_email(asked: Asked, to: str, subject: str, message: str, form: MailFormat) -> int:
    """Send an e-mail TO one address, with SUBJECT and MESSAGE.

    VuduMobile lists it nowhere afterwards.
    """
    from bot.vendors import vudumobile_messages

    return vudumobile_messages.send_email(asked, to, subject, message, form=form)


@click.command("send-verification")
@click.argument("number")
@click.argument("code")
@click.option(
    "--language",
    type=click.Choice(["fr", "en"]),
    required=True,
    help="In which the code is said.",
)
@click.option("--request-id", help="What you call this request.  [default: VuduMobile names it]")
@YES
@for_account
def send_verification(
    asked: Asked, number: str, code: str, language: Language, request_id: str | None
) -> int:
    """Send CODE (4 to 10 digits) to NUMBER: a text to a mobile, a call to a landline.

    VuduMobile finds out which of the two it is. You make the code, and check what comes back.
    """
    from bot.vendors import vudumobile_messages

    return vudumobile_messages.send_verification(
        asked, number, code, language=language, request_id=request_id
    )


COMMANDS = (
    get_feed,
    send,
    send_email,
    send_verification,
)
