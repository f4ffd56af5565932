"""What a process does that dies right after it began to decide: an attempt is counted."""

from __future__ import annotations

from datetime import datetime

from bot.storage import inbox
from bot.storage.database import Connection


async def claim(
    connection: Connection, limit: int, *, gather: tuple[datetime, datetime] | None = None
) -> list[int]:
    """Choose texts and count an attempt at them."""
    chosen = await inbox.choose(connection, limit, gather=gather)
    await inbox.count(connection, chosen)
    return chosen


async def claim_suspect(connection: Connection) -> list[int]:
    """The same of one on which a process died."""
    chosen = await inbox.choose_suspect(connection)
    await inbox.count(connection, chosen)
    return chosen
