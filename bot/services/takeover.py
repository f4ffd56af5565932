"""Lets the rules fall silent where a person answers in the vendor's own web application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot import metrics
from bot.core.conversation import Conversation, conversation_key
from bot.core.messages import Sighting
from bot.core.takeover import (
    ANSWERED_WITHIN,
    TOGETHER,
    Answered,
    Look,
    answered,
    personal,
    silenced,
)
from bot.gateways.base import GatewayError
from bot.log import logger
from bot.services.account import Account
from bot.storage import subscribers, takeovers
from bot.storage.database import Connection

LOG = logger(__name__)
LISTED_WITHIN = timedelta(minutes=2)
"""What is listed later than this after it was written goes unnoticed."""
FURTHEST_BACK = timedelta(days=1)
"""That a first look reaches, however long the rules are to be silent."""


class Takeover:
    """Looks at what left one account, every so often, while people text."""

    def __init__(self, account: Account, silent_for: timedelta, every: timedelta) -> None:
        self._account = account
        self._silent_for = silent_for
        self._every = every.total_seconds()
        self._looked_at: float | None = None
        self._since = self._unseen = account.clock.now()
        self._ours: set[str] = set()
        """Ids that are listed and known to be ours."""

    async def begin(self) -> None:
        """Know from when on messages count: those of before this was asked for never do.

        What was written while we were down does, as long as its silence would last.
        """
        now = self._account.clock.now()
        async with self._account.database.write() as connection:
            self._since = await takeovers.since(connection, self._account.name, now)
        self._unseen = now - FURTHEST_BACK

    async def tick(self) -> int:
        """Look, if it is time and anybody texted lately; say how many conversations were taken.

        What was listed is compared with what was written down by then, never by before: a message
        is in the outbox before it leaves.
        """
        account, now = self._account, self._account.clock.now()
        moment = account.clock.monotonic()
        if self._looked_at is not None and moment - self._looked_at < self._every:
            return 0
        reads_from = account.gateway.condition.reads_from
        if reads_from is not None and reads_from > now:
            return 0
        self._looked_at = moment
        async with account.database.read() as connection:
            texted_at = await takeovers.texted_at(connection)
        if texted_at is None or now - texted_at > ANSWERED_WITHIN:
            return 0
        since = self._from(now)
        try:
            listed = await account.gateway.messages(since - TOGETHER)
        except GatewayError as error:
            LOG.info(
                "It could not be read whether a person answers; it is tried again",
                action="takeover.failed",
                gateway=account.name,
                reason=error.reason,
            )
            return 0
        return await self._judge(Look(now, account.gateway.skew, listed), since)

    def _from(self, now: datetime) -> datetime:
        """Say from when on messages are new to us, and of consequence."""
        # Where the machine's clock was set back, these would be in the future.
        self._since, self._unseen = min(self._since, now), min(self._unseen, now)
        # What is judged late, because their clock is hardly known, must still be within reach.
        unseen = self._unseen - LISTED_WITHIN - timedelta(seconds=self._account.gateway.skew.width)
        return max(self._since, unseen, now - self._silent_for)

    async def _judge(self, look: Look, since: datetime) -> int:
        account = self._account
        alone = personal(look, since)
        ids = {one.gateway_id for one in alone}
        async with account.database.read() as connection:
            found = await takeovers.bound(connection, account.name, ids - self._ours)
            self._ours = (self._ours & {one.gateway_id for one in look.listed}) | found
            strange = [one for one in alone if one.gateway_id not in self._ours]
            told = await self._answered(connection, strange, look)
        waiting = [self._by_our_clock(one.at, look) for one in told.undecided]
        self._unseen = min([look.begun_at, *waiting])
        return await self._silence(told.numbers, look) if told.numbers else 0

    async def _answered(
        self, connection: Connection, strange: Sequence[Sighting], look: Look
    ) -> Answered:
        if not strange:
            return Answered({}, ())
        keys = {self._key(number) for one in strange for number in one.numbers}
        oldest = min(one.at for one in strange) - ANSWERED_WITHIN
        skewed = timedelta(seconds=look.skew.high)
        return answered(
            strange,
            look,
            await takeovers.ours(connection, keys, oldest - skewed),
            await takeovers.texts(connection, keys, oldest),
        )

    async def _silence(self, numbers: Mapping[str, datetime], look: Look) -> int:
        """Write it down, and tell of conversations that were not silent already."""
        account, now = self._account, self._account.clock.now()
        keys = {self._key(number): number for number in numbers}
        async with account.database.write() as connection:
            known = await subscribers.load_conversations(connection, keys)
            changed, begun = [], 0
            for key, number in keys.items():
                before = known.get(key) or Conversation(key, account.name, number)
                answered_at = self._by_our_clock(numbers[number], look)
                after = silenced(before, answered_at, self._silent_for, now)
                if after is not before:
                    changed.append(after)
                    begun += before.silent_until is None or before.silent_until <= now
            await subscribers.save_conversations(connection, changed)
        for _ in range(begun):
            metrics.TAKEOVERS.labels(account.name).inc()
            LOG.info(
                "A person answers in the vendor's pages; the rules are silent there for a while",
                action="conversation.taken_over",
                gateway=account.name,
            )
        return begun

    def _by_our_clock(self, at: datetime, look: Look) -> datetime:
        return at - timedelta(seconds=(look.skew.low + look.skew.high) / 2)

    def _key(self, number: str) -> str:
        return conversation_key(self._account.name, number)
