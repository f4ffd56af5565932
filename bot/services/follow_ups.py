"""Says what was to be said later, where nobody texted meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import Clock
from bot.core.errands import Errand, ErrandKind, ErrandStatus
from bot.core.messages import MessageClass, Outbound
from bot.services.speaking import Speech
from bot.storage import errands, inbox, outbox, subscribers
from bot.storage.database import Database

AT_ONCE = 100


class FollowUps:
    """Puts follow-ups that are due into the outbox."""

    def __init__(
        self, database: Database, speech: Speech, clock: Clock, *, wake: Callable[[str], None]
    ) -> None:
        self._database = database
        self._speech = speech
        self._clock = clock
        self._wake = wake

    async def tick(self) -> int:
        """Say a batch of what is due; say how many."""
        now = self._clock.now()
        async with self._database.read() as connection:
            if not await errands.due(connection, ErrandKind.LATER, now, 1):
                return 0
        async with self._database.write() as connection:
            due = await errands.due(connection, ErrandKind.LATER, now, AT_ONCE)
            # A text that is not decided yet will cancel what waits for its conversation.
            unread = await inbox.undecided(connection, {one.conversation for one in due})
            due = [one for one in due if one.conversation not in unread]
            people = await subscribers.load_subscribers(connection, {one.number for one in due})
            gone = {
                one.id
                for one in due
                if (person := people.get(one.number)) and (person.opted_out or person.blocked)
            }
            said = [one for one in due if one.id not in gone]
            await errands.settle(connection, gone, ErrandStatus.CANCELLED, now)
            await errands.settle(connection, [one.id for one in said], ErrandStatus.DONE, now)
            messages = [self._outbound(one) for one in said]
            await outbox.enqueue(connection, messages, observing=self._speech.observing)
        for gateway in {message.gateway for message in messages}:
            self._wake(gateway)
        return len(due)

    def _outbound(self, errand: Errand) -> Outbound:
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
            expires_at=now + self._speech.life,
            rule=errand.rule,
        )
