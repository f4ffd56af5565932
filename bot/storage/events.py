"""What the operator's own programs are to be told: written down with what caused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import deliveries
from bot.storage.many import INSERT, Many
from bot.storage.schema import events


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a conversation."""

    conversation: str
    type: str
    created_at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)
    """JSON: what the event tells."""


async def record(connection: AsyncConnection, happened: Sequence[Event]) -> None:
    """Write events down, in this order, and with them to whom they are to be told."""
    if not any(is_wanted(connection, one.type) for one in happened):
        await _record(connection, [_row(one) for one in happened])
        return
    returning = insert(events).returning(events.c.id, sort_by_parameter_order=True)
    ids = (await connection.scalars(returning, [_row(one) for one in happened])).all()
    await deliveries.enqueue(
        connection,
        [(id_, one.conversation, one.type) for id_, one in zip(ids, happened, strict=True)],
        max(one.created_at for one in happened),
    )


def is_wanted(connection: AsyncConnection, event: str) -> bool:
    """Tell whether any address is to be told of an event."""
    return bool(deliveries.listening(connection, event))


def _row(one: Event) -> dict[str, Any]:
    return {
        "conversation": one.conversation,
        "type": one.type,
        "created_at": one.created_at,
        "body": dict(one.body),
    }


async def of_types(
    connection: AsyncConnection, conversation: str, types: Sequence[str]
) -> list[Event]:
    """Read what happened of these types in a conversation, in that order. No index helps."""
    found = await connection.execute(
        select(events.c.conversation, events.c.type, events.c.created_at, events.c.body)
        .where(events.c.conversation == conversation, events.c.type.in_(types))
        .order_by(events.c.id)
    )
    return [Event(*row) for row in found]


_record = Many(
    lambda store: INSERT[store](events).values(
        {name: bindparam(name) for name in ("conversation", "type", "created_at", "body")}
    )
)
