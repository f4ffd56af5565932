"""Errands: what was decided and is done later, or elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errands import TO_DO, Errand, ErrandKind, ErrandStatus
from bot.storage.columns import has_status
from bot.storage.heard import heard_until, newest_reference
from bot.storage.many import INSERT, Many
from bot.storage.schema import errands

COLUMNS = [
    *("kind", "conversation", "gateway", "number", "inbound", "rule", "due_at", "body", "id"),
    "attempts",
]
"""In the order of `Errand`."""


async def enqueue(connection: AsyncConnection, wanted: Sequence[Errand], now: datetime) -> None:
    """Write errands down, to be done when they are due."""
    await _enqueue(
        connection,
        [
            {name: getattr(one, name) for name in COLUMNS if name != "id"}
            | {"status": ErrandStatus.WAITING.value, "status_at": now, "error": ""}
            for one in wanted
        ],
    )


_enqueue = Many(
    lambda store: INSERT[store](errands).values(
        {
            name: bindparam(name)
            for name in (*COLUMNS, "status", "status_at", "error")
            if name != "id"
        }
    )
)


async def due(
    connection: AsyncConnection,
    kind: ErrandKind,
    now: datetime,
    limit: int,
    *,
    gateway: str = "",
    heard: bool = False,
) -> list[Errand]:
    """Find what is to be done now and nobody does yet, the longest overdue first.

    `gateway`: only what is done through it. `heard`: only where everything that was sent until it
    was due has been read and decided.
    """
    asked = {"kind": kind.value, "now": now, "limit": limit}
    if gateway:
        asked["of_gateway"] = gateway
    found = await connection.execute(_due(of_gateway=bool(gateway), heard=heard), asked)
    return [Errand(ErrandKind(row[0]), *row[1:]) for row in found]


@cache
def _due(*, of_gateway: bool, heard: bool) -> Select[Any]:
    """Build what is asked at every tick once: that takes longer than to answer it."""
    one = errands.c
    wanted = select(*(one[name] for name in COLUMNS)).where(
        one.kind == bindparam("kind"),
        has_status(errands, *TO_DO),
        has_status(errands, ErrandStatus.WAITING),
        one.due_at <= bindparam("now"),
    )
    if of_gateway:
        wanted = wanted.where(one.gateway == bindparam("of_gateway"))
    if heard:
        reference = newest_reference(one.conversation)
        wanted = wanted.where(heard_until(one.due_at, one.conversation, one.gateway, reference))
    # No row is locked: this is also asked where nothing is changed, and there is one writer.
    return wanted.order_by(one.due_at, one.id).limit(bindparam("limit", type_=Integer))


async def begin(connection: AsyncConnection, ids: Collection[int], now: datetime) -> None:
    """Write down that these are being done. Commit before a byte leaves."""
    await connection.execute(
        update(errands)
        .where(errands.c.id.in_(ids))
        .values(
            status=ErrandStatus.UNDER_WAY.value,
            status_at=now,
            attempts=errands.c.attempts + 1,
        )
    )


async def under_way(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    """Say which of these are still being done: nobody cancelled them meanwhile."""
    found = await connection.scalars(
        select(errands.c.id).where(
            errands.c.id.in_(ids), has_status(errands, ErrandStatus.UNDER_WAY)
        )
    )
    return set(found)


async def settle(
    connection: AsyncConnection,
    ids: Collection[int],
    status: ErrandStatus,
    now: datetime,
    *,
    error: str = "",
) -> None:
    """Write down what became of them."""
    await connection.execute(
        update(errands)
        .where(errands.c.id.in_(ids))
        .values(status=status.value, status_at=now, error=error)
    )


async def postpone(
    connection: AsyncConnection, ids: Collection[int], until: datetime, *, error: str = ""
) -> None:
    """Do them again later."""
    await connection.execute(
        update(errands)
        .where(errands.c.id.in_(ids))
        .values(status=ErrandStatus.WAITING.value, due_at=until, error=error)
    )


async def recover(
    connection: AsyncConnection, kind: ErrandKind, status: ErrandStatus, now: datetime
) -> int:
    """Give what was under way when the process ended another status; say how many.

    `WAITING` for what may be done twice, `UNCLEAR` for what may not.
    """
    done = await connection.execute(
        update(errands)
        .where(
            errands.c.kind == kind.value,
            has_status(errands, *TO_DO),
            has_status(errands, ErrandStatus.UNDER_WAY),
        )
        .values(status=status.value, status_at=now)
    )
    return done.rowcount


async def cancel(
    connection: AsyncConnection,
    kinds: Collection[ErrandKind],
    now: datetime,
    *,
    conversations: Collection[str] = (),
    numbers: Collection[str] = (),
    begun: bool = False,
) -> int:
    """Cancel what waits for these conversations, or for these numbers on every gateway.

    `begun`: also what is being done; who does it asks `under_way` before it goes on.
    """
    if not conversations and not numbers:
        return 0
    whose: Any = (
        errands.c.conversation.in_(conversations)
        if conversations
        else errands.c.number.in_(numbers)
    )
    done = await connection.execute(
        update(errands)
        .where(
            has_status(errands, *TO_DO),
            true() if begun else has_status(errands, ErrandStatus.WAITING),
            errands.c.kind.in_([kind.value for kind in kinds]),
            whose,
        )
        .values(status=ErrandStatus.CANCELLED.value, status_at=now)
    )
    return done.rowcount


async def of_text(
    connection: AsyncConnection, conversation: str, inbound: int
) -> list[Mapping[str, Any]]:
    """Read what a text asked for, with what became of it, in that order."""
    found = await connection.execute(
        select(errands)
        .where(errands.c.conversation == conversation, errands.c.inbound == inbound)
        .order_by(errands.c.id)
    )
    return [row._asdict() for row in found]
