"""What was said either way, in one order: texts in the inbox, and messages in the outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import inbox, outbox


@dataclass(frozen=True, slots=True)
class Place:
    """How far was read: the last ids of either table. Rows are never put in before."""

    theirs: int = 0
    ours: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which are asked for."""

    theirs: bool = True
    ours: bool = True
    conversations: Collection[str] | None = None
    """By their keys; None: all."""
    since: datetime | None = None
    after: Place = Place()


@dataclass(frozen=True, slots=True)
class Said:
    """A text of theirs, or a message of ours."""

    ours: bool
    at: datetime
    """By our clock: when it was read, or written down."""
    row: Mapping[str, Any]
    """All that is stored of it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was said."""

    said: Sequence[Said]
    """Oldest first."""
    next: Place
    """Behind the last of them; what comes later stands after it."""
    more: bool
    """There is more already."""


async def page(connection: AsyncConnection, wanted: Wanted, limit: int) -> Page:
    """Read what was said after a place."""
    theirs = await _read(connection, wanted, limit, ours=False) if wanted.theirs else []
    ours = await _read(connection, wanted, limit, ours=True) if wanted.ours else []
    # By time, and each table in its own order, whatever a clock did.
    said = list(islice(merge(theirs, ours, key=lambda one: one.at), limit))
    last = {one.ours: one.row["id"] for one in said}
    place = Place(last.get(False, wanted.after.theirs), last.get(True, wanted.after.ours))
    return Page(said, place, more=len(theirs) + len(ours) > len(said))


async def _read(
    connection: AsyncConnection, wanted: Wanted, limit: int, *, ours: bool
) -> list[Said]:
    """Read what a page may need of one table, and one more."""
    table, at = _table(ours=ours)
    rows = select(table).where(table.c.id > (wanted.after.ours if ours else wanted.after.theirs))
    if wanted.conversations is not None:
        rows = rows.where(table.c.conversation.in_(wanted.conversations))
    if wanted.since is not None:
        rows = rows.where(at >= wanted.since)
    found = await connection.execute(rows.order_by(table.c.id).limit(limit + 1))
    return [Said(ours, row._asdict()[at.name], row._asdict()) for row in found]


async def find(connection: AsyncConnection, which: int, *, ours: bool) -> Said | None:
    """Read one."""
    table, at = _table(ours=ours)
    row = (await connection.execute(select(table).where(table.c.id == which))).first()
    return Said(ours, row._asdict()[at.name], row._asdict()) if row else None


async def caused(connection: AsyncConnection, conversation: str, cause: str) -> tuple[int, str]:
    """Give id and status of the message of ours that a cause led to."""
    found = await connection.execute(
        select(outbox.c.id, outbox.c.status).where(
            outbox.c.conversation == conversation, outbox.c.cause == cause
        )
    )
    row = found.one()
    return row.id, row.status


def _table(*, ours: bool) -> tuple[Table, Column[datetime]]:
    return (outbox, outbox.c.created_at) if ours else (inbox, inbox.c.received_at)
