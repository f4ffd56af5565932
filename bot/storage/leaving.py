"""What may leave now: asked at every tick, and again until nothing is in the way.

What may not leave any more is stopped here, and told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import Batch, MessageClass, Status
from bot.core.quiet_hours import Quiet, QuietHours
from bot.core.starting import STARTING, in_words
from bot.storage import stops, subscribers as people, telling
from bot.storage.columns import STILL_OPEN, UNDER_WAY, Instant, has_status
from bot.storage.many import Many
from bot.storage.mirrors import BLOCKED
from bot.storage.outbox import ALONE, not_to_the_blocked
from bot.storage.people_tables import mirrored, stopped, subscribers
from bot.storage.schema import outbox

STOPPED_AT_ONCE = 500
"""Rows looked at in one statement while all that was found so far may not leave."""
STARTED = sorted(one.value for one in STARTING)
"""What we start: nobody gets it who may want no more messages, nor at a quiet hour."""
UNASKED = [*STARTED, MessageClass.FORWARD.value]
"""What no text or request of the number's own asks for: in vain where it cannot be reached."""


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
    language: str = ""
    verification: str = ""
    """Whose code it says."""
    way: str = ""
    """How that is sent."""


@cache
def _due(waiting: frozenset[MessageClass]) -> Select[Any]:
    """Write the question; built once for each set of classes, as it is asked at every tick.

    What waits for a ceiling still lapses, and holds back nothing else of its conversation; nor
    does what we start later.
    """
    now = bindparam("now", type_=Instant)
    classes = [one.value for one in waiting]
    in_time = or_(outbox.c.message_class.not_in(classes), outbox.c.expires_at <= now)
    return (
        select(
            outbox.c.id,
            outbox.c.number,
            outbox.c.text,
            outbox.c.message_class,
            outbox.c.delivery,
            outbox.c.fence,
            (outbox.c.code == ALONE).label("alone"),
            outbox.c.language,
            outbox.c.verification,
            outbox.c.way,
            outbox.c.not_before,
            outbox.c.expires_at,
            (outbox.c.expires_at <= now).label("expired"),
            _blocked(now).label("blocked"),
        )
        .where(
            outbox.c.gateway == bindparam("gateway"),
            has_status(outbox, Status.QUEUED),
            outbox.c.not_before <= now,
            ~_held_back(classes, now),
            in_time if waiting else true(),
        )
        .order_by(outbox.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=outbox)
    )


def _held_back(waiting: Sequence[str], now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Ask whether an earlier message of the conversation is to leave first."""
    before, flying = outbox.alias("before"), outbox.alias("flying")
    queued = has_status(before, Status.QUEUED)
    started = before.c.message_class.in_(STARTED)
    # A later one may have left before this one was committed: another instance wrote it.
    under_way = exists().where(
        flying.c.gateway == outbox.c.gateway,
        has_status(flying, *UNDER_WAY),
        flying.c.conversation == outbox.c.conversation,
    )
    earlier = exists().where(
        before.c.conversation == outbox.c.conversation,
        has_status(before, *STILL_OPEN),
        before.c.id < outbox.c.id,
        ~and_(queued, started, before.c.not_before > now),
        ~and_(queued, before.c.message_class.in_(waiting)) if waiting else true(),
    )
    return or_(earlier, under_way)


def _blocked(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Ask whether the number is not to get this message any more."""
    out = and_(subscribers.c.opted_out, not_to_the_blocked())
    unwilling = or_(subscribers.c.blocked, subscribers.c.unsure_at.is_not(None))
    started = outbox.c.message_class.in_(STARTED)
    here = exists().where(
        subscribers.c.number == outbox.c.number, or_(out, and_(started, unwilling))
    )
    there = exists().where(
        mirrored.c.list == BLOCKED,
        mirrored.c.gateway == outbox.c.gateway,
        mirrored.c.number == outbox.c.number,
    )
    left_alone = exists().where(stopped.c.conversation == outbox.c.conversation, stops.holds(now))
    unasked = outbox.c.message_class.in_(UNASKED)
    return or_(here, and_(started, there), and_(unasked, left_alone))


DUE_FIELDS = [field.name for field in fields(Due)]


async def due(
    connection: AsyncConnection,
    gateway: str,
    now: datetime,
    limit: int,
    stopped: list[tuple[int, Status]] | None = None,
    *,
    waiting: Collection[MessageClass] = (),
    quiet: QuietHours | None = None,
) -> list[Due]:
    """Find what may leave now: the first of each conversation, and only while none is unclear.

    What came too late to be sent lapses here, what its number opted out of is suppressed
    (INV-12, INV-13, INV-21, INV-22), and what we start is put off where the hour is `quiet`; all
    three are told in `stopped`. Messages of the classes that are `waiting` stay where they are.
    """
    stopped = [] if stopped is None else stopped
    asked, question = {"gateway": gateway, "now": now, "most": limit}, _due(frozenset(waiting))
    # After an outage there may be thousands that are too late: nobody waits until they are gone.
    while rows := (await connection.execute(question, asked)).all():
        refused = await _refused_before(connection, rows, now)
        blocked = [row.id for row in rows if row.blocked or row.id in refused]
        late = [row.id for row in rows if row.expired and row.id not in blocked]
        for ids, status in ((blocked, Status.SUPPRESSED), (late, Status.LAPSED)):
            await _stop(connection, ids, status, now)
            stopped += [(row, status) for row in ids]
        in_time = [row for row in rows if not row.expired and row.id not in blocked]
        put_off = await _put_off(connection, in_time, now, quiet)
        stopped += [(row, Status.QUEUED) for row in put_off]
        leaving = [
            Due(*(getattr(row, name) for name in DUE_FIELDS))
            for row in in_time
            if row.id not in put_off
        ]
        if leaving:
            return leaving[:limit]
        asked["most"] = max(limit, STOPPED_AT_ONCE)
    return []


async def may_leave(connection: AsyncConnection, batch: Batch, now: datetime) -> bool:
    """Tell whether all of a batch that was handed over may still leave.

    Not where somebody opted out, was blocked or was forgotten since, or another holds it by now.
    """
    held = await connection.scalar(
        select(func.count())
        .select_from(outbox)
        .where(
            outbox.c.id.in_(batch.ids),
            has_status(outbox, Status.SENDING),
            outbox.c.fence == batch.fence,
            ~_blocked(literal(now, Instant)),
        )
    )
    return held == len(batch.ids)


async def _refused_before(
    connection: AsyncConnection, rows: Sequence[Row[Any]], now: datetime
) -> frozenset[int]:
    """Find what would be passed on to somebody who opted out, and was forgotten since.

    Nothing else can be: whoever is forgotten takes what waits along, and is known where they text
    or are written to.
    """
    forwards = {row.id: row.number for row in rows if row.message_class == MessageClass.FORWARD}
    if not forwards:
        return frozenset()
    known = await people.load_subscribers(connection, set(forwards.values()), now)
    out = {number for number, person in known.items() if person.opted_out}
    return frozenset(row for row, number in forwards.items() if number in out)


async def _stop(
    connection: AsyncConnection, ids: Sequence[int], status: Status, now: datetime
) -> None:
    if ids:
        await connection.execute(
            update(outbox).where(outbox.c.id.in_(ids)).values(status=status.value, status_at=now)
        )
        await telling.of_messages(connection, ids, now)


async def _put_off(
    connection: AsyncConnection, rows: Sequence[Row[Any]], now: datetime, quiet: QuietHours | None
) -> frozenset[int]:
    """Let what we start wait until its place is open; it then has the life that it had.

    It was written down for a good hour, but an outage, or a gateway that was held, took longer.
    """
    if quiet is None:
        return frozenset()
    waiting = {
        row.id: _later(row, found)
        for row in rows
        if row.message_class in STARTED and (found := quiet.at(row.number, now)) is not None
    }
    await _defer(connection, list(waiting.values()))
    return frozenset(waiting)


def _later(row: Row[Any], found: Quiet) -> dict[str, Any]:
    return {
        "which": row.id,
        "until": found.until,
        "lapses": found.until + (row.expires_at - row.not_before),
        "why": in_words(found),
    }


_defer = Many(
    lambda _store: (
        update(outbox)
        .where(outbox.c.id == bindparam("which"))
        .values(
            not_before=bindparam("until", type_=Instant),
            expires_at=bindparam("lapses", type_=Instant),
            error=bindparam("why"),
        )
    )
)
