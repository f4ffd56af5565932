"""Sends once more what did not arrive, where that may pass: as another message, decided anew.

Whoever texts, opts out, is taken over or was told enough meanwhile gets nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.clock import Clock
from bot.core.budget import follow_up
from bot.core.conversation import Conversation, Subscriber
from bot.core.decision import REASONS
from bot.core.errands import Errand, ErrandKind, ErrandStatus
from bot.core.messages import MessageClass, Outbound, Status
from bot.core.receipts import ANSWERS, Lost, again_of, not_again
from bot.core.starting import Known, Refused, Terms, may_start
from bot.services.speaking import Speech
from bot.services.work import marked
from bot.storage import errands, outbox, person, stops, subscribers
from bot.storage.database import Connection, Database
from bot.storage.outbox import Handed

AT_ONCE = 100
FAILED = (Status.UNDELIVERED, Status.EXPIRED)
COUNTED = frozenset({MessageClass.REPLY, MessageClass.FOLLOW_UP})
"""What counts against `replies.per_number`."""
GONE = "the message was forgotten"


class Resends:
    """Puts resends that are due into the outbox, once it is known that nobody texted before."""

    def __init__(
        self, database: Database, speech: Speech, clock: Clock, *, wake: Callable[[str], None]
    ) -> None:
        self._database = database
        self._speech = speech
        self._clock = clock
        self._wake = wake

    async def tick(self) -> int:
        """Write down a batch of what is due; say how many errands are done with."""
        now, again = self._clock.now(), ErrandKind.AGAIN
        async with self._database.read() as connection:
            if not await errands.due(connection, again, now, 1, heard=True):
                return 0
        async with self._database.write() as connection:
            due = await errands.due(connection, again, now, AT_ONCE, heard=True)
            messages = await self._send(connection, due, now)
        for gateway in {message.gateway for message in messages}:
            self._wake(gateway)
        return len(due)

    async def _send(
        self, connection: Connection, due: Sequence[Errand], now: datetime
    ) -> list[Outbound]:
        """Write messages down, and the end of each errand; the caller commits."""
        rows = await _failed(connection, due)
        keys = {one.conversation for one in due}
        talks = await subscribers.load_conversations(connection, keys)
        people = await subscribers.load_subscribers(connection, {one.number for one in due}, now)
        texted = await person.last_texts(connection, keys)
        stopped = {one.conversation for one in await stops.every(connection, now, keys)}
        messages: list[Outbound] = []
        for one in due:
            row = rows.get(int(one.body["outbound"]))
            talk = talks.get(one.conversation)
            talk = talk or Conversation(one.conversation, one.gateway, one.number)
            who = people.get(one.number) or Subscriber(one.number)
            why_not = GONE
            if row is not None:
                why_not = _why_not(row, texted, now) or _unwanted(row, talk, who, now, stopped)
            counted = self._counted(row, talk, now)
            if row is None or why_not or counted is None:
                error = why_not or REASONS["loop"]
                await errands.settle(
                    connection, [one.id], ErrandStatus.CANCELLED, now, error=error
                )
                continue
            messages.append(_outbound(row, now))
            talks[one.conversation] = marked(counted, messages[-1])
            await errands.settle(connection, [one.id], ErrandStatus.DONE, now)
        spoken = {message.conversation for message in messages}
        await subscribers.save_conversations(connection, [talks[key] for key in sorted(spoken)])
        await outbox.enqueue(connection, messages, observing=self._speech.observing)
        return messages

    def _counted(
        self, row: Handed | None, talk: Conversation, now: datetime
    ) -> Conversation | None:
        """Count it as what it is another copy of; None: the number was told enough (INV-29)."""
        if row is None or row.message_class not in COUNTED:
            return talk
        return follow_up(talk, self._speech.policy, now)


async def _failed(connection: Connection, due: Sequence[Errand]) -> dict[int, Handed]:
    ids = [int(one.body["outbound"]) for one in due]
    return {one.id: one for one in await outbox.handed(connection, ids, *FAILED)}


def _why_not(row: Handed, texted: Mapping[str, datetime], now: datetime) -> str:
    """Say why it is not sent any more by its own history; nothing where it is."""
    at = texted.get(row.conversation)
    lost = Lost(
        cause=row.cause,
        message_class=row.message_class,
        expires_at=row.expires_at,
        advice=None,
        texted_since=at is not None and at > row.handed_at,
        has_words=bool(row.text),
    )
    return not_again(lost, now)


def _unwanted(
    row: Handed, talk: Conversation, who: Subscriber, now: datetime, stopped: set[str]
) -> str:
    """Say why nothing of it may be said to the number by now; nothing where it may."""
    if row.conversation in stopped:
        return "the network says that the number cannot be reached"
    if row.message_class not in ANSWERS:
        return ""  # the sender asks of what we start whether it may leave
    if row.message_class is not MessageClass.HELP:
        verdict = may_start(Known(who), MessageClass.FOLLOW_UP, now, Terms())
        if isinstance(verdict, Refused):
            return REASONS.get(verdict.why, verdict.because)
    if talk.silent_until is not None and now < talk.silent_until:
        return REASONS["taken_over"]
    return ""


def _outbound(row: Handed, now: datetime) -> Outbound:
    """Give the second message: as the first, within the life that it had."""
    return Outbound(
        cause=again_of(row.cause),
        conversation=row.conversation,
        gateway=row.gateway,
        number=row.number,
        text=row.text,
        message_class=row.message_class,
        delivery=row.delivery,
        created_at=now,
        not_before=now,
        expires_at=row.expires_at,
        language=row.language,
        rule=row.rule,
    )
