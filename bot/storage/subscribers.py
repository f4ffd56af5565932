"""Where people stand: their conversations with a gateway, and what they chose for all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.conversation import Conversation, Subscriber
from bot.storage.many import upsert
from bot.storage.schema import conversations, subscribers


async def load_conversations(
    connection: AsyncConnection, keys: Collection[str]
) -> dict[str, Conversation]:
    """Read the conversations that are known, and lock them where others could work on them."""
    found = await connection.execute(
        select(
            conversations.c.key,
            conversations.c.gateway,
            conversations.c.number,
            conversations.c.replied,
            conversations.c.loop_noticed,
        )
        .where(conversations.c.key.in_(keys))
        .order_by(conversations.c.key)  # one order for every locker: no deadlock
        .with_for_update()
    )
    return {
        key: Conversation(key, gateway, number, tuple(replied or ()), noticed)
        for key, gateway, number, replied, noticed in found
    }


async def save_conversations(connection: AsyncConnection, changed: Sequence[Conversation]) -> None:
    """Write conversations back, or for the first time."""
    rows = [
        {
            "key": one.key,
            "gateway": one.gateway,
            "number": one.number,
            "replied": list(one.replied) or None,
            "loop_noticed": one.loop_noticed,
        }
        for one in changed
    ]
    await _save_conversations(connection, rows)


_save_conversations = upsert(
    conversations, ["key", "gateway", "number", "replied", "loop_noticed"], known_by="key"
)


async def load_subscribers(
    connection: AsyncConnection, numbers: Collection[str]
) -> dict[str, Subscriber]:
    """Read those of these people who are known."""
    found = await connection.execute(
        select(
            subscribers.c.number,
            subscribers.c.opted_out,
            subscribers.c.changed_at,
            subscribers.c.cause,
            subscribers.c.language,
        ).where(subscribers.c.number.in_(numbers))
    )
    return {row.number: Subscriber(*row) for row in found}


async def save_subscribers(connection: AsyncConnection, changed: Sequence[Subscriber]) -> None:
    """Write people back, or for the first time."""
    rows = [
        {
            "number": one.number,
            "opted_out": one.opted_out,
            "changed_at": one.changed_at,
            "cause": one.cause,
            "language": one.language,
        }
        for one in changed
    ]
    await _save_subscribers(connection, rows)


_save_subscribers = upsert(
    subscribers, ["number", "opted_out", "changed_at", "cause", "language"], known_by="number"
)
