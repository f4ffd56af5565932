"""Events on their way to programs: written with what caused them, one row for each address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.deliveries import DeliveryStatus, Listeners, wants
from bot.storage.columns import has_status
from bot.storage.many import INSERT, Many
from bot.storage.program_tables import deliveries
from bot.storage.schema import events

LISTENERS = "listeners"
"""Under which a connection knows who wants which events."""
_WAITING = has_status(deliveries, DeliveryStatus.WAITING)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that is to go to one address."""

    id: int
    event: int
    type: str
    created_at: datetime
    body: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of handing one over."""

    id: int
    status: DeliveryStatus
    due_at: datetime
    """When it is tried again, where it still waits."""
    error: str = ""


def listening(connection: AsyncConnection, event: str) -> list[str]:
    """Name the addresses that want an event; most installations have none."""
    listeners: Listeners = connection.info[LISTENERS]
    return [webhook for webhook, wanted in listeners.items() if wants(wanted, event)]


async def enqueue(
    connection: AsyncConnection,
    recorded: Sequence[tuple[int, str, str]],
    now: datetime,
) -> None:
    """Write down who is to be told of events, given by id, conversation and type."""
    rows = [
        {
            "event": event,
            "conversation": conversation,
            "webhook": webhook,
            "status": DeliveryStatus.WAITING.value,
            "status_at": now,
            "due_at": now,
            "attempts": 0,
            "error": "",
        }
        for event, conversation, type_ in recorded
        for webhook in listening(connection, type_)
    ]
    await _enqueue(connection, rows)


_enqueue = Many(
    lambda store: INSERT[store](deliveries).values(
        {column.name: bindparam(column.name) for column in deliveries.c if column.name != "id"}
    )
)


async def due(
    connection: AsyncConnection, webhook: str, now: datetime, limit: int
) -> list[Delivery]:
    """Find what is to go to an address now: of each conversation the first alone."""
    earlier = deliveries.alias()
    first = (
        select(func.min(earlier.c.id))
        .where(has_status(earlier, DeliveryStatus.WAITING), earlier.c.webhook == webhook)
        .group_by(earlier.c.conversation)
    )
    found = await connection.execute(
        _wanted()
        .where(deliveries.c.id.in_(first), _WAITING, deliveries.c.due_at <= now)
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(limit)
    )
    return [Delivery(*row) for row in found]


def _wanted() -> Select[Any]:
    columns = (deliveries.c.id, events.c.id, events.c.type, events.c.created_at, events.c.body)
    return select(*columns, deliveries.c.attempts).join(events, events.c.id == deliveries.c.event)


async def settle(connection: AsyncConnection, attempts: Sequence[Attempt], now: datetime) -> None:
    """Write down what came of attempts; what was forgotten meanwhile stays forgotten."""
    again = [one for one in attempts if one.status is DeliveryStatus.WAITING]
    await _postpone(
        connection, [{"which": one.id, "until": one.due_at, "why": one.error} for one in again]
    )
    await _settle(
        connection,
        [
            {"which": one.id, "became": one.status.value, "now": now, "why": one.error}
            for one in attempts
            if one.status is not DeliveryStatus.WAITING
        ],
    )


_postpone = Many(
    lambda _store: (
        update(deliveries)
        .where(deliveries.c.id == bindparam("which"), _WAITING)
        .values(
            due_at=bindparam("until"),
            attempts=deliveries.c.attempts + literal_column("1"),
            error=bindparam("why"),
        )
    )
)
_settle = Many(
    lambda _store: (
        update(deliveries)
        .where(deliveries.c.id == bindparam("which"), _WAITING)
        .values(
            status=bindparam("became"),
            status_at=bindparam("now"),
            attempts=deliveries.c.attempts + literal_column("1"),
            error=bindparam("why"),
        )
    )
)


async def give_up(
    connection: AsyncConnection,
    before: datetime,
    now: datetime,
    *,
    webhooks: Collection[str] = (),
    known: Collection[str] = (),
) -> int:
    """Give up what has waited since before that, for these addresses or for unknown ones."""
    whose = deliveries.c.webhook.in_(webhooks) | deliveries.c.webhook.not_in(known)
    done = await connection.execute(
        update(deliveries)
        .where(_WAITING, whose, deliveries.c.status_at < before)
        .values(status=DeliveryStatus.FAILED.value, status_at=now)
    )
    return done.rowcount


async def again(
    connection: AsyncConnection, now: datetime, *, of: int | None, known: Collection[str]
) -> int:
    """Send one once more, whatever came of it, or all that were given up; say how many.

    Only to addresses that are known; three days begin anew.
    """
    which = (
        deliveries.c.id == of if of is not None else has_status(deliveries, DeliveryStatus.FAILED)
    )
    there = deliveries.c.event.in_(select(events.c.id))
    done = await connection.execute(
        update(deliveries)
        .where(which, there, deliveries.c.webhook.in_(known))
        .values(status=DeliveryStatus.WAITING.value, status_at=now, due_at=now, attempts=0)
    )
    return done.rowcount


async def waiting(connection: AsyncConnection) -> dict[str, int]:
    """Count what waits: digest of an address to rows."""
    found = await connection.execute(
        select(deliveries.c.webhook, func.count().label("rows"))
        .where(_WAITING)
        .group_by(deliveries.c.webhook)
    )
    return {row.webhook: row.rows for row in found}


# --- for the operator ----------------------------------------------------------------------------


async def overview(connection: AsyncConnection) -> dict[str, dict[str, int]]:
    """Count by address and status."""
    found = await connection.execute(
        select(deliveries.c.webhook, deliveries.c.status, func.count()).group_by(
            deliveries.c.webhook, deliveries.c.status
        )
    )
    counts: dict[str, dict[str, int]] = {}
    for webhook, status, rows in found:
        counts.setdefault(webhook, {})[status] = rows
    return counts


async def undelivered(connection: AsyncConnection, limit: int) -> list[Mapping[str, Any]]:
    """Read the newest that failed at least once and did not arrive, with what they tell."""
    return await _shown(
        connection,
        (deliveries.c.status != DeliveryStatus.DONE.value) & (deliveries.c.error != ""),
        limit,
    )


async def one(connection: AsyncConnection, delivery: int) -> Mapping[str, Any] | None:
    """Read one of them."""
    return next(iter(await _shown(connection, deliveries.c.id == delivery, 1)), None)


async def _shown(
    connection: AsyncConnection, which: ColumnElement[bool], limit: int
) -> list[Mapping[str, Any]]:
    told = (events.c.type, events.c.created_at, events.c.body)
    found = await connection.execute(
        select(deliveries, *told)
        .join(events, events.c.id == deliveries.c.event)
        .where(which)
        .order_by(deliveries.c.id.desc())
        .limit(limit)
    )
    return [row._asdict() for row in found]
