"""Forgetting: texts after their time, rows once no gateway can list them any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import OPEN, InboundStatus
from bot.storage.schema import inbox, outbox

AT_ONCE = 1000
"""Rows in one transaction: the writer is not held for long."""


async def blank(connection: AsyncConnection, before: datetime) -> int:
    """Take the words out of a batch of old messages; say of how many. The rows stay.

    A row whose text was forgotten still says that it was read: a gateway that lists it again
    is not answered again (INV-27).
    """
    heard = select(inbox.c.id).where(
        inbox.c.received_at < before,
        inbox.c.status != InboundStatus.NEW.value,
        inbox.c.text != "",
    )
    said = select(outbox.c.id).where(
        outbox.c.created_at < before,
        outbox.c.status.not_in([status.value for status in OPEN]),
        outbox.c.text != "",
    )
    forgotten = 0
    for table, old in ((inbox, heard), (outbox, said)):
        which = old.limit(AT_ONCE).scalar_subquery()
        done = await connection.execute(update(table).where(table.c.id.in_(which)).values(text=""))
        forgotten += done.rowcount
    return forgotten


async def purge(connection: AsyncConnection, before: datetime) -> int:
    """Delete a batch of old rows; say how many. Only what no gateway lists any more."""
    deleted = 0
    for table, moment in ((inbox, inbox.c.received_at), (outbox, outbox.c.created_at)):
        old = select(table.c.id).where(moment < before, *_done(table)).limit(AT_ONCE)
        done = await connection.execute(delete(table).where(table.c.id.in_(old.scalar_subquery())))
        deleted += done.rowcount
    return deleted


def _done(table: Table) -> list[object]:
    if table is inbox:
        return [inbox.c.status != InboundStatus.NEW.value]
    return [outbox.c.status.not_in([status.value for status in OPEN])]
