"""Forgets what is older than the retention says."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.log import logger
from bot.storage import retention
from bot.storage.database import Database

LOG = logger(__name__)
HORIZON = timedelta(days=45)
"""Rows stay at least this long, without their words: a gateway may still list what they stand for
(VuduMobile: swept over three days, `history` at a first start). The answers to a campaign stay for
as long as it is followed: the newest of each subscriber for ever."""


class Janitor:
    """Blanks texts after `texts`; deletes rows once no gateway can list them any more.

    Answers, events and errands that are done have no gateway that lists them: they go with texts.
    """

    def __init__(self, database: Database, clock: Clock, *, texts: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._texts = texts

    async def tick(self) -> int:
        """Forget one batch; say how many rows were touched."""
        now = self._clock.now()
        async with self._database.read() as connection:
            old = await retention.find(
                connection, now - self._texts, now - max(self._texts, HORIZON)
            )
        async with self._database.write() as connection:
            done = await retention.forget(connection, old)
        if done:
            LOG.info("What is old was forgotten", action="janitor.forgot", rows=done)
        return done
