"""Ends conversations whose answer does not come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import metrics
from bot.clock import Clock
from bot.core.conversation import Conversation
from bot.core.decide import time_out
from bot.core.decision import Decision, Why
from bot.core.instants import milliseconds
from bot.core.messages import Inbound, InboundStatus
from bot.log import logger
from bot.services.speaking import Speech
from bot.services.work import Work
from bot.storage import inbox, subscribers
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
            if not await subscribers.timed_out(connection, now, 1):
                return 0
        async with self._database.write() as connection:
            overdue = await subscribers.timed_out(connection, now, AT_ONCE)
            known = await subscribers.load_conversations(connection, overdue)
            ending = [one for one in known.values() if one.position is not None]
            numbers = {one.number for one in ending}
            people = await subscribers.load_subscribers(connection, numbers, now)
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
        stored = {(one.conversation, one.id): one for one in await inbox.by_ids(connection, ids)}
        now = self._clock.now()
        return {
            one.key: stored.get((one.key, one.position.inbound))
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
        turn, position = work.turn(text), conversation.position
        assert position is not None
        part = f"timeout/{milliseconds(position.times_out_at)}/"  # a text can lead to several
        try:
            decision = time_out(turn)
            if work.now - position.times_out_at > self._speech.life:
                decision = _unsaid(decision)
            work.carry_out(decision, turn, part)
        except Exception as error:  # noqa: BLE001 - one bad template holds up nobody
            LOG.error(
                "What is said when no answer comes could not be said",
                action="conversation.error",
                inbound=text.id,
                error=type(error).__name__,
            )
            ended = replace(conversation, position=None)
            why = Why("timed_out", position.rule)
            decision = Decision(ended, turn.subscriber, InboundStatus.HANDLED, why)
            work.carry_out(decision, turn, part)
        metrics.TEXTS_DECIDED.labels(decision.why.reason).inc()


def _unsaid(decision: Decision) -> Decision:
    """Do what is to be done, but say and ask nothing: it would be no news any more."""
    silent = replace(decision.conversation, position=None)
    return replace(decision, conversation=silent, replies=())
