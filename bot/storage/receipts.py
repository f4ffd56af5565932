"""How our messages went: a receipt raises a status, and never lowers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import SmallInteger, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import Sent, Sighting, Status
from bot.core.receipts import Fate
from bot.storage import telling
from bot.storage.columns import has_status, is_told
from bot.storage.schema import outbox


@dataclass(frozen=True, slots=True)
class Awaited:
    """A message without its last word, and what was said of it so far."""

    sent: Sent
    text: str
    """Empty where it may not be compared with what is listed."""
    code: str
    segments: int | None = None
    """As the gateway counts them, where it said so."""


async def awaited(
    connection: AsyncConnection, gateway: str, since: datetime, limit: int
) -> list[Awaited]:
    """Read what was sent since then and has no last word yet, newest first."""
    found = await connection.execute(
        select(
            outbox.c.id,
            outbox.c.gateway_id,
            outbox.c.number,
            outbox.c.handed_at,
            outbox.c.text,
            outbox.c.code,
            outbox.c.segments,
            outbox.c.verification,
        )
        .where(
            outbox.c.gateway == gateway,
            has_status(outbox, Status.SENT),
            outbox.c.status_at >= since,
            is_told(outbox.c.gateway_id),
        )
        .order_by(outbox.c.status_at.desc())
        .limit(limit)
    )
    return [
        Awaited(
            Sent(row.id, row.gateway_id, row.number, row.handed_at),
            "" if row.verification else row.text,  # it hides a code, and is listed otherwise
            row.code,
            row.segments,
        )
        for row in found
    ]


async def times(connection: AsyncConnection, conversation: str, code: str) -> int:
    """Count how often a conversation came to this code since a message arrived there."""
    here = outbox.c.conversation == conversation
    arrived = select(func.max(outbox.c.id)).where(here, has_status(outbox, Status.DELIVERED))
    found = await connection.scalar(
        select(func.count()).where(
            here,
            outbox.c.code == code,
            has_status(outbox, Status.UNDELIVERED, Status.EXPIRED),
            outbox.c.id > func.coalesce(arrived.scalar_subquery(), 0),
        )
    )
    return found or 0


async def codes(connection: AsyncConnection, since: datetime) -> dict[tuple[str, str], int]:
    """Count what did not arrive since then: (gateway, code) to messages. Reads the whole table."""
    found = await connection.execute(
        select(outbox.c.gateway, outbox.c.code, func.count())
        .where(has_status(outbox, Status.UNDELIVERED, Status.EXPIRED), outbox.c.status_at >= since)
        .group_by(outbox.c.gateway, outbox.c.code)
    )
    return {(gateway, code): messages for gateway, code, messages in found}


async def note(
    connection: AsyncConnection,
    receipts: Sequence[tuple[int, Sighting]],
    now: datetime,
    fates: Mapping[int, Fate] | None = None,
) -> None:
    """Write down what the network said of messages, by outbox id, and what is done about it."""
    fates = fates or {}
    said: list[dict[str, Any]] = []
    last: list[dict[str, Any]] = []
    for row, sighting in receipts:
        told = {"which": row, "code": sighting.code, "counted": sighting.segments}
        if sighting.status is Status.SENT:
            said.append(told)
        else:
            done = fates.get(row)
            last.append(
                told
                | {"status": sighting.status.value, "now": now}
                | {"done": done.action.value if done else "", "why": done.because if done else ""}
            )
    if said:
        await connection.execute(NOTE, said)
    if last:
        await connection.execute(RAISE, last)
        await telling.of_messages(connection, [one["which"] for one in last], now)


STILL_SENT = (outbox.c.id == bindparam("which")) & has_status(outbox, Status.SENT)
COUNTED = func.coalesce(bindparam("counted", type_=SmallInteger), outbox.c.segments)
RAISE = (
    update(outbox)
    .where(STILL_SENT)
    .values(
        status=bindparam("status"),
        code=bindparam("code"),
        segments=COUNTED,
        status_at=bindparam("now"),
        action=bindparam("done"),
        error=bindparam("why"),
    )
)
# A word on the way ("queued at the carrier") is shown; the instant of sending stays.
NOTE = update(outbox).where(STILL_SENT).values(code=bindparam("code"), segments=COUNTED)
