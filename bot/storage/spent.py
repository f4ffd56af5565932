"""What was sent on which day: each message once, in the transaction in which it became sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Float,
    Integer,
    String,
    bindparam,
    case,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ceilings import STARTED, Purpose
from bot.core.messages import Status
from bot.core.segments import segments
from bot.storage.columns import UNDER_WAY, has_status
from bot.storage.many import INSERT, Many
from bot.storage.outbox import BELIEVED_IN
from bot.storage.schema import outbox, spent

COLUMNS = ("day", "gateway", "purpose", "messages", "units")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one message cost."""

    id: int
    """In the outbox."""
    fence: int
    """Of who sent it; only where it is about to be settled as sent."""
    segments: int
    units: float


@dataclass(frozen=True, slots=True)
class Day:
    """What was sent on a day."""

    day: str
    """By the installation's zone: `2026-07-04`."""
    gateway: str
    purpose: str
    messages: int
    """Segments."""
    units: float


async def count(connection: AsyncConnection, costs: Sequence[Cost], day: str) -> None:
    """Count what is about to be settled as sent; ask before that is done.

    Who has another fence settles nothing, and counts nothing.
    """
    await _each(_count, connection, [_row(one, day) for one in costs])


async def count_found(connection: AsyncConnection, costs: Sequence[Cost], day: str) -> None:
    """Count what was unclear and is about to be settled as sent."""
    await _each(_count_found, connection, [_row(one, day) for one in costs])


async def _each(
    counts: Sequence[Many], connection: AsyncConnection, rows: Sequence[dict[str, Any]]
) -> None:
    """Count by purpose: in one order, so that no two processes wait for one another's sums."""
    every, *by_purpose = counts
    # SQLite has one writer, and all at once is cheaper.
    for one in [every] if connection.dialect.name == "sqlite" else by_purpose:
        await one(connection, rows)


async def since(connection: AsyncConnection, day: str) -> list[Day]:
    """Read what was sent since a day, that one too, by day."""
    found = await connection.execute(
        select(*(spent.c[name] for name in COLUMNS))
        .where(spent.c.day >= day)
        .order_by(spent.c.day, spent.c.gateway, spent.c.purpose)
    )
    return [Day(*row) for row in found]


async def under_way(connection: AsyncConnection) -> dict[int, int]:
    """Give the segments of what may have been sent and is not settled, by outbox id."""
    found = await connection.execute(
        select(outbox.c.id, outbox.c.text).where(has_status(outbox, *UNDER_WAY))
    )
    return {row: segments(text).count for row, text in found}


def _row(one: Cost, day: str) -> dict[str, Any]:
    return {
        "which": one.id,
        "held": one.fence,
        "day": day,
        "segments": one.segments,
        "units": one.units,
    }


_IS_STARTED: ColumnElement[bool] = outbox.c.message_class.in_(
    [literal_column(f"'{one.value}'") for one in sorted(STARTED)]
)


def _counting(store: str, where: ColumnElement[bool]) -> ClauseElement:
    purpose = case(
        (_IS_STARTED, literal_column(f"'{Purpose.STARTED.value}'")),
        else_=literal_column(f"'{Purpose.REPLY.value}'"),
    )
    row = INSERT[store](spent).from_select(
        COLUMNS,
        select(
            bindparam("day", type_=String),
            outbox.c.gateway,
            purpose,
            bindparam("segments", type_=Integer),
            bindparam("units", type_=Float),
        ).where(outbox.c.id == bindparam("which"), where),
    )
    return row.on_conflict_do_update(
        index_elements=["day", "gateway", "purpose"],
        set_={name: spent.c[name] + row.excluded[name] for name in ("messages", "units")},
    )


def _statements(where: ColumnElement[bool]) -> Sequence[Many]:
    """Count whatever was sent; replies alone; what we started alone."""
    kinds = (where, where & ~_IS_STARTED, where & _IS_STARTED)
    return [Many(partial(_counting, where=kind)) for kind in kinds]


_count = _statements(has_status(outbox, *BELIEVED_IN) & (outbox.c.fence == bindparam("held")))
_count_found = _statements(has_status(outbox, Status.UNCONFIRMED))
