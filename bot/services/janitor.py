"""Forgets what is older than the retention says."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.log import logger
from bot.storage import idle, requests, retention
from bot.storage.database import Database
from bot.storage.retention import Before

LOG = logger(__name__)
HORIZON = timedelta(days=45)
"""Rows stay at least this long, without their words: a gateway may still list what they stand for
(VuduMobile: swept over three days, `history` at a first start). The answers to a campaign stay for
as long as it is followed: the newest of each subscriber for ever."""


REQUESTS = timedelta(hours=24)
"""For so long a request with an `Idempotency-Key` is carried out once."""
CODES, AUDIT = timedelta(days=30), timedelta(days=365)


class Janitor:
    """Blanks texts after `texts`; deletes rows once no gateway can list them any more.

    Answers, events and errands that are done have no gateway that lists them: they go with texts.
    Where nothing is left of a conversation, or of a person, that goes last. Opt-outs, blocks and
    the ledger of consent stay: they must be obeyed, or proved.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        texts: timedelta,
        codes: timedelta = CODES,
        audit: timedelta = AUDIT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._texts = texts
        self._codes = codes
        self._audit = audit

    async def tick(self) -> int:
        """Forget one batch; say how many rows were touched."""
        now = self._clock.now()
        before = Before(
            now - self._texts,
            now - max(self._texts, HORIZON),
            now - self._codes,
            now - self._audit,
        )
        async with self._database.read() as connection:
            old = await retention.find(connection, before)
        async with self._database.write() as connection:
            done = await retention.forget(connection, old)
            if not done:
                day = f"{before.audit:%Y-%m-%d}"
                done = await retention.forget_past(connection, before.audit, day)
                done += await retention.forget_wrong_codes(connection, before.codes)
            done += await requests.forget(connection, now - REQUESTS)
        done = done or await self._forget_idle()
        if done:
            LOG.info("What is old was forgotten", action="janitor.forgot", rows=done)
        return done

    async def _forget_idle(self) -> int:
        """Forget of whom nothing is left, once all that was old is gone."""
        async with self._database.read() as connection:
            talks = await idle.conversations_to_forget(connection, self._clock.now())
            people = [] if talks else await idle.people_to_forget(connection)
        if not talks and not people:
            return 0
        async with self._database.write() as connection:
            done = await idle.forget_conversations(connection, talks) if talks else 0
            return done + (await idle.forget_people(connection, people) if people else 0)
