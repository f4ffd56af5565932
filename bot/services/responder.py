"""Reads the inbox, decides, and puts replies into the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot import metrics
from bot.clock import Clock
from bot.core.decide import answers, decide, is_wanted, without_quotation
from bot.core.decision import Why
from bot.core.errands import ErrandKind
from bot.core.messages import Inbound, InboundStatus
from bot.core.obey import OBEYED, opts_out
from bot.core.reactions import looks_quoted
from bot.core.skew import Skew
from bot.core.turn import Turn
from bot.log import logger
from bot.services.bursts import Reading, followers, joined, read_first
from bot.services.journaling import note_opted
from bot.services.proving import asked_lately
from bot.services.speaking import Speech
from bot.services.work import Work, parked
from bot.storage import errands, inbox, outbox, subscribers
from bot.storage.database import Connection, Database
from bot.storage.inbox import Handled

LOG = logger(__name__)
BATCH = 500
"""Texts decided in one transaction."""
AHEAD_AT_MOST = 600.0
"""Seconds: no text is made older by more."""
ANOTHER_SECONDS = 5.0
"""A gateway's clock that is less than this behind ours, or ahead, is taken for ours."""
SUSPECTS = 20
"""Texts on which a process died, decided one by one in one tick."""
PATIENCE = 3
"""Bursts' lengths that a text waits at most for those that may belong to it."""
ALONE = Reading()


class Responder:
    """Decides what is new in the inbox. `wake` is called with the gateways that have to send."""

    def __init__(
        self,
        database: Database,
        speech: Speech,
        clock: Clock,
        *,
        wake: Callable[[str], None],
        burst: timedelta = timedelta(0),
        witness: Callable[[Turn], None] | None = None,
        skews: Mapping[str, Callable[[], Skew]] | None = None,
    ) -> None:
        """`burst`: texts of one person that come within it are read as one; 0: each alone.

        `witness` is shown each turn before it is decided: it explains the decision completely.
        `skews` tells a gateway's clock minus ours; by default the gateway does.
        """
        if skews is None:
            skews = {name: partial(getattr, one, "skew") for name, one in speech.gateways.items()}
        self._skews = skews
        self._database = database
        self._speech = speech
        self._clock = clock
        self._wake = wake
        self._burst = burst
        self._witness = witness

    async def tick(self) -> int:
        """Decide a batch of texts, and a few on which a process died; say how many."""
        async with self._database.read() as connection:
            if not await inbox.is_any_new(connection):
                return 0  # as at most ticks: looking costs a fraction of claiming
        done = await self._claim(self._chosen)
        for _ in range(SUSPECTS):
            if not await self._claim(inbox.choose_suspect):
                break
            done += 1
        return done

    async def _chosen(self, connection: Connection) -> list[int]:
        now, waiting = self._clock.now(), None
        if self._burst:
            waiting = (now - PATIENCE * self._burst, now - self._burst)
        await self._let_stops_pass(connection)
        return await inbox.choose(connection, BATCH, gather=waiting)

    async def _let_stops_pass(self, connection: Connection) -> None:
        """Ask no address any more for who opts out meanwhile: a STOP waits for nobody's server."""
        texts = await inbox.waiting_for_answers(connection)
        stopping = {conversation for conversation, text in texts if opts_out(text)}
        await errands.cancel(
            connection,
            [ErrandKind.LOOKUP],
            self._clock.now(),
            conversations=stopping,
            begun=True,
        )

    async def _claim(self, choose: Callable[[Connection], Awaitable[Sequence[int]]]) -> int:
        """Count an attempt at some texts, and decide them at once; say how many.

        The attempt is on the disk before deciding begins: a text that kills the process is known
        by it, so nothing else should have the time to.
        """
        decided = await self._database.attempt(choose, inbox.count, self._decide)
        if decided is None:
            return 0
        handled, work = decided
        await note_opted(self._database, work.opted)
        self._tell(handled, work)
        return len(handled)

    async def _decide(
        self, connection: Connection, ids: Sequence[int]
    ) -> tuple[list[Handled], Work]:
        """Load, decide and write a batch; the caller commits."""
        texts = [self._dated(text) for text in await inbox.load(connection, ids)]
        work = await load(connection, self._speech, self._clock, texts)
        work.codes = self._database.codes
        handled = self._decide_all(texts, work, await _said(connection, texts))
        await work.write(connection)
        await inbox.settle(connection, handled, work.now)
        decided = {one.id for one in handled}
        await inbox.release(connection, [one.id for one in texts if one.id not in decided])
        return handled, work

    def _decide_all(
        self, texts: Sequence[Inbound], work: Work, said: Mapping[str, Sequence[str]]
    ) -> list[Handled]:
        """Decide texts in their order; with `burst`, those of one person together.

        Those that have to wait are left out, and with them the later ones of their conversations:
        an address is asked for an earlier one, or more may come that belongs to them.
        """
        handled: list[Handled] = []
        waiting, left = {text.id: text for text in texts}, set()
        stops = {text.conversation: text.id for text in texts if opts_out(text.text)}
        for text in texts:
            if waiting.pop(text.id, None) is None:
                continue  # it was read as one with an earlier one
            asking = work.asks(text.conversation) and text.id > stops.get(text.conversation, 0)
            if asking or text.conversation in left:
                continue
            how = self._reading(text, waiting.values(), work)
            if how.waits:
                left.add(text.conversation)
            elif how.beginning:
                handled.append(Handled(text.id, InboundStatus.HANDLED, Why("joined")))
            else:
                for one in how.with_it:
                    del waiting[one.id]
                    why = Why("joined", detail={"to": text.id})
                    handled.append(Handled(one.id, InboundStatus.HANDLED, why))
                read = joined((text, *how.with_it))
                handled.append(self._decide_one(read, work, said.get(text.conversation, ())))
        return handled

    def _reading(self, text: Inbound, others: Iterable[Inbound], work: Work) -> Reading:
        """Say how a text is read that others may belong to."""
        now = work.now
        if not self._burst or text.history:
            return ALONE
        followed = followers(text, others, self._burst)
        if not followed and text.received_at <= now - self._burst:
            return ALONE
        how = read_first(
            (text, *followed),
            lambda one: answers(work.turn(one)),
            quiet=now - self._burst,
            overdue=now - PATIENCE * self._burst,
        )
        # Where somebody wants whatever comes, the beginning of another text is wanted too.
        return ALONE if how.beginning and is_wanted(work.turn(text)) else how

    def _decide_one(self, text: Inbound, work: Work, said: Sequence[str]) -> Handled:
        """Decide and render one text; what raises is parked, and holds up nobody (INV-28)."""
        turn = work.turn(text, said)
        if self._witness is not None:
            self._witness(turn)
        try:
            if not text.history and not without_quotation(turn)[1]:  # a reaction is no answer
                work.hear(text)
            if text.attempts > 1 + inbox.DEATHS:  # the first was in a batch, and proves nothing
                return Handled(text.id, InboundStatus.PARKED, Why("died"))
            decision = decide(turn)
            if decision.why.reason in OBEYED:
                work.obey(decision, turn)
            work.carry_out(decision, turn)
        except Exception as error:  # noqa: BLE001 - one bad text, rule or template parks that text
            return parked(text, error, self._speech.library)
        return Handled(text.id, decision.status, decision.why)

    def _dated(self, text: Inbound) -> Inbound:
        """Date a text by our clock where the gateway's is another.

        Behind, it does not make a text old; ahead, the later of two words stays the later one.
        """
        known = self._skews.get(text.gateway)
        low = known().low if known is not None else 0.0
        # Far ahead, rows are stamped by another clock than answers are.
        if abs(low) < ANOTHER_SECONDS or low > AHEAD_AT_MOST:
            return text
        # Before a first answer `low` is a guess: nobody texts after it was read.
        dated = min(text.sent_at - timedelta(seconds=low), text.received_at)
        return replace(text, sent_at=dated)

    def _tell(self, handled: Sequence[Handled], work: Work) -> None:
        by_reason: dict[str, int] = {}
        for one in handled:
            by_reason[one.why.reason] = by_reason.get(one.why.reason, 0) + 1
            if one.why.reason in NOTICES and one.why.detail.get("first"):
                action, notice = NOTICES[one.why.reason]
                LOG.warning(notice, action=action, inbound=one.id)
        for reason, texts in by_reason.items():
            metrics.TEXTS_DECIDED.labels(reason).inc(texts)
        if handled:
            LOG.info(
                "Texts were decided",
                action="text.decided",
                texts=len(handled),
                first=handled[0].id,
                replies=len(work.messages),
                **by_reason,
            )
        if self._speech.observing:
            for message in work.messages:
                LOG.info(
                    "A reply was decided and not sent; `textobot explain --id` shows it",
                    action="observe.reply",
                    cause=message.cause,
                    gateway=message.gateway,
                    rule=message.rule,
                )
            return
        for gateway in work.gateways:
            self._wake(gateway)


NOTICES = {
    "unsure": ("text.unsure", "Somebody may want no more messages; nothing is started to them"),
    "loop": ("text.loop", "A number reached replies.per_number and is not answered for a while"),
    "robot": ("text.robot", "A robot seems to text us; it is not answered"),
}
"""What the operator is told once of a number: the log's action, and the sentence."""


async def load(
    connection: Connection, speech: Speech, clock: Clock, texts: Sequence[Inbound]
) -> Work:
    """Read where the people of these texts stand."""
    now = clock.now()
    keys = {text.conversation for text in texts}
    verifies = speech.library.rulebook.verifies
    known, failures = await asked_lately(connection, texts, now, verifies=verifies)
    return Work(
        speech,
        now,
        await subscribers.load_conversations(connection, keys),
        await subscribers.load_subscribers(connection, {text.number for text in texts}, now),
        verifications=known,
        failures=failures,
    )


async def _said(connection: Connection, texts: Sequence[Inbound]) -> dict[str, Sequence[str]]:
    """Read what we said to those who may be quoting us."""
    quoting = {text.conversation for text in texts if looks_quoted(text.text)}
    return {key: await outbox.said_lately(connection, key) for key in quoting}
