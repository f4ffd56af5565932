"""`textobot clever`: campaigns of messages, what became of them, and who answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.options import YES, for_account, with_options
from bot.vendors.asked import Asked

AT = click.option(
    "--at",
    default="",
    help='Later: "2026-12-24 10:00", in the timezone of the configuration.  [default: now]',
)
DUPLICATES = click.option(
    "--duplicates", is_flag=True, help="Who is meant twice gets it twice, and it costs twice."
)
PREDEFINED = click.option(
    "--predefined", is_flag=True, help="TEXT is the title of a message that is kept at Clever."
)
HOW = (
    click.option(
        "--kind",
        type=click.Choice(["sms", "tts", "voice"]),
        default="sms",
        show_default=True,
        help="A text, a call that reads it out, or a call that plays --filename.",
    ),
    click.option("--sender", help="Whom it seems to come from: 11 characters at most."),
    AT,
    click.option("--filename", help="With --kind voice: a .wav or .mp3 that Clever has."),
    click.option("--flash", is_flag=True, help="Shown at once, and not kept by the phone."),
    click.option(
        "--encodage",
        type=click.Choice(["3", "4"]),
        help="3 Latin, 4 UCS-2.  [default: 3 where that can write the text]",
    ),
    DUPLICATES,
    click.option(
        "--follow", is_flag=True, help="Have the rules of the daemon answer those who answer it."
    ),
)
TO_CONTACTS = (
    click.option("--answers-to-number", help="Answers are also texted to this number."),
    click.option("--answers-to-mail", help="Answers are also mailed to this address."),
    click.option("--all-numbers", is_flag=True, help="To every number of a contact."),
    click.option(
        "--cascade", is_flag=True, help="Who is not reached by one number is tried by the next."
    ),
    click.option(
        "--cascade-minutes", type=click.IntRange(1), help="How long each number is tried."
    ),
    PREDEFINED,
    click.option(
        "--number",
        "numbers",
        multiple=True,
        help="Numbers, which the document wants and its example has not. Again for more.",
    ),
)


@click.command("push")
@click.argument("text")
@click.argument("numbers", nargs=-1)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="To the numbers of this file (CSV), too.",
)
@with_options(*HOW)
@YES
@for_account
def push(asked: Asked, text: str, numbers: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 - strings, flags
    """Send TEXT, 1,000 characters at most, to NUMBERS: as one campaign, which has a reference.

    It says what it costs, and asks. Letters in --sender cannot be answered.

    \b
    textobot clever push "Votre commande est prete." "06 00 00 00 01"
    textobot clever push "Votez 1 ou 2" --file people.csv --sender 36180 --follow
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import clever_messages

    return clever_messages.push(asked, text, numbers, **given)


@click.command("push-by-criteria")
@click.argument("criteria")
@click.argument("text")
@with_options(*HOW, *TO_CONTACTS)
@YES
@for_account
def push_by_criteria(asked: Asked, criteria: str, text: str, **given: Any) -> int:  # noqa: ANN401 - strings, flags
    """Send TEXT to the contacts that fit CRITERIA, as one campaign.

    Clever chooses whom: how many they are is known only when it has gone.

    \b
    textobot clever push-by-criteria "city='Torcy' AND name='Ana'" "Bonjour"
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import clever_messages

    return clever_messages.push_by_criteria(asked, criteria, text, **given)


@click.command("push-to-all")
@click.argument("text")
@with_options(*HOW, *TO_CONTACTS)
@YES
@for_account
def push_to_all(asked: Asked, text: str, **given: Any) -> int:  # noqa: ANN401 - strings, flags
    """Send TEXT to all contacts of the account, as one campaign.

    It says how many they are and what a message costs, and asks.
    """
    from bot.vendors import clever_messages

    return clever_messages.push_to_all(asked, text, **given)


@click.command("find-push")
@click.argument("reference")
@for_account
def find_push(asked: Asked, reference: str) -> int:
    """Show the campaign REFERENCE: what it says, to whom, whether it has been sent."""
    from bot.vendors import clever_messages

    return clever_messages.find_push(asked, reference)


@click.command("delete-push")
@click.argument("reference")
@YES
@for_account
def delete_push(asked: Asked, reference: str) -> int:
    """Delete the campaign REFERENCE before it is sent. It shows which that is, and asks."""
    from bot.vendors import clever_messages

    return clever_messages.delete_push(asked, reference)


@click.command("deliveries")
@click.argument("reference")
@for_account
def deliveries(asked: Asked, reference: str) -> int:
    """Show what became of each message of the campaign REFERENCE.

    Clever gives a number for it, and no table of them; sent and received are what we conclude.
    """
    from bot.vendors import clever_messages

    return clever_messages.deliveries(asked, reference)


@click.command("mos")
@click.argument("reference")
@for_account
def mos(asked: Asked, reference: str) -> int:
    """List the texts that answer the campaign REFERENCE."""
    from bot.vendors import clever_messages

    return clever_messages.mos(asked, reference)


@click.command("follow")
@click.argument("reference", required=False)
@click.option("--all-new", is_flag=True, help="Answer also what it lists already.")
@click.option("--stop", is_flag=True, help="Answer it no more.")
@for_account
def follow(asked: Asked, reference: str | None, all_new: bool, stop: bool) -> int:
    """Have your rules answer the campaign REFERENCE, which was begun elsewhere.

    On Clever's site, or by another program. What people have answered so far is history, and only
    its STOPs and STARTs count; what they text from now on is answered. It stays so after a
    restart. Without REFERENCE it lists the campaigns that are followed.

    \b
    textobot clever follow Push20260131093000
    textobot clever follow Push20260131093000 --stop
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import clever_follow

    if not reference:
        return clever_follow.followed(asked)
    if stop:
        return clever_follow.unfollow(asked, reference)
    return clever_follow.follow(asked, reference, all_new=all_new)


COMMANDS = (
    push,
    push_by_criteria,
    push_to_all,
    find_push,
    delete_push,
    deliveries,
    mos,
    follow,
)
