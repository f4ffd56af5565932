"""Opt-outs are noted at the gateways that have a place for them: what asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.core.conversation import Subscriber, conversation_key
from bot.core.errands import Errand, ErrandKind
from bot.storage import errands, mirrors
from bot.storage.database import Connection

OUT, IN = "out", "in"
"""What is to be noted, in an errand's `opt`."""
RESTORED = "journal"
"""The cause of an opt-out or opt-in that a restored store did not have."""
AFTER = timedelta(minutes=1)
"""How long it waits: the confirmation goes first, as nobody knows whether a gateway still takes
it for a number that is noted there."""


async def carry(
    connection: Connection,
    gateways: Sequence[str],
    before: Mapping[str, Subscriber],
    after: Mapping[str, Subscriber],
    now: datetime,
) -> None:
    """Ask that who opted out or in be noted; an older decision that waits is not carried."""
    changed = [one for number, one in after.items() if _is_news(before.get(number), one)]
    if not gateways or not changed:
        return
    numbers = [one.number for one in changed]
    await errands.cancel(connection, [ErrandKind.CARRY], now, numbers=numbers)
    back = [one.number for one in changed if not one.opted_out]
    for gateway in gateways:  # what was read there meanwhile was our own doing
        await mirrors.drop(connection, mirrors.BLOCKED, gateway, back)
    wanted = [_errand(one, gateway, now) for one in changed for gateway in gateways]
    await errands.enqueue(connection, wanted, now)


def _is_news(before: Subscriber | None, after: Subscriber) -> bool:
    """Tell whether an opt-out or opt-in may be unknown to the gateways.

    Whom a restored store knew by the journal alone had no number to be noted by until they texted.
    """
    was_out = before is not None and before.opted_out
    unnamed = before is not None and before.cause == RESTORED and after.cause != RESTORED
    return after.opted_out != was_out or (after.opted_out and unnamed)


def _errand(one: Subscriber, gateway: str, now: datetime) -> Errand:
    _, _, inbound = one.cause.partition("inbound ")
    return Errand(
        ErrandKind.CARRY,
        conversation_key(gateway, one.number),
        gateway,
        one.number,
        int(inbound) if inbound.isdecimal() else 0,
        rule="",
        due_at=now + AFTER,
        body={"opt": OUT if one.opted_out else IN},
    )
