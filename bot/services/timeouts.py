"""Ends conversations whose answer does not come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import metrics
from bot.clock import Clock
from bot.core.conversation import Conversation
from bot.core.decide import time_out
from bot.core.messages import Inbound
from bot.log import logger
from bot.services.speaking import Speech
from bot.services.work import Work
from bot.storage import feeds, inbox, subscribers
from bot.storage.database import Connection, Database

LOG = logger(__name__)
AT_ONCE = 100
"""Conversations ended in one transaction."""


class Timeouts:
    """Ends what is overdue, once every text that was sent in time has been read and decided."""

    def __init__(
        self, database: Database, speech: Speech, clock: Clock, *, wake: Callable[[str], None]
    ) -> None:
        self._database = database
        self._speech = speech
        self._clock = clock
        self._wake = wake

    async def tick(self) -> int:
        """End a batch of conversations; say how many."""
        now = self._clock.now()
        async with self._database.read() as connection:
            overdue = await subscribers.timed_out(connection, now, AT_ONCE)
        if not overdue:
            return 0
        async with self._database.write() as connection:
            known = await subscribers.load_conversations(connection, overdue)
            read = await feeds.read_since(connection)
            unread = await inbox.undecided(connection, known)
            ending = [
                one
                for key, one in known.items()
                if one.position is not None
                and key not in unread
                and read.get(one.gateway, now) >= one.position.times_out_at
            ]
            people = await subscribers.load_subscribers(connection, {one.number for one in ending})
            work = Work(self._speech, now, known, people)
            texts = await self._texts(connection, ending)
            for one in ending:
                self._end(one, texts[one.key], work)
            await work.write(connection)
        for gateway in work.gateways:
            self._wake(gateway)
        return len(ending)

    async def _texts(
        self, connection: Connection, ending: list[Conversation]
    ) -> dict[str, Inbound]:
        """Read the texts that led to the open questions; those that are forgotten are blank."""
        ids = [one.position.inbound for one in ending if one.position is not None]
        stored = {text.id: text for text in await inbox.by_ids(connection, ids)}
        now = self._clock.now()
        return {
            one.key: stored.get(one.position.inbound)
            or Inbound(
                id=one.position.inbound,
                gateway=one.gateway,
                conversation=one.key,
                number=one.number,
                our_number="",
                text="",
                sent_at=now,
                received_at=now,
                history=False,
                attempts=0,
            )
            for one in ending
            if one.position is not None
        }

    def _end(self, conversation: Conversation, text: Inbound, work: Work) -> None:
        turn = work.turn(text)
        try:
            decision = time_out(turn)
            work.carry_out(decision, turn, "timeout/")
        except Exception as error:  # noqa: BLE001 - one bad template holds up nobody
            LOG.error(
                "What is said when no answer comes could not be said",
                action="conversation.error",
                inbound=text.id,
                error=type(error).__name__,
            )
            work.conversations[conversation.key] = replace(conversation, position=None)
            return
        metrics.TEXTS_DECIDED.labels(decision.why.reason).inc()
