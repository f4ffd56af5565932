"""Says what was to be said later, where nobody texted meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.clock import Clock
from bot.core.budget import follow_up
from bot.core.conversation import Conversation, Subscriber
from bot.core.decision import REASONS
from bot.core.errands import Errand, ErrandKind, ErrandStatus
from bot.core.messages import MessageClass, Outbound
from bot.core.starting import Deferred, Known, Refused, Terms, Verdict, may_start
from bot.services.speaking import Speech
from bot.services.work import marked
from bot.storage import errands, outbox, subscribers
from bot.storage.database import Connection, Database

AT_ONCE = 100
TOLD_ENOUGH = REASONS["loop"]


class FollowUps:
    """Puts follow-ups that are due into the outbox, once it is known that nobody texted before."""

    def __init__(
        self, database: Database, speech: Speech, clock: Clock, *, wake: Callable[[str], None]
    ) -> None:
        self._database = database
        self._speech = speech
        self._clock = clock
        self._wake = wake
        self._terms = Terms(speech.policy.quiet)

    async def tick(self) -> int:
        """Say a batch of what is due; say how many."""
        now, later = self._clock.now(), ErrandKind.LATER
        async with self._database.read() as connection:
            if not await errands.due(connection, later, now, 1, heard=True):
                return 0
        async with self._database.write() as connection:
            due = await errands.due(connection, later, now, AT_ONCE, heard=True)
            messages = await self._say(connection, due)
        for gateway in {message.gateway for message in messages}:
            self._wake(gateway)
        return len(due)

    async def _say(self, connection: Connection, due: Sequence[Errand]) -> list[Outbound]:
        """Write down what is said, what waits for a better hour, and what is not said at all.

        The caller commits.
        """
        now, messages = self._clock.now(), []
        talks = await subscribers.load_conversations(connection, {one.conversation for one in due})
        people = await subscribers.load_subscribers(connection, {one.number for one in due}, now)
        for one in due:
            talk = talks.get(one.conversation)
            talk = talk or Conversation(one.conversation, one.gateway, one.number)
            counted = follow_up(talk, self._speech.policy, now)
            person = people.get(one.number) or Subscriber(one.number)
            verdict = may_start(Known(person), MessageClass.FOLLOW_UP, now, self._terms)
            why_not = _unwanted(verdict, talk, now)
            in_time = now < one.due_at + self._speech.life
            if isinstance(verdict, Deferred) and in_time and not why_not:
                await errands.postpone(connection, [one.id], verdict.until, error=verdict.because)
                continue
            if counted is None or why_not:
                error = why_not or TOLD_ENOUGH
                await errands.settle(
                    connection, [one.id], ErrandStatus.CANCELLED, now, error=error
                )
                continue
            messages.append(self._outbound(one))
            talks[one.conversation] = marked(counted, messages[-1])
            await errands.settle(connection, [one.id], ErrandStatus.DONE, now)
        spoken = {message.conversation for message in messages}
        await subscribers.save_conversations(connection, [talks[key] for key in spoken])
        await outbox.enqueue(connection, messages, observing=self._speech.observing)
        return messages

    def _outbound(self, errand: Errand) -> Outbound:
        """Give the message. What could not be said when it was due, lapses as a reply does."""
        now = self._clock.now()
        return Outbound(
            cause=f"inbound {errand.inbound}/later/{errand.id}",
            conversation=errand.conversation,
            gateway=errand.gateway,
            number=errand.number,
            text=str(errand.body["text"]),
            message_class=MessageClass.FOLLOW_UP,
            delivery=self._speech.policy.delivery,
            created_at=now,
            not_before=now,
            expires_at=errand.due_at + self._speech.life,
            language=str(errand.body.get("language", "")),
            rule=errand.rule,
        )


def _unwanted(verdict: Verdict, talk: Conversation, now: datetime) -> str:
    """Say why nothing may be said to somebody by now; nothing where it may, be it later."""
    if isinstance(verdict, Refused):
        return REASONS.get(verdict.why, verdict.because)
    if talk.silent_until is not None and now < talk.silent_until:
        return REASONS["taken_over"]
    return ""
