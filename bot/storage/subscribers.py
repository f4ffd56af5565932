"""Where people stand: their conversations with a gateway, and what they chose for all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.conversation import Conversation, Subscriber
from bot.storage.schema import conversations, subscribers


async def load_conversations(
    connection: AsyncConnection, keys: Collection[str]
) -> dict[str, Conversation]:
    """Read conversations by key, and lock them where other instances could work on them."""
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
    """Write conversations back."""
    if changed:
        await connection.execute(
            SAVE_CONVERSATION,
            [
                {
                    "which": one.key,
                    "replied": list(one.replied) or None,
                    "loop_noticed": one.loop_noticed,
                }
                for one in changed
            ],
        )


SAVE_CONVERSATION = (
    update(conversations)
    .where(conversations.c.key == bindparam("which"))
    .values(replied=bindparam("replied"), loop_noticed=bindparam("loop_noticed"))
)


async def load_subscribers(
    connection: AsyncConnection, numbers: Collection[str]
) -> dict[str, Subscriber]:
    """Read what is known of these people; who is not known yet stands at the beginning."""
    found = await connection.execute(
        select(
            subscribers.c.number,
            subscribers.c.opted_out,
            subscribers.c.changed_at,
            subscribers.c.cause,
            subscribers.c.language,
        ).where(subscribers.c.number.in_(numbers))
    )
    known = {row.number: Subscriber(*row) for row in found}
    return {number: known.get(number) or Subscriber(number) for number in numbers}


async def save_subscribers(connection: AsyncConnection, changed: Sequence[Subscriber]) -> None:
    """Write people back, or for the first time."""
    if not changed:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(subscribers)
    told = ("opted_out", "changed_at", "cause", "language")
    await connection.execute(
        row.on_conflict_do_update(
            index_elements=["number"], set_={name: row.excluded[name] for name in told}
        ),
        [
            {
                "number": one.number,
                "opted_out": one.opted_out,
                "changed_at": one.changed_at,
                "cause": one.cause,
                "language": one.language,
            }
            for one in changed
        ],
    )
