"""What may leave now: asked at every tick, and again until nothing is in the way.

What may not leave any more is stopped here, and told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, exists, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import MessageClass, Status
from bot.storage.outbox import ALONE, TO_THE_BLOCKED
from bot.storage.schema import STILL_OPEN, Instant, has_status, outbox, subscribers

STOPPED_AT_ONCE = 500
"""Rows looked at in one statement while all that was found so far may not leave."""


@dataclass(frozen=True, slots=True)
class Due:
    """A message that may leave now."""

    id: int
    number: str
    text: str
    message_class: str
    delivery: str
    fence: int
    alone: bool
    """It was refused together with others, and goes by itself now."""


@cache
def _due(waiting: frozenset[MessageClass]) -> Select[Any]:
    """Write the question; built once for each set of classes, as it is asked at every tick.

    What waits for a ceiling still lapses, and holds back nothing else of its conversation.
    """
    classes = [one.value for one in waiting]
    before = outbox.alias("before")
    held_back = exists().where(
        before.c.conversation == outbox.c.conversation,
        has_status(before, *STILL_OPEN),
        before.c.id < outbox.c.id,
        or_(~has_status(before, Status.QUEUED), before.c.message_class.not_in(classes))
        if waiting
        else true(),
    )
    blocked = exists().where(
        subscribers.c.number == outbox.c.number,
        subscribers.c.opted_out,
        outbox.c.message_class.not_in(TO_THE_BLOCKED),
    )
    return (
        select(
            outbox.c.id,
            outbox.c.number,
            outbox.c.text,
            outbox.c.message_class,
            outbox.c.delivery,
            outbox.c.fence,
            (outbox.c.code == ALONE).label("alone"),
            (outbox.c.expires_at <= bindparam("now", type_=Instant)).label("expired"),
            blocked.label("blocked"),
        )
        .where(
            outbox.c.gateway == bindparam("gateway"),
            has_status(outbox, Status.QUEUED),
            outbox.c.not_before <= bindparam("now", type_=Instant),
            ~held_back,
            or_(
                outbox.c.message_class.not_in(classes),
                outbox.c.expires_at <= bindparam("now", type_=Instant),
            )
            if waiting
            else true(),
        )
        .order_by(outbox.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=outbox)
    )


DUE_FIELDS = [field.name for field in fields(Due)]


async def due(
    connection: AsyncConnection,
    gateway: str,
    now: datetime,
    limit: int,
    stopped: list[tuple[int, Status]] | None = None,
    *,
    waiting: Collection[MessageClass] = (),
) -> list[Due]:
    """Find what may leave now: the first of each conversation, and only while none is unclear.

    What came too late to be sent lapses here, what its number opted out of is suppressed
    (INV-12, INV-13, INV-21, INV-22); both are told in `stopped`. Messages of the classes that are
    `waiting` stay where they are.
    """
    stopped = [] if stopped is None else stopped
    asked, question = {"gateway": gateway, "now": now, "most": limit}, _due(frozenset(waiting))
    # After an outage there may be thousands that are too late: nobody waits until they are gone.
    while rows := (await connection.execute(question, asked)).all():
        blocked = [row.id for row in rows if row.blocked]
        late = [row.id for row in rows if row.expired and not row.blocked]
        for ids, status in ((blocked, Status.SUPPRESSED), (late, Status.LAPSED)):
            await _stop(connection, ids, status, now)
            stopped += [(row, status) for row in ids]
        leaving = [
            Due(*(getattr(row, name) for name in DUE_FIELDS))
            for row in rows
            if not row.expired and not row.blocked
        ]
        if leaving:
            return leaving[:limit]
        asked["most"] = max(limit, STOPPED_AT_ONCE)
    return []


async def _stop(
    connection: AsyncConnection, ids: Sequence[int], status: Status, now: datetime
) -> None:
    if ids:
        await connection.execute(
            update(outbox).where(outbox.c.id.in_(ids)).values(status=status.value, status_at=now)
        )
