"""Whom the network says that it cannot reach, or not for a while: nothing is started to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ClauseElement, ColumnElement, bindparam, case, delete, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.many import INSERT, Many
from bot.storage.people_tables import stopped

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Stop:
    """A number that is left alone at a gateway."""

    conversation: str
    gateway: str
    number: str
    code: str
    """The vendor's word for it."""
    outbound: int
    """The message that did not arrive."""
    handed_at: datetime
    """When that was handed over: a text that was sent later ends it."""
    noted_at: datetime
    until: datetime | None = None
    """None: until the number texts, or an operator undoes it."""


COLUMNS = [one.name for one in fields(Stop)]


async def note(connection: AsyncConnection, stops: Sequence[Stop]) -> None:
    """Leave these alone from now on; a pause shortens no stop."""
    await _note(connection, [{name: getattr(one, name) for name in COLUMNS} for one in stops])


def _noting(store: str) -> ClauseElement:
    row = INSERT[store](stopped).values({name: bindparam(name) for name in COLUMNS})
    told: dict[str, ColumnElement[Any]] = {
        name: row.excluded[name] for name in COLUMNS if name != "conversation"
    }
    told["until"] = case((stopped.c.until.is_(None), null()), else_=row.excluded.until)
    return row.on_conflict_do_update(index_elements=["conversation"], set_=told)


_note = Many(_noting)


def holds(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Ask for those that are left alone at an instant."""
    return or_(stopped.c.until.is_(None), stopped.c.until > now)


async def heard(connection: AsyncConnection, texted: Mapping[str, datetime]) -> int:
    """End what is shown to be over by texts: conversation to when it was sent; say how many."""
    if not texted:
        return 0
    found = await connection.execute(
        select(stopped.c.conversation, stopped.c.handed_at).where(
            stopped.c.conversation.in_(list(texted))
        )
    )
    over = [row.conversation for row in found if texted[row.conversation] > row.handed_at]
    if over:
        await connection.execute(delete(stopped).where(stopped.c.conversation.in_(over)))
    return len(over)


async def among(
    connection: AsyncConnection, numbers: Collection[str], now: datetime
) -> set[tuple[str, str]]:
    """Say which of these are left alone, and at which gateways: (gateway, number)."""
    found: set[tuple[str, str]] = set()
    in_order = sorted(numbers)
    for start in range(0, len(in_order), AT_ONCE):
        some = in_order[start : start + AT_ONCE]
        rows = await connection.execute(
            select(stopped.c.gateway, stopped.c.number).where(
                stopped.c.number.in_(some), holds(now)
            )
        )
        found.update((row.gateway, row.number) for row in rows)
    return found


async def every(
    connection: AsyncConnection, now: datetime, conversations: Collection[str] | None = None
) -> list[Stop]:
    """Read who is left alone, the newest first; or which of these conversations are."""
    asked = select(*(stopped.c[name] for name in COLUMNS)).where(holds(now))
    if conversations is not None:
        asked = asked.where(stopped.c.conversation.in_(conversations))
    found = await connection.execute(
        asked.order_by(stopped.c.noted_at.desc(), stopped.c.conversation)
    )
    return [Stop(*row) for row in found]


async def lift(connection: AsyncConnection, conversations: Collection[str]) -> None:
    """Write to these again."""
    await connection.execute(delete(stopped).where(stopped.c.conversation.in_(conversations)))
