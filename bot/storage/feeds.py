"""What lists texts at the gateways, how far each was read, and when it is due again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    case,
    func,
    literal,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.conversation import conversation_key
from bot.core.instants import milliseconds
from bot.core.messages import Feed, FeedState
from bot.storage.columns import Instant, is_told
from bot.storage.schema import conversations, feeds, is_followed

SECOND = 1000
"""In the store's milliseconds."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A feed, and whether somebody's answer is to be expected there."""

    feed: Feed
    newest: bool
    """It is the newest campaign of some number, or was begun elsewhere (we cannot know)."""


async def ensure(
    connection: AsyncConnection,
    gateway: str,
    references: Collection[str],
    now: datetime,
    *,
    adopted: bool,
) -> None:
    """Begin to read feeds; those that are known already stay as they are."""
    if references:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        await connection.execute(
            dialect.insert(feeds).on_conflict_do_nothing(),
            [_new(gateway, reference, now, adopted=adopted) for reference in references],
        )


async def adopt(
    connection: AsyncConnection, gateway: str, reference: str, now: datetime, *, new: bool
) -> bool:
    """Begin, or begin again, to read a campaign that was begun elsewhere.

    What its first reading lists is history, unless all of it is `new`. False: it is read already,
    and stays as it is.
    """
    known = await connection.scalar(select(feeds.c.state).where(*_this(gateway, reference)))
    if known not in {None, FeedState.RETIRED}:
        return False
    await ensure(connection, gateway, [reference], now, adopted=True)
    await connection.execute(
        update(feeds)
        .where(*_this(gateway, reference))
        .values(
            opened_at=now,
            due_at=now,
            hot_at=now,
            state=FeedState.LIVE.value,
            adopted=True,
            read_at=now if new else None,
        )
    )
    return True


async def let_go(connection: AsyncConnection, gateway: str, reference: str) -> bool:
    """Read a campaign no more that was begun elsewhere. False: there is none that is read."""
    ended = await connection.execute(
        update(feeds)
        .where(*_this(gateway, reference), feeds.c.adopted, is_followed())
        .values(state=FeedState.RETIRED.value)
    )
    return ended.rowcount > 0


async def adopted(connection: AsyncConnection, gateway: str) -> list[Feed]:
    """List the campaigns begun elsewhere that are read, the newest first."""
    rows = await connection.execute(
        select(feeds)
        .where(feeds.c.gateway == gateway, feeds.c.adopted, is_told(feeds.c.reference))
        .where(is_followed())
        .order_by(feeds.c.opened_at.desc(), feeds.c.reference)
    )
    return [_feed(row) for row in rows]


def _this(gateway: str, reference: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return feeds.c.gateway == gateway, feeds.c.reference == reference


def _new(gateway: str, reference: str, now: datetime, *, adopted: bool) -> dict[str, Any]:
    return {
        "gateway": gateway,
        "reference": reference,
        "cursor": {},
        "opened_at": now,
        "due_at": now,
        "hot_at": now,
        "state": FeedState.LIVE.value,
        "adopted": adopted,
        "newest_for": 0,
    }


async def opened(
    connection: AsyncConnection,
    gateway: str,
    reference: str,
    numbers: Sequence[str],
    now: datetime,
) -> None:
    """A campaign of ours went to these numbers: it is now the newest of each."""
    await ensure(connection, gateway, [reference], now, adopted=False)
    keys = [conversation_key(gateway, number) for number in numbers]
    mine = conversations.c.key.in_(keys)
    left = await connection.execute(
        select(conversations.c.newest_reference, func.count())
        .where(mine, conversations.c.newest_reference.not_in(["", reference]))
        .group_by(conversations.c.newest_reference)
    )
    this = feeds.c.gateway == gateway
    for older, people in left.all():
        await connection.execute(
            update(feeds)
            .where(this, feeds.c.reference == older)
            .values(newest_for=feeds.c.newest_for - people)
        )
    came = await connection.execute(
        update(conversations)
        .where(mine, conversations.c.newest_reference != reference)
        .values(newest_reference=reference)
    )
    await connection.execute(
        update(feeds)
        .where(this, feeds.c.reference == reference)
        .values(newest_for=feeds.c.newest_for + came.rowcount)
    )


async def due(
    connection: AsyncConnection, gateway: str, now: datetime, limit: int
) -> list[Followed]:
    """Read the feeds that are due, the latest for its interval first (INV-25).

    After an outage thousands may be due: a campaign that has just begun does not wait for them.
    """
    which = feeds.c.due_at <= now
    return await _followed(connection, feeds.c.gateway == gateway, which, limit, _latest(now))


def _latest(now: datetime) -> ColumnElement[Any]:
    """The order of `bot.core.schedule.order`, so that its first are among those that are read."""
    due_at = type_coerce(feeds.c.due_at, BigInteger)
    since = type_coerce(func.coalesce(feeds.c.read_at, feeds.c.opened_at), BigInteger)
    waited = case((due_at - since > SECOND, due_at - since), else_=literal(SECOND))
    return ((milliseconds(now) - due_at) * 1.0 / waited).desc()


async def followed(connection: AsyncConnection, gateway: str) -> list[Followed]:
    """Read every feed that is still read."""
    return await _followed(connection, feeds.c.gateway == gateway, true(), None, feeds.c.due_at)


async def _followed(
    connection: AsyncConnection,
    whose: ColumnElement[bool],
    which: ColumnElement[bool],
    limit: int | None,
    order: ColumnElement[Any],
) -> list[Followed]:
    rows = await connection.execute(
        select(feeds)
        .where(whose, is_followed(), which)
        .order_by(order, feeds.c.due_at)
        .limit(limit)
    )
    return [Followed(_feed(row), row.adopted or row.newest_for > 0) for row in rows]


def _feed(row: Any) -> Feed:  # noqa: ANN401 - a row of many types
    return Feed(
        gateway=row.gateway,
        reference=row.reference,
        cursor=row.cursor,
        opened_at=row.opened_at,
        due_at=row.due_at,
        hot_at=row.hot_at,
        state=FeedState(row.state),
        adopted=row.adopted,
        read_at=row.read_at,
    )


async def move(connection: AsyncConnection, feed: Feed) -> None:
    """Write down how far a feed was read and when it is due; with the texts, in one transaction.

    The cursor never moves without the rows (INV-11). What was let go of meanwhile stays so.
    """
    await connection.execute(
        update(feeds)
        .where(*_this(feed.gateway, feed.reference), is_followed())
        .values(
            cursor=dict(feed.cursor),
            due_at=feed.due_at,
            hot_at=feed.hot_at,
            state=feed.state.value,
            read_at=feed.read_at,
        )
    )


async def set_back(connection: AsyncConnection, gateway: str, by: timedelta) -> None:
    """Move what is known of the feeds' times along with a clock that was set back."""
    times = {
        column.name: type_coerce(type_coerce(column, BigInteger) - by // MILLISECOND, Instant)
        for column in (feeds.c.due_at, feeds.c.hot_at, feeds.c.read_at)
    }
    await connection.execute(update(feeds).where(feeds.c.gateway == gateway).values(times))


MILLISECOND = timedelta(milliseconds=1)
