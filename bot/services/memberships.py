"""Ends memberships whose time is over (`lasts` of a list). Nothing is said to the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.clock import Clock
from bot.core.conversation import conversation_key
from bot.log import logger
from bot.storage import events, members, subscribers
from bot.storage.database import Connection, Database
from bot.storage.events import Event
from bot.storage.members import Member

LOG = logger(__name__)
AT_ONCE = 500
ENDED = "ended"
"""The status under which `list.left` tells of a membership whose time was over."""


class Memberships:
    """Looks for memberships that are over: rules see them so before, this tells it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def tick(self) -> int:
        """End a batch; say how many."""
        now = self._clock.now()
        async with self._database.read() as connection:
            if not await members.ended(connection, now, 1):
                return 0
        async with self._database.write() as connection:
            over = await members.ended(connection, now, AT_ONCE)
            await take_off(connection, over, now, status=ENDED)
        LOG.info("Memberships of lists ended", action="lists.ended", people=len(over))
        return len(over)


async def take_off(
    connection: Connection, leaving: Sequence[Member], now: datetime, *, status: str
) -> None:
    """Take members off their lists, and tell the operator's programs; the caller commits."""
    await subscribers.leave(
        connection, [{"number": one.number, "list": one.list, "left_at": now} for one in leaving]
    )
    await events.record(
        connection, [told("list.left", one, now, {"status": status}) for one in leaving]
    )


def told(event: str, one: Member, now: datetime, more: Mapping[str, str]) -> Event:
    """Say that somebody joined or left a list on the occasion of no text."""
    body = {"number": one.number, "gateway": one.gateway, "list": one.list, **more}
    return Event(conversation_key(one.gateway, one.number), event, now, body)
