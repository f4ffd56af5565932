"""Reads the inbox, decides, and puts replies into the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import metrics
from bot.clock import Clock
from bot.core.conversation import Conversation, Subscriber
from bot.core.decide import Policy, decide
from bot.core.decision import Decision, Reply, Why
from bot.core.messages import Inbound, InboundStatus, Outbound
from bot.gateways.base import Gateway
from bot.log import logger
from bot.services.library import Library
from bot.storage import inbox, outbox, subscribers
from bot.storage.database import Connection, Database, Transaction

LOG = logger(__name__)
BATCH = 500
"""Texts decided in one transaction."""
BEHIND_SECONDS = -5.0
"""A gateway's clock that is less behind than this is taken for ours."""
SUSPECTS = 20
"""Texts on which a process died, decided one by one in one tick."""


class TooLong(Exception):
    """The gateway can never take this reply."""


@dataclass(slots=True)
class _Work:
    """What one transaction decided, before it is written."""

    handled: list[inbox.Handled] = field(default_factory=list)
    messages: list[Outbound] = field(default_factory=list)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    people: dict[str, Subscriber] = field(default_factory=dict)
    leaving: set[str] = field(default_factory=set)


class Responder:
    """Decides what is new in the inbox. `wake` is called with the gateways that have to send."""

    def __init__(
        self,
        database: Database,
        gateways: Mapping[str, Gateway],
        library: Library,
        clock: Clock,
        *,
        policy: Policy,
        life: timedelta,
        wake: Callable[[str], None],
        observing: bool = False,
    ) -> None:
        self._database = database
        self._gateways = gateways
        self._library = library
        self._clock = clock
        self._policy = policy
        self._life = life
        self._wake = wake
        self._observing = observing

    async def tick(self) -> int:
        """Decide a batch of texts, and a few on which a process died; say how many."""
        done = await self._claim(lambda connection: inbox.claim(connection, BATCH))
        for _ in range(SUSPECTS):
            if not await self._claim(inbox.claim_suspect):
                break
            done += 1
        return done

    async def _claim(self, which: Callable[[Connection], Awaitable[Sequence[int]]]) -> int:
        """Count an attempt at some texts, and decide them at once, before anybody else writes.

        The attempt is on the disk before deciding begins: a text that kills the process is known
        by it, so nothing else should have the time to.
        """
        async with self._database.turn() as begin:
            async with begin() as connection:
                ids = await which(connection)
            return await self._decide(ids, begin) if ids else 0

    async def _decide(self, ids: Sequence[int], begin: Transaction) -> int:
        """Load, decide and write a batch in one transaction."""
        async with begin() as connection:
            texts = await inbox.load(connection, ids)
            conversations = await subscribers.load_conversations(
                connection, {text.conversation for text in texts}
            )
            people = await subscribers.load_subscribers(
                connection, {text.number for text in texts}
            )
            work = _Work(conversations=conversations.copy(), people=people.copy())
            for text in texts:
                self._decide_one(text, work)
            await self._write(connection, work, conversations, people)
        self._tell(work)
        return len(texts)

    def _decide_one(self, text: Inbound, work: _Work) -> None:
        """Decide and render one text; what raises is parked, and holds up nobody (INV-28)."""
        if text.attempts > 1 + inbox.DEATHS:  # the first was in a batch, and proves nothing
            work.handled.append(inbox.Handled(text.id, InboundStatus.PARKED, Why("died")))
            return
        now = self._clock.now()
        try:
            decision = decide(
                self._dated(text),
                work.conversations.get(text.conversation)
                or Conversation(text.conversation, text.gateway, text.number),
                work.people.get(text.number) or Subscriber(text.number),
                self._library.rulebook,
                policy=self._policy,
                now=now,
            )
        except Exception as error:  # noqa: BLE001 - one bad text or rule parks that text alone
            self._park(text, error, work)
            return
        # A STOP is obeyed also where its confirmation cannot be said.
        work.people[text.number] = decision.subscriber
        if decision.cancel:
            work.leaving.add(text.number)
            work.messages = [one for one in work.messages if _may_stay(one, text.number)]
        try:
            messages = [
                self._message(text, number, reply, decision, now)
                for number, reply in enumerate(decision.replies)
            ]
        except Exception as error:  # noqa: BLE001 - one bad template parks that text alone
            self._park(text, error, work)
            return
        work.conversations[text.conversation] = decision.conversation
        work.messages.extend(messages)
        work.handled.append(inbox.Handled(text.id, decision.status, decision.why))

    def _dated(self, text: Inbound) -> Inbound:
        """Date a text by our clock where the gateway's is behind: that does not make it old."""
        known = self._gateways.get(text.gateway)
        if known is None or known.skew.low > BEHIND_SECONDS:
            return text
        return replace(text, sent_at=text.sent_at - timedelta(seconds=known.skew.low))

    def _message(
        self, text: Inbound, number: int, reply: Reply, decision: Decision, now: datetime
    ) -> Outbound:
        """Render a reply. Raises `RenderError`, `TooLong`."""
        said = self._library.say(reply, text, decision.subscriber, now)
        refusal = self._gateways[text.gateway].refuses(said)
        if refusal:
            raise TooLong(refusal)
        return Outbound(
            cause=f"inbound {text.id}/{number}",
            conversation=text.conversation,
            gateway=text.gateway,
            number=text.number,
            text=said,
            message_class=reply.message_class,
            delivery=reply.delivery,
            created_at=now,
            not_before=now,
            expires_at=now + self._life,
            language=reply.languages[0],
            rule=reply.rule,
        )

    def _park(self, text: Inbound, error: Exception, work: _Work) -> None:
        reason = "too_long" if isinstance(error, TooLong) else "error"
        # The class alone: an error's own words may quote the text.
        detail = {"error": type(error).__name__}
        if isinstance(error, (TooLong, *self._library.speech_errors)):
            detail["what"] = str(error)
        work.handled.append(
            inbox.Handled(text.id, InboundStatus.PARKED, Why(reason, detail=detail))
        )
        LOG.error(
            "A text could not be answered and is parked",
            action="text.parked",
            inbound=text.id,
            gateway=text.gateway,
            **detail,
        )

    async def _write(
        self,
        connection: Connection,
        work: _Work,
        conversations: Mapping[str, Conversation],
        people: Mapping[str, Subscriber],
    ) -> None:
        now = self._clock.now()
        await inbox.settle(connection, work.handled, now)
        await subscribers.save_conversations(
            connection,
            [one for key, one in work.conversations.items() if one is not conversations.get(key)],
        )
        await subscribers.save_subscribers(
            connection, [one for key, one in work.people.items() if one is not people.get(key)]
        )
        await outbox.suppress(connection, work.leaving, now)
        await outbox.enqueue(connection, work.messages, observing=self._observing)

    def _tell(self, work: _Work) -> None:
        by_reason: dict[str, int] = {}
        for one in work.handled:
            by_reason[one.why.reason] = by_reason.get(one.why.reason, 0) + 1
            if one.why.reason == "loop" and one.why.detail.get("first"):
                LOG.warning(
                    "A number reached replies.per_number and is not answered for a while",
                    action="text.loop",
                    inbound=one.id,
                )
        for reason, texts in by_reason.items():
            metrics.TEXTS_DECIDED.labels(reason).inc(texts)
        if work.handled:
            LOG.info(
                "Texts were decided",
                action="text.decided",
                texts=len(work.handled),
                first=work.handled[0].id,
                replies=len(work.messages),
                **by_reason,
            )
        if self._observing:
            for message in work.messages:
                LOG.info(
                    "A reply was decided and not sent; `textobot explain --id` shows it",
                    action="observe.reply",
                    cause=message.cause,
                    gateway=message.gateway,
                    rule=message.rule,
                )
            return
        for gateway in {message.gateway for message in work.messages}:
            self._wake(gateway)


def _may_stay(message: Outbound, number: str) -> bool:
    """Tell whether a reply decided in this batch survives the STOP that came after it."""
    return message.number != number or message.message_class.value in outbox.TO_THE_BLOCKED
