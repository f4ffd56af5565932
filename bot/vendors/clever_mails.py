"""`textobot clever`: campaigns of mails, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.clients import Clever
from bot.terminal import count
from bot.vendors.asked import Asked
from bot.vendors.clever_campaigns import (
    KNOWN,
    SENDING,
    outcome,
    people,
    read_time,
    rows_of,
    said,
    shown,
    taken,
    when,
    zone_of,
)
from bot.vendors.clever_messages import HEADS
from bot.vendors.doing import Told, beforehand, carry_out, clever, expect_yes
from bot.vendors.remedies import Function
from bot.vendors.showing import unread

DELIVERY_HEADS = ("address", "sent", "received", "outcome", "subject")


def push_mails(
    asked: Asked,
    subject: str,
    text: str,
    addresses: Sequence[str],
    **given: Any,  # noqa: ANN401 - as `Clever.push_mails`
) -> int:
    """Send an e-mail to some addresses."""

    async def act(account: Clever) -> Told:
        whom, options = list(dict.fromkeys(addresses)), _options(asked, given)
        many = f"{len(whom)} addresses" if len(whom) > 1 else whom[0]
        expect_yes(asked, f"Send this e-mail to {many}{when(options, zone_of(asked))}?")
        made = await account.push_mails(whom, subject, text, **options)
        return Told(made, taken(made, people(made)))

    return carry_out(asked, clever, SENDING, act)


def push_mails_by_criteria(
    asked: Asked,
    criteria: str,
    subject: str,
    text: str,
    **given: Any,  # noqa: ANN401 - as the client's method
) -> int:
    """Send an e-mail to the contacts that fit criteria."""

    async def act(account: Clever) -> Told:
        options = _options(asked, given)
        what = f"Send this e-mail to all contacts with {criteria}"
        expect_yes(asked, f"{what}{when(options, zone_of(asked))}?")
        made = await account.push_mails_by_criteria(criteria, subject, text, **options)
        return Told(made, taken(made, people(made)))

    return carry_out(asked, clever, SENDING, act)


def push_mails_to_all(asked: Asked, subject: str, text: str, **given: Any) -> int:  # noqa: ANN401 - as the client's method
    """Send an e-mail to all contacts, after saying how many they are."""

    async def act(account: Clever) -> Told:
        options = _options(asked, given)
        found = await beforehand(account.list_contacts())
        everybody = count(len(found.contacts) + len(found.unreadable), "contact")
        what = f"Send this e-mail to all, {everybody},"
        expect_yes(asked, f"{what}{when(options, zone_of(asked))}?")
        made = await account.push_mails_to_all(subject, text, **options)
        return Told(made, taken(made, people(made)))

    return carry_out(asked, clever, SENDING, act)


def find_mail_push(asked: Asked, reference: str) -> int:
    """Show a campaign."""

    async def act(account: Clever) -> Told:
        found = await account.find_mail_push(reference)
        return Told(found, heads=HEADS, rows=rows_of(found, zone_of(asked)))

    return carry_out(asked, clever, KNOWN, act)


def delete_mail_push(asked: Asked, reference: str) -> int:
    """Delete a campaign that waits, after saying which."""

    async def act(account: Clever) -> Told:
        found = await beforehand(account.find_mail_push(reference))
        at = shown(found.sends_at, zone_of(asked))
        expect_yes(asked, f"Delete the campaign of {at}, {found.subject[:40]!r}?")
        await account.delete_mail_push(reference)
        return Told(sentence=f"The campaign {reference} was deleted; it will not be sent.")

    look = f"`textobot clever find-mail-push {reference}`"
    return carry_out(asked, clever, Function(look=look, known="Clever's site"), act)


def mail_deliveries(asked: Asked, reference: str) -> int:
    """Show what became of each mail of a campaign."""

    async def act(account: Clever) -> Told:
        found, zone = await account.mail_deliveries(reference), zone_of(asked)
        rows = [
            (
                one.address,
                shown(one.sent_at, zone),
                shown(one.received_at, zone),
                outcome(one.status),
                one.subject,
            )
            for one in found.deliveries
        ]
        return Told(
            found, f"{count(len(rows), 'mail')}{unread(found.unreadable)}.", DELIVERY_HEADS, rows
        )

    return carry_out(asked, clever, KNOWN, act)


def _options(asked: Asked, given: dict[str, Any]) -> Any:  # noqa: ANN401 - as the client's methods
    options = {key: value for key, value in given.items() if key not in {"at", "html"}}
    if given["html"]:
        options["format"] = "html"
    return said(options) | read_time(asked, given["at"])
