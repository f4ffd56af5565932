"""What it takes to know a person's answer from ours: who texted when, and what we handed over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import Status
from bot.core.takeover import Ours
from bot.storage.columns import UNDER_WAY, is_told
from bot.storage.schema import inbox, installation, outbox

AT_ONCE = 500
"""Names in one statement."""
NEVER_LEFT = frozenset({Status.QUEUED, Status.LAPSED, Status.SUPPRESSED, Status.CANCELLED})
"""Where a message stands here and never was unclear, nothing was taken of it."""


async def since(connection: AsyncConnection, gateway: str, now: datetime) -> datetime:
    """Say from when on a gateway's messages are judged: since this was first asked."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    name = f"takeover {gateway}"
    row = dialect.insert(installation).values(name=name, value=now.isoformat())
    await connection.execute(row.on_conflict_do_nothing())
    begun = await connection.scalar(
        select(installation.c.value).where(installation.c.name == name)
    )
    return datetime.fromisoformat(str(begun))


async def texted_at(connection: AsyncConnection) -> datetime | None:
    """Say when the newest text came in, wherever; None: none did."""
    newest = select(func.max(inbox.c.id)).scalar_subquery()
    return await connection.scalar(select(inbox.c.received_at).where(inbox.c.id == newest))


async def bound(connection: AsyncConnection, gateway: str, ids: Collection[str]) -> set[str]:
    """Say which of a gateway's ids belong to messages of ours."""
    found: set[str] = set()
    for part in _parts(ids):
        rows = select(outbox.c.gateway_id).where(
            outbox.c.gateway == gateway,
            is_told(outbox.c.gateway_id),
            outbox.c.gateway_id.in_(part),
        )
        found.update(await connection.scalars(rows))
    return found


async def texts(
    connection: AsyncConnection, conversations: Collection[str], oldest: datetime
) -> dict[str, list[datetime]]:
    """Read when people texted, by number."""
    found: dict[str, list[datetime]] = {}
    for part in _parts(conversations):
        rows = select(inbox.c.number, inbox.c.sent_at).where(
            inbox.c.conversation.in_(part), inbox.c.sent_at >= oldest
        )
        for number, sent_at in await connection.execute(rows):
            found.setdefault(number, []).append(sent_at)
    return found


async def ours(
    connection: AsyncConnection, conversations: Collection[str], oldest: datetime
) -> list[Ours]:
    """Read what was handed over in these conversations, whatever came of it."""
    found: list[Ours] = []
    for part in _parts(conversations):
        rows = select(
            *(outbox.c.number, outbox.c.gateway_id, outbox.c.text, outbox.c.created_at),
            *(outbox.c.lease_until, outbox.c.status, outbox.c.unclear_at),
        ).where(outbox.c.conversation.in_(part), outbox.c.lease_until >= oldest)
        found += [_ours(row) for row in await connection.execute(rows)]
    return found


def _ours(row: Any) -> Ours:  # noqa: ANN401 - a row of just these columns
    status = Status(row.status)
    refused = status in NEVER_LEFT and row.unclear_at is None
    return Ours(
        number=row.number,
        gateway_id=row.gateway_id,
        text=row.text,
        created_at=row.created_at,
        left_by=None if refused else row.lease_until,
        open=status in UNDER_WAY,
    )


def _parts(names: Collection[str]) -> Iterable[Sequence[str]]:
    in_order = sorted(names)
    return (in_order[start : start + AT_ONCE] for start in range(0, len(in_order), AT_ONCE))
