"""Alarms that last, and those that were not told yet. What is over and told leaves no row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, null, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.alarms import Alarm, AlarmKind, Key
from bot.storage.many import INSERT, Many
from bot.storage.schema import alarms


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm of the store."""

    alarm: Alarm
    raised_at: datetime
    announced: bool
    """Whether it was told that it begins."""
    over_at: datetime | None
    """It is over, and that was not told yet; None: it lasts."""

    @property
    def lasts(self) -> bool:
        """Whether it is not over."""
        return self.over_at is None


async def every(connection: AsyncConnection) -> list[Raised]:
    """Read all, in the order in which they were raised."""
    found = await connection.execute(
        select(alarms).order_by(alarms.c.raised_at, alarms.c.kind, alarms.c.gateway)
    )
    return [
        Raised(
            Alarm(AlarmKind(row.kind), row.gateway, row.told, row.detail),
            row.raised_at,
            row.announced,
            row.over_at,
        )
        for row in found
    ]


async def put(connection: AsyncConnection, raised: Sequence[Alarm], now: datetime) -> None:
    """Raise these; of those that last already, keep the newest words, and tell nothing anew."""
    await _put(
        connection,
        [
            {
                "kind": one.kind.value,
                "gateway": one.gateway,
                "raised_at": now,
                "announced": False,
                "told": dict(one.told),
                "detail": dict(one.detail),
            }
            for one in raised
        ],
    )


NAMES = ("kind", "gateway", "raised_at", "announced", "told", "detail")
_put = Many(
    lambda store: (
        INSERT[store](alarms)
        .values({name: bindparam(name) for name in NAMES})
        .on_conflict_do_update(
            index_elements=["kind", "gateway"],
            set_={"told": bindparam("told"), "detail": bindparam("detail"), "over_at": null()},
        )
    )
)


async def end(connection: AsyncConnection, keys: Collection[Key], now: datetime) -> int:
    """Note that these are over; say how many lasted until now."""
    if not keys:
        return 0
    done = await connection.execute(
        update(alarms).where(_these(keys), alarms.c.over_at.is_(None)).values(over_at=now)
    )
    return done.rowcount


async def announced(connection: AsyncConnection, keys: Collection[Key]) -> None:
    """Note that it was told of these that they began, and of those that are over, that too."""
    if keys:
        await connection.execute(update(alarms).where(_these(keys)).values(announced=True))
        await connection.execute(delete(alarms).where(_these(keys), alarms.c.over_at.is_not(None)))


def _these(keys: Collection[Key]) -> ColumnElement[bool]:
    return tuple_(alarms.c.kind, alarms.c.gateway).in_(
        [(kind.value, gateway) for kind, gateway in keys]
    )


async def fault_since(connection: AsyncConnection, gateway: str) -> Mapping[str, object] | None:
    """Read the detail of a gateway's fault that lasts; None: there is none."""
    found = await connection.execute(
        select(alarms.c.detail).where(
            alarms.c.kind == AlarmKind.FAULT.value,
            alarms.c.gateway == gateway,
            alarms.c.over_at.is_(None),
        )
    )
    row = found.first()
    return row.detail if row else None
