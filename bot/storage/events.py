"""What the operator's own programs are to be told: written down with what caused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.ext.asyncio import AsyncConnection

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
    """Write events down, in this order."""
    await _record(
        connection,
        [
            {
                "conversation": one.conversation,
                "type": one.type,
                "created_at": one.created_at,
                "body": dict(one.body),
            }
            for one in happened
        ],
    )


_record = Many(
    lambda store: INSERT[store](events).values(
        {name: bindparam(name) for name in ("conversation", "type", "created_at", "body")}
    )
)
