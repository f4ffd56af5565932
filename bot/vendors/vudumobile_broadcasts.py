"""`textobot vudumobile`: broadcasts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.clients import Rejected, VuduMobile
from bot.clients.vudumobile_models import Broadcast, BroadcastMessage
from bot.config import load_config
from bot.core.segments import segments
from bot.terminal import count
from bot.vendors.asked import Asked
from bot.vendors.doing import Told, beforehand, carry_out, expect_yes, vudumobile
from bot.vendors.remedies import Function
from bot.vendors.showing import figure, instant
from bot.who import instant_of

HEADS = ("id", "name", "status", "groups", "launch", "sent", "delivered", "failed", "of")
MESSAGE_HEADS = ("to", "time", "status", "parts", "answered", "text")
LISTING = "`textobot vudumobile get-broadcasts`"
CHANGING = Function(look=LISTING, known=LISTING)
STARTING = Function(look="`textobot vudumobile get-broadcast ID`", known=LISTING)


def get_broadcasts(asked: Asked) -> int:
    """List all broadcasts."""

    async def act(account: VuduMobile) -> Told:
        found = await account.get_broadcasts()
        rows = [_row(one) for one in found]
        return Told(found, f"{count(len(rows), 'broadcast')}.", HEADS, rows)

    return carry_out(asked, vudumobile, Function(), act)


def get_broadcast(asked: Asked, broadcast: str) -> int:
    """Show a broadcast: what it says, and to whom it went."""

    async def act(account: VuduMobile) -> Told:
        found = await account.get_broadcast(broadcast)
        rows = [_message_row(one) for one in found.messages or ()]
        return Told(found, "\n".join(_told(found)), MESSAGE_HEADS, rows)

    return carry_out(asked, vudumobile, Function(known=LISTING), act)


def post_broadcast(asked: Asked, *, launch: str, **given: Any) -> int:  # noqa: ANN401 - as `VuduMobile.post_broadcast`
    """Make a broadcast, or change one."""

    async def act(account: VuduMobile) -> Told:
        at = instant_of(launch, load_config(asked.config_path)) if launch else None
        if at is not None:
            expect_yes(asked, f"It goes out by itself at {instant(at)}: is that meant?")
        broadcast = await account.post_broadcast(**given, launch_date=at)
        return Told({"status": True, "broadcast": {"id": broadcast}}, _made(broadcast, given, at))

    return carry_out(asked, vudumobile, CHANGING, act)


def _made(broadcast: str, given: Mapping[str, Any], at: datetime | None) -> str:
    if given.get("broadcast"):
        return f"The broadcast {broadcast} was changed."
    begins = f"it goes out at {instant(at)}" if at else "start-broadcast sends it"
    return f"The broadcast {broadcast} was made; {begins}."


def delete_broadcast(asked: Asked, broadcast: str) -> int:
    """Delete a broadcast, after saying which."""

    async def act(account: VuduMobile) -> Told:
        found = await beforehand(account.get_broadcast(broadcast))
        expect_yes(asked, f"Delete the broadcast {found.name} ({found.broadcast_status})?")
        await account.delete_broadcast(broadcast)
        return Told(sentence=f"The broadcast {found.name} was deleted.")

    return carry_out(asked, vudumobile, CHANGING, act)


def start_broadcast(asked: Asked, broadcast: str) -> int:
    """Send a broadcast, after saying to how many, and what it costs each."""

    async def act(account: VuduMobile) -> Told:
        found = await beforehand(account.get_broadcast(broadcast))
        audience = await _audience(account, found)
        groups = ", ".join(found.from_groups) or "no group"
        expect_yes(
            asked,
            f"Send the broadcast {found.name} to {audience} of {groups}, at {_cost(found)} each?",
        )
        await account.start_broadcast(broadcast)
        return Told(sentence=f"The broadcast {found.name} is going out.")

    return carry_out(asked, vudumobile, STARTING, act)


async def _audience(account: VuduMobile, broadcast: Broadcast) -> str:
    """Count who is in the groups of a broadcast, once each."""
    people: set[str] = set()
    known = {one.name.casefold(): one.id for one in await beforehand(account.get_groups())}
    try:
        for group in broadcast.from_groups:
            found = await beforehand(account.get_contacts(known.get(group.casefold(), group)))
            people |= {one.id for one in found.contacts}
    except Rejected:
        return "everybody"
    return count(len(people), "contact")


def _cost(broadcast: Broadcast) -> str:
    """Say what one message costs, before anything is filled in."""
    texts = [one for one in (broadcast.fr_message, broadcast.en_message) if one]
    most = max((segments(one).count for one in texts), default=1)
    varying = any("_" in one for one in texts)
    return f"{'about ' if varying else ''}{count(most, 'segment')}"


def test_broadcast(asked: Asked, broadcast: str, contact: str) -> int:
    """Send a broadcast to one contact."""

    async def act(account: VuduMobile) -> Told:
        expect_yes(asked, f"Send the broadcast {broadcast} to {contact} alone?")
        await account.test_broadcast(broadcast, contact)
        return Told(sentence=f"The broadcast {broadcast} goes to {contact}, and to nobody else.")

    return carry_out(asked, vudumobile, Function(look=f"{contact}'s phone", known=LISTING), act)


def _told(one: Broadcast) -> list[str]:
    """Describe a broadcast, line by line."""
    texts = {
        "fr": one.fr_message,
        "en": one.en_message,
        "fr, subject": one.fr_subject,
        "en, subject": one.en_subject,
        "fr, e-mail": one.fr_email,
        "en, e-mail": one.en_email,
    }
    figures = f"{one.number_sent or 0} sent, {one.number_delivered or 0} delivered"
    return [
        f"{one.name} (id {one.id}): {one.broadcast_status}, {', '.join(one.from_groups)}",
        f"launch: {instant(one.launch_date) or 'by start-broadcast'}",
        f"{figures}, {one.number_failed or 0} failed of {one.number_total or 0}",
        *(f"{name}: {text}" for name, text in texts.items() if text),
    ]


def _row(one: Broadcast) -> tuple[str, ...]:
    return (
        one.id,
        one.name,
        one.broadcast_status,
        ", ".join(one.from_groups),
        instant(one.launch_date),
        figure(one.number_sent),
        figure(one.number_delivered),
        figure(one.number_failed),
        figure(one.number_total),
    )


def _message_row(one: BroadcastMessage) -> tuple[str, ...]:
    parts = figure(one.part_count)
    times = instant(one.dt), instant(one.replied_at)
    return one.contact, times[0], one.status_mt or "", parts, times[1], one.message
